"""Measures cyclomatic complexity with lizard, largest files first, within a budget of lines that keeps it bounded.

The budget counts lines, not seconds, so that the same tree always gives the same answer. Seconds are a last resort
against hostile files: they come from the caller's clock, and whatever they or lizard's faults cost is told.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.analysis.contents.text import decode
from bot.analysis.words import code
from bot.model.snapshot import FunctionFact

MAX_LINES = 60_000
"""Lines of code that are measured; lizard reads some 90,000 a second."""

LINE_BYTES = 80
"""A file costs at least a line for so many bytes: long lines are no way around the budget."""

MAX_FILE_BYTES = 400_000
MAX_FUNCTIONS = 200
MAX_DEPTH = 100
"""Brackets inside brackets; lizard's time grows with the square of it, and no person nests so deep."""

FILE_S = 5.0
SAFETY_S = 60.0
"""No tree takes longer by the caller's clock."""

MAX_TOLD = 3
"""Files that are named where lizard did not get through; the rest is counted."""

Clock = Callable[[], float]
"""Seconds from any beginning, never backwards."""

_OPENERS = frozenset("([{")
_CLOSERS = frozenset(")]}")

_NO_NAMES = frozenset({"if", "for", "while", "switch", "catch", "return", "else", "do", "until", "match", "foreach"})
"""What lizard takes for a function's name where macros confuse it."""

LANGUAGES = frozenset({
    "C", "C++", "C#", "Java", "JavaScript", "TypeScript", "TSX", "Vue", "Objective-C", "Objective-C++", "Swift",
    "Python", "Ruby", "PHP", "Scala", "GDScript", "Go", "Lua", "Rust", "Fortran", "Kotlin", "Solidity", "Erlang",
    "Zig", "Perl", "R", "PLSQL",
})  # fmt: skip
"""Languages that lizard reads well enough, by linguist's names."""


@dataclass(slots=True)
class ComplexityQueue:
    """Remembers the largest first-party files that fit the budget; `measure` then reads them."""

    offered_files: int = 0
    unread_lines: int = 0
    too_large: list[str] = field(default_factory=list)
    _kept_lines: int = 0
    _heap: list[tuple[int, str, bytes]] = field(default_factory=list)

    def offer(self, path: str, language: str, code: int, content: bytes) -> None:
        """Considers one file with `code` lines of code."""
        if language not in LANGUAGES:
            self.unread_lines += code
            return
        if code < 5:
            return
        if len(content) > MAX_FILE_BYTES:
            self.too_large.append(path)
            return
        self.offered_files += 1
        lines = max(code, len(content) // LINE_BYTES)
        heapq.heappush(self._heap, (lines, path, content))
        self._kept_lines += lines
        while self._kept_lines - self._heap[0][0] >= MAX_LINES:
            self._kept_lines -= heapq.heappop(self._heap)[0]

    def measure(self, clock: Clock = lambda: 0.0) -> tuple[tuple[FunctionFact, ...] | None, str]:
        """The most complex functions, worst first, and what was not measured, as a clause ("" for nothing).

        None where there is code, but only in languages that lizard does not read. Without a clock nothing is
        stopped by time.
        """
        if self.unread_lines and not self.offered_files and not self.too_large:
            return None, "lizard reads none of the languages here"
        lizard = _Lizard(clock)
        ends_at = clock() + SAFETY_S
        found: list[FunctionFact] = []
        measured = 0
        for _, path, content in sorted(self._heap, key=lambda item: (-item[0], item[1])):
            if clock() > ends_at:
                break
            found.extend(lizard.functions(path, decode(content)))
            measured += 1
        found.sort(key=lambda fact: (-fact.complexity, -fact.lines, fact.path, fact.line))
        return tuple(found[:MAX_FUNCTIONS]), _told(measured, self.offered_files, lizard.gave_up, self.too_large)


def _told(measured: int, offered: int, gave_up: Sequence[str], too_large: Sequence[str]) -> str:
    told = []
    if measured < offered:
        told.append(f"complexity was measured in the {measured:,} largest of {offered:,} files")
    if gave_up:
        told.append(f"lizard did not get through {code(gave_up, limit=MAX_TOLD)}")
    if too_large:
        verb = "was" if len(too_large) == 1 else "were"
        told.append(f"{code(sorted(too_large), limit=MAX_TOLD)} {verb} left out: over {MAX_FILE_BYTES:,} bytes")
    return "; ".join(told)


class _Lizard:
    """lizard, held to its bounds; `gave_up` are the files that it did not read to their end."""

    def __init__(self, clock: Clock) -> None:
        from lizard import FileAnalyzer, get_extensions

        self.gave_up: list[str] = []
        self._clock = clock
        self._is_read_through = False
        self._analyzer = FileAnalyzer([self._guard, *get_extensions([])])

    def functions(self, path: str, text: str) -> list[FunctionFact]:
        """The functions of one file, as far as lizard got."""
        self._is_read_through = False
        try:
            found = self._analyzer.analyze_source_code(path, text).function_list
        except Exception:  # it may stumble over whatever strangers write; the report names the file
            self._is_read_through, found = False, []
        if not self._is_read_through:
            self.gave_up.append(path)
        return [
            FunctionFact(
                name=function.name[:200],
                path=path,
                line=function.start_line,
                complexity=function.cyclomatic_complexity,
                lines=function.nloc,
            )
            for function in found
            if function.cyclomatic_complexity > 1 and function.name not in _NO_NAMES
        ]

    def _guard(self, tokens: Iterable[str], _reader: Any) -> Iterator[str]:
        """Passes the tokens on until they nest too deep or take too long, which only hostile files do.

        lizard tells a RecursionError of its own to stderr only: it shows here, by tokens that nobody asked for.
        """
        ends_at = self._clock() + FILE_S
        depth = 0
        for number, token in enumerate(tokens):
            if token in _OPENERS:
                depth += 1
            elif token in _CLOSERS:
                depth -= 1
            if depth > MAX_DEPTH or (not number % 64 and self._clock() > ends_at):
                return
            yield token
        self._is_read_through = True
