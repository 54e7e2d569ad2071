"""Finds runs of equal lines in two files, in time that grows with the number of lines.

Every fifth window of five lines is indexed (by its first, third and fifth); every window is looked up. So each run of
at least nine equal lines meets an indexed window, and is then compared line by line to its full length both ways.
Lines are compared without indentation; blank lines do not count, and comments and imports (licence headers!) make no
duplicate. Repeats within one file are not looked for.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import count

from bot.analysis.contents.lines import Lines
from bot.model.snapshot import DuplicateFact

WINDOW = 5
MIN_RUN = 10
"""The fewest lines of code that make a duplicate; shorter runs are chance."""

MAX_LINES = 1_500_000
"""Lines that are remembered (12 bytes each, and a table entry for every fifth); later files are not compared."""

MAX_REPORTED = 50

_MIN_DISTINCT = 5
_IMPORTS = (
    b"import ",
    b"from ",
    b"#include",
    b"using ",
    b"use ",
    b"package ",
    b"require",
    b"export *",
    b"extern crate",
)


@dataclass(slots=True)
class DuplicateFinder:
    """Takes one file after another; `duplicates` then gives the longest runs, `duplicated_lines` counts them all."""

    duplicated_lines: int = 0
    skipped_files: int = 0
    _index: dict[int, int] = field(default_factory=dict)
    _paths: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _hashes: array[int] = field(default_factory=lambda: array("q"))
    _numbers: array[int] = field(default_factory=lambda: array("I"))
    _found: list[DuplicateFact] = field(default_factory=list)

    def add(self, path: str, lines: Lines, comment_starts: tuple[bytes, ...]) -> None:
        """Compares one file with all before it. Lines that begin with one of `comment_starts` are no code."""
        stripped = lines.stripped
        if len(stripped) < MIN_RUN:
            return
        if len(self._hashes) + len(stripped) > MAX_LINES:
            self.skipped_files += 1
            return
        hashes = list(map(hash, stripped))
        windows = list(map(hash, zip(hashes, hashes[2:], hashes[4:], strict=False)))
        start = len(self._hashes)
        self._hashes.fromlist(hashes)
        self._numbers.fromlist(list(lines.numbers()))
        self._paths.append(path)
        self._starts.append(start)
        index = self._index
        others = list(map(index.get, windows))
        if others.count(None) < len(others):
            self._compare(start, others, stripped, comment_starts + _IMPORTS)
        index.update(zip(windows[::WINDOW], count(start, WINDOW), strict=False))

    @property
    def duplicates(self) -> tuple[DuplicateFact, ...]:
        """The longest runs, longest first."""
        ordered = sorted(self._found, key=lambda fact: (-fact.lines, fact.path, fact.line))
        return tuple(ordered[:MAX_REPORTED])

    def _compare(self, start: int, others: list[int | None], stripped: list[bytes], no_code: tuple[bytes, ...]) -> None:
        """`others` has for each window the place of an equal one, if any."""
        covered = start
        for position, other in enumerate(others):
            if other is None:
                continue
            mine = start + position
            if mine < covered:
                continue
            first, last, other_first = self._extend(mine, other, covered)
            if last - first < MIN_RUN:
                continue
            covered = last
            code = [line for line in stripped[first - start : last - start] if not line.startswith(no_code)]
            if len(code) >= MIN_RUN and len(set(code)) >= _MIN_DISTINCT:
                self._report(first, last, other_first)

    def _extend(self, mine: int, other: int, floor: int) -> tuple[int, int, int]:
        """The run around two equal windows: its first line, the line after its last, and the other's first line."""
        hashes = self._hashes
        file = bisect_right(self._starts, other) - 1
        other_floor, other_ceiling = self._starts[file], self._starts[file + 1]
        first, other_first = mine, other
        while first > floor and other_first > other_floor and hashes[first - 1] == hashes[other_first - 1]:
            first -= 1
            other_first -= 1
        last, other_last, ceiling = mine, other, len(hashes)
        while last < ceiling and other_last < other_ceiling and hashes[last] == hashes[other_last]:
            last += 1
            other_last += 1
        return first, last, other_first

    def _report(self, first: int, last: int, other_first: int) -> None:
        self.duplicated_lines += last - first
        if len(self._found) >= 4 * MAX_REPORTED:
            self._found = list(self.duplicates)
        self._found.append(
            DuplicateFact(
                path=self._paths[-1],
                line=self._numbers[first],
                other_path=self._paths[bisect_right(self._starts, other_first) - 1],
                other_line=self._numbers[other_first],
                lines=last - first,
            )
        )
