"""Measures cyclomatic complexity with lizard, largest files first, within a budget of lines that keeps it bounded.

The budget counts lines, not seconds, so that the same tree always gives the same answer.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.analysis.contents.text import decode
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
"""No tree takes longer; reaching this is said in the report."""

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
    _kept_lines: int = 0
    _heap: list[tuple[int, str, bytes]] = field(default_factory=list)

    def offer(self, path: str, language: str, code: int, content: bytes) -> None:
        """Considers one file with `code` lines of code."""
        if language not in LANGUAGES:
            self.unread_lines += code
            return
        if code < 5 or len(content) > MAX_FILE_BYTES:
            return
        self.offered_files += 1
        lines = max(code, len(content) // LINE_BYTES)
        heapq.heappush(self._heap, (lines, path, content))
        self._kept_lines += lines
        while self._kept_lines - self._heap[0][0] >= MAX_LINES:
            self._kept_lines -= heapq.heappop(self._heap)[0]

    def measure(self) -> tuple[tuple[FunctionFact, ...] | None, str]:
        """The most complex functions, worst first, and what was not measured ("" for nothing).

        None where there is code, but only in languages that lizard does not read.
        """
        if self.unread_lines and not self.offered_files:
            return None, "lizard reads none of the languages here"
        from lizard import FileAnalyzer, get_extensions

        analyzer = FileAnalyzer([_guard, *get_extensions([])])
        started = time.monotonic()
        found: list[FunctionFact] = []
        measured = 0
        for _, path, content in sorted(self._heap, key=lambda item: (-item[0], item[1])):
            if time.monotonic() - started > SAFETY_S:
                break
            found.extend(_functions(analyzer, path, decode(content)))
            measured += 1
        found.sort(key=lambda fact: (-fact.complexity, -fact.lines, fact.path, fact.line))
        rest = self.offered_files - measured
        told = f"complexity was measured in the {measured:,} largest of {self.offered_files:,} files" if rest else ""
        return tuple(found[:MAX_FUNCTIONS]), told


def _guard(tokens: Iterable[str], _reader: Any) -> Iterator[str]:
    """Passes the tokens on until they nest too deep or take too long, which only hostile files do."""
    deadline = time.monotonic() + FILE_S
    depth = 0
    for number, token in enumerate(tokens):
        if token in _OPENERS:
            depth += 1
            if depth > MAX_DEPTH:
                return
        elif token in _CLOSERS:
            depth -= 1
        elif not number % 64 and time.monotonic() > deadline:
            return
        yield token


def _functions(analyzer: Any, path: str, text: str) -> list[FunctionFact]:
    """The functions of one file; none where lizard gives up on it."""
    try:
        found = analyzer.analyze_source_code(path, text).function_list
    except Exception:
        return []
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
