"""Complexity is measured in the largest files that fit the budget, and the same each time."""

from __future__ import annotations

import pytest

from bot.analysis.contents import complexity
from bot.analysis.contents.complexity import LANGUAGES, ComplexityQueue
from bot.analysis.contents.facts import lookups


def body(name: str, branches: int) -> bytes:
    return (f"def {name}(x):\n" + "".join(f"    if x == {n}:\n        y = {n}\n" for n in range(branches))).encode()


def measure(*files: tuple[str, bytes]) -> tuple[list[tuple[str, int]], str]:
    queue = ComplexityQueue()
    for path, content in files:
        queue.offer(path, "Python", content.count(b"\n"), content)
    functions, told = queue.measure()
    assert functions is not None
    return [(fact.name, fact.complexity) for fact in functions], told


def test_worst_first_whatever_the_order() -> None:
    files = [("a.py", body("a", 5)), ("b.py", body("b", 9)), ("c.py", body("c", 7))]
    assert measure(*files) == measure(*reversed(files)) == ([("b", 10), ("c", 8), ("a", 6)], "")


def test_past_the_budget_the_largest_files_are_measured_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complexity, "MAX_LINES", 30)
    found, told = measure(*((f"{n}.py", body(f"f{n}", n)) for n in range(3, 12)))
    assert found == [("f11", 12), ("f10", 11)]
    assert told == "complexity was measured in the 2 largest of 9 files"


def test_a_file_that_lizard_trips_over_costs_only_itself() -> None:
    found, _ = measure(("deep.py", b"(" * 50_000 + b"\n" * 10), ("a.py", body("a", 5)))
    assert found == [("a", 6)]


def test_the_languages_are_linguists() -> None:
    assert set(lookups().languages) >= LANGUAGES
