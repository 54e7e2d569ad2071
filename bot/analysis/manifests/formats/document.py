"""A read document: plain values, and the line on which each key or item stands."""

from __future__ import annotations

from bot.analysis.manifests.nouns import MISSING, ManifestError

MAX_CHARACTERS = 1_000_000
"""Longest manifest that is read; lock files are scanned by line and have their own bound."""

MAX_DEPTH = 64
"""Deepest nesting that is read."""

Steps = tuple[str | int, ...]


class Document:
    """`value` is made of dict, list, str, bool, None (and int, float where the format knows numbers)."""

    def __init__(self, value: object, lines: dict[Steps, int]) -> None:
        self.value = value
        self.lines = lines

    def get(self, *steps: str | int) -> object:
        """What stands at `steps` (keys and list indexes), MISSING where nothing does."""
        value = self.value
        for step in steps:
            if isinstance(value, dict):
                value = value.get(step, MISSING)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return MISSING
        return value

    def line(self, *steps: str | int) -> int | None:
        """The line (from 1) of the key or item at `steps`, or of the nearest one around it."""
        for end in range(len(steps), 0, -1):
            found = self.lines.get(steps[:end])
            if found is not None:
                return found
        return None


def bounded(text: str) -> str:
    """`text` without a byte order mark. Raises ManifestError where it is too long or is no text at all."""
    if len(text) > MAX_CHARACTERS:
        raise ManifestError(f"The file is longer than {MAX_CHARACTERS:,} characters and is not read.")
    if "\0" in text:
        raise ManifestError("The file holds NUL bytes: it is not text, or not UTF-8.")
    return text.removeprefix("\ufeff")
