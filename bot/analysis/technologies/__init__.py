"""Which technologies a repository uses, by exact name, with the evidence for each."""

from bot.analysis.technologies.detecting import find_technologies
from bot.analysis.technologies.table import Entry, entries

__all__ = ["Entry", "entries", "find_technologies"]
