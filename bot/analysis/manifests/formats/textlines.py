"""Text read by lines or by pattern: bounded, without its comments, each match with its line."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from bot.analysis.manifests.formats.document import bounded
from bot.analysis.manifests.nouns import ManifestError

MAX_LINES = 50_000
MAX_LINE = 2_000


def numbered(text: str, comment: str = "") -> Iterator[tuple[int, str]]:
    """(number, stripped line) of each line that is not empty, without what follows `comment` at its start or a space.

    Raises ManifestError for a file of more than MAX_LINES lines.
    """
    lines = bounded(text).splitlines()
    if len(lines) > MAX_LINES:
        raise ManifestError(f"The file has more than {MAX_LINES:,} lines and is not read.")
    for number, raw in enumerate(lines, 1):
        line = raw[:MAX_LINE].strip()
        if comment and comment in line:
            if line.startswith(comment):
                continue
            line = line.partition(f" {comment}")[0].rstrip()
        if line:
            yield number, line


class Pages:
    """A text whose character offsets can be told as lines."""

    def __init__(self, text: str) -> None:
        self.text = bounded(text)
        self._starts = [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line(self, offset: int) -> int:
        """The line (from 1) on which the character at `offset` stands."""
        return bisect.bisect_right(self._starts, offset)

    def find(self, pattern: re.Pattern[str], start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """Every match of `pattern` between two offsets."""
        return pattern.finditer(self.text, start, len(self.text) if end is None else end)


STRING = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*(?:"|\\?(?=\n|\Z))'
"""A string of one line, as a pattern. One that is not closed ends with its line, so that no text is scanned twice."""

LONG_STRING = r'"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?\Z)'
"""A string that may go on over lines, as a pattern."""

SINGLE_STRING = STRING.replace('"', "'")
"""A string of one line in single quotes, as a pattern."""

_C_COMMENT = re.compile(rf"{STRING}|{SINGLE_STRING}|//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)")


def without_c_comments(text: str) -> str:
    """The text with // and /* */ comments blanked; strings and line breaks stay where they are."""
    return _C_COMMENT.sub(_blank, bounded(text))


def _blank(match: re.Match[str]) -> str:
    found = match.group(0)
    return found if found[0] in "\"'" else "\n" * found.count("\n")


def quoted(text: str) -> list[str]:
    """Every string in single or double quotes, in order."""
    return [double or single for double, single in _QUOTED.findall(text)]


_QUOTED = re.compile(r'"([^"\n]{0,500})"|\'([^\'\n]{0,500})\'')
