"""Runs of equal lines in two files, exactly and in linear time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.contents import duplicates
from bot.analysis.contents.comments import NO_COMMENTS
from bot.analysis.contents.duplicates import MIN_RUN, DuplicateFinder
from bot.analysis.contents.lines import count_lines
from bot.model.snapshot import DuplicateFact
from tests.cpu import cpu_s


def lines(prefix: str, count: int) -> list[str]:
    return [f"{prefix} = {number}" for number in range(count)]


def find(*files: list[str], comments: tuple[bytes, ...] = ()) -> DuplicateFinder:
    finder = DuplicateFinder()
    for number, file in enumerate(files):
        finder.add(f"f{number}.py", count_lines("\n".join(file).encode(), NO_COMMENTS), comments)
    return finder


@given(before=st.integers(0, 12), other=st.integers(0, 12), after=st.integers(0, 7), run=st.integers(MIN_RUN, 40))
@settings(max_examples=80, deadline=None)
def test_every_long_run_is_found_with_its_exact_length(before: int, other: int, after: int, run: int) -> None:
    shared = lines("shared", run)
    finder = find(
        lines("a", other) + shared + lines("b", after), [*lines("c", before), "", "", *shared, *lines("d", after)]
    )
    assert finder.duplicates == (
        DuplicateFact(path="f1.py", line=before + 3, other_path="f0.py", other_line=other + 1, lines=run),
    )
    assert finder.duplicated_lines == run


@given(run=st.integers(0, MIN_RUN - 1))
def test_short_runs_are_chance(run: int) -> None:
    assert find(lines("s", run) + lines("a", 20), lines("s", run) + lines("b", 20)).duplicates == ()


def test_indentation_and_blank_lines_do_not_matter() -> None:
    shared = lines("s", 12)
    spread = [part for line in shared for part in (f"    {line}", "")]
    assert find(shared, spread).duplicated_lines == 12


@pytest.mark.parametrize(
    "shared",
    [[f"# line {n}" for n in range(30)], [f"import m{n}" for n in range(30)], ["}"] * 30, ["x", "y"] * 20],
    ids=["licence header", "imports", "braces", "few distinct lines"],
)
def test_what_is_no_copied_code(shared: list[str]) -> None:
    finder = find(shared + lines("a", 10), shared + lines("b", 10), comments=(b"#",))
    assert finder.duplicates == ()
    assert finder.duplicated_lines == 0


def test_lines_are_counted_once_however_often_they_were_seen() -> None:
    shared = lines("s", 20)
    assert find(shared, shared, shared).duplicated_lines == 40


def test_past_the_limit_files_are_counted_as_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MAX_LINES", 25)
    finder = find(lines("s", 20), lines("s", 20))
    assert finder.skipped_files == 1
    assert finder.duplicates == ()


def test_time_grows_with_the_lines_even_for_the_worst_input() -> None:
    def seconds(count: int) -> float:
        return cpu_s(lambda: find(*(["}"] * 200 + lines("s", 200) for _ in range(count))))

    seconds(10)
    assert any(seconds(400) < 8 * 4 * max(seconds(50), 0.002) for _ in range(3))
