"""Complexity is measured in the largest files that fit the budget, and the same each time."""

from __future__ import annotations

from collections.abc import Iterator

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


@pytest.mark.parametrize(
    "content",
    [b"x = " + b"(" * 101 + b"\n" * 10, b"(" * 50_000 + b"\n" * 10],
    ids=["one bracket too many", "thousands"],
)
def test_a_file_that_nests_too_deep_costs_only_itself_and_is_named(content: bytes) -> None:
    found, told = measure(("deep.py", content), ("a.py", body("a", 5)))
    assert found == [("a", 6)]
    assert told == "lizard did not get through `deep.py`"


def test_as_deep_as_the_bound_is_read() -> None:
    content = b"x = " + b"(" * 100 + b"1" + b")" * 100 + b"\n" * 10
    assert measure(("deep.py", content), ("a.py", body("a", 5))) == ([("a", 6)], "")


def test_a_file_that_lizard_stumbles_over_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from lizard import FileAnalyzer

    read = FileAnalyzer.analyze_source_code

    def stumbles(self: FileAnalyzer, path: str, text: str) -> object:
        if path.startswith("odd"):
            raise RecursionError
        return read(self, path, text)

    monkeypatch.setattr(FileAnalyzer, "analyze_source_code", stumbles)
    odd = [(f"odd{number}.py", body("o", 3)) for number in range(5)]
    found, told = measure(*odd, ("a.py", body("a", 5)))
    assert found == [("a", 6)]
    assert told == "lizard did not get through `odd0.py`, `odd1.py`, `odd2.py` and 2 more"


def test_a_file_in_which_lizard_swallows_its_own_error_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def recurses(_self: object, tokens: Iterator[str], _reader: object) -> Iterator[str]:
        for token in tokens:
            if token == "odd":
                raise RecursionError
            yield token

    monkeypatch.setattr("lizard_languages.python.PythonReader.__call__", recurses)
    _, told = measure(("odd.py", body("odd", 5)), ("a.py", body("a", 5)))
    assert "odd.py" in capsys.readouterr().err
    assert told == "lizard did not get through `odd.py`"


class _Clock:
    """Goes on by `step` seconds each time it is looked at."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def _timed(clock: _Clock, *files: tuple[str, bytes]) -> tuple[list[str], str]:
    queue = ComplexityQueue()
    for path, content in files:
        queue.offer(path, "Python", content.count(b"\n"), content)
    functions, told = queue.measure(clock)
    return [fact.name for fact in functions or ()], told


def test_a_file_that_takes_too_long_is_left_and_named() -> None:
    slow = ("slow.py", body("slow", 400))
    assert _timed(_Clock(complexity.FILE_S / 9), slow)[1] == "lizard did not get through `slow.py`"
    assert _timed(_Clock(0.0), slow) == (["slow"], "")


def test_a_tree_that_takes_too_long_is_measured_in_part() -> None:
    files = [(f"{number}.py", body(f"f{number}", 3)) for number in range(50)]
    found, told = _timed(_Clock(2.0), *files)
    assert 0 < len(found) < 50
    assert told == f"complexity was measured in the {len(found)} largest of 50 files"


def test_files_that_are_too_large_are_named() -> None:
    large = body("large", 3) + b"#" * complexity.MAX_FILE_BYTES
    found, told = _timed(_Clock(0.0), ("small.py", body("small", 9)), ("large.py", large))
    assert (found, told) == (["small"], "`large.py` was left out: over 400,000 bytes")
    found, told = _timed(_Clock(0.0), ("b.py", large), ("a.py", large))
    assert (found, told) == ([], "`a.py` and `b.py` were left out: over 400,000 bytes")


def test_the_languages_are_linguists() -> None:
    assert set(lookups().languages) >= LANGUAGES
