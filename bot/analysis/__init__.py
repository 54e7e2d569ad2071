"""What a snapshot says: `analyze` turns it into a report. Pure: the same input gives the same bytes."""

from bot.analysis.analyze import RULESET_VERSION, analyze
from bot.analysis.changes import compare
from bot.analysis.config import config_digest

__all__ = ["RULESET_VERSION", "analyze", "compare", "config_digest"]
