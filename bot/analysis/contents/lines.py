"""Counts code, comment and blank lines without looking at single characters: splits and counts only.

A line with code and a comment is code; a blank line inside a comment is blank; Python's docstrings are comments.
Not promised: comment marks inside strings that span lines are taken for comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress, count

from bot.analysis.contents.comments import Syntax

_QUOTES = (b'"', b"'", b"`")
_REMEMBERED_BYTES = 1000


@dataclass(frozen=True, slots=True)
class Lines:
    """The figures of one file; `stripped` are its lines that are not blank, without their indentation."""

    code: int
    comment: int
    blank: int
    stripped: list[bytes]
    every: list[bytes]

    def numbers(self) -> Iterator[int]:
        """The line number, from 1, of each line of `stripped`."""
        return compress(count(1), self.every)


def count_lines(content: bytes, syntax: Syntax) -> Lines:
    """The lines of `content` (UTF-8 or any superset of ASCII). A last line without a line feed counts too."""
    if not content:
        return Lines(0, 0, 0, [], [])
    split = content.split(b"\n")
    if not split[-1]:
        split.pop()
    every = list(map(bytes.strip, split))
    stripped = list(filter(None, every))
    comment = _count_comments(stripped, syntax) if stripped else 0
    code = max(0, len(stripped) - comment)
    return Lines(code, len(stripped) - code, len(every) - len(stripped), stripped, every)


def _count_comments(stripped: list[bytes], syntax: Syntax) -> int:
    joined = b"\n" + b"\n".join(stripped) + b"\n"
    counts = {marker: joined.count(b"\n" + marker) for marker in syntax.line}
    comment = sum(counts.values())
    used = tuple(marker for marker, count in counts.items() if count)
    for opener, closer in syntax.block:
        if opener in joined:
            comment += _in_blocks(joined, opener, closer, syntax.line, used)
    for quote in syntax.docs:
        if quote in joined:
            comment += _in_docstrings(joined, quote, used)
    for opener, closer in syntax.anchored:
        if b"\n" + opener in joined:
            comment += _in_anchored(joined, opener, closer, used)
    return comment


def _in_blocks(joined: bytes, opener: bytes, closer: bytes, line: tuple[bytes, ...], used: tuple[bytes, ...]) -> int:
    """Lines that block comments cover, less those that line markers (the `used` ones) have counted already.

    Between the openers: outside a comment an opener begins one unless a string or line comment holds it; inside, it
    is only text. A first line with code before the comment, or a last line with code after it, is code.
    """
    if opener == closer:
        return _in_docstrings(joined, opener, used)
    first_line = 0 if line and opener.startswith(line) else 1
    before, *parts = joined.split(opener)
    comment = 0
    is_open = is_whole = False
    for part in parts:
        if not is_open:
            is_whole = before[-1:] == b"\n"
            if not is_whole and _is_inside_string_or_comment(before, line):
                before = before[-_REMEMBERED_BYTES:] + part
                continue
            comment += first_line if is_whole else 0
        inside, found, after = part.partition(closer)
        newlines = inside.count(b"\n")
        comment += newlines - (_already_counted(inside, used) if used and newlines else 0)
        if found and not after.startswith(b"\n") and (is_whole or newlines):
            comment -= 1
        is_open = not found
        before = after
    return max(0, comment - is_open)


def _in_docstrings(joined: bytes, quote: bytes, used: tuple[bytes, ...]) -> int:
    parts = joined.split(quote)
    return sum(
        inside.count(b"\n") + 1 - (_already_counted(inside, used) if used else 0)
        for before, inside in zip(parts[0::2], parts[1::2], strict=False)
        if before[-1:] == b"\n" or before[-2:] in {b"\nr", b"\nR", b"\nu", b"\nb"}
    )


def _in_anchored(joined: bytes, opener: bytes, closer: bytes, used: tuple[bytes, ...]) -> int:
    comment = 0
    at = joined.find(b"\n" + opener)
    while at >= 0:
        end = joined.find(b"\n" + closer, at)
        inside = joined[at:] if end < 0 else joined[at:end]
        comment += inside.count(b"\n") + (0 if end < 0 else 1) - _already_counted(inside, used)
        at = -1 if end < 0 else joined.find(b"\n" + opener, end + 1 + len(closer))
    return comment


def _already_counted(inside: bytes, used: tuple[bytes, ...]) -> int:
    return sum(inside.count(b"\n" + marker) for marker in used)


def _is_inside_string_or_comment(before: bytes, line: tuple[bytes, ...]) -> bool:
    prefix = before[before.rfind(b"\n") + 1 :]
    return any(marker in prefix for marker in line) or any(prefix.count(quote) % 2 for quote in _QUOTES)
