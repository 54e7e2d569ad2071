"""What kind of repository it is (catalogue entry 2), and which checks a kind makes no sense for."""

from __future__ import annotations

from bot.analysis.kinds.applicability import NOT_FOR, NOUNS, reason_for
from bot.analysis.kinds.clues import Clues, is_aside, is_main
from bot.analysis.kinds.rules import find_kind

__all__ = ["NOT_FOR", "NOUNS", "Clues", "find_kind", "is_aside", "is_main", "reason_for"]
