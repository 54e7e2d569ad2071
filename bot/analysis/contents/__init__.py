"""What the files themselves say: `Collector` digests a tree, file by file as it streams by, into `Contents`."""

from bot.analysis.contents.collect import Collector
from bot.analysis.contents.interest import is_of_interest
from bot.analysis.contents.languages import name_language

__all__ = ["Collector", "is_of_interest", "name_language"]
