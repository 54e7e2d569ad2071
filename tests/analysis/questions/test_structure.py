"""Layout, complexity, duplication and debt."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import judged, library, python_code


def _branches(count: int) -> str:
    body = "\n".join(f"    if value == {n}:\n        return {n}" for n in range(count))
    return f"def choose(value: int) -> int:\n{body}\n    return 0\n"


@pytest.mark.parametrize(("branches", "state"), [(3, State.PASS), (20, State.WARN), (60, State.WARN)])
def test_complexity(branches: int, state: State) -> None:
    check = judged("complexity", library({"tally/choose.py": _branches(branches)}))
    assert check.state is state
    if state is State.WARN:
        assert (check.evidence[0].path, check.evidence[0].line) == ("tally/choose.py", 1)
        assert "`choose`" in check.found


def test_the_configuration_moves_the_bound() -> None:
    files = library({"tally/choose.py": _branches(20), ".github/radar.yml": "thresholds:\n  complexity: 30\n"})
    assert judged("complexity", files).state is State.PASS


def test_copies_are_told_with_both_places() -> None:
    same = python_code(150, "copy")
    check = judged("duplication", library({"tally/a.py": same, "tally/b.py": same}))
    assert check.state is State.FAIL
    assert "tally/a.py" in check.next_step
    assert "tally/b.py" in check.next_step


def test_debt_names_the_largest_file() -> None:
    check = judged("debt", library({"tally/huge.py": python_code(700)}))
    assert check.state is State.WARN
    assert "`tally/huge.py`" in check.next_step


def test_many_markers_warn() -> None:
    marked = "".join(f"x{n} = {n}  # TODO: later\n" for n in range(30))
    check = judged("debt", library({"tally/marked.py": marked}))
    assert check.state is State.WARN
    assert "30 debt markers" in check.found


def test_a_crowded_root_warns() -> None:
    files = library({f"module{n}.py": "x = 1\n" for n in range(50)})
    assert judged("layout", files).state is State.WARN
    assert judged("layout", library()).state is State.PASS


_DEEP = "x = [\n" * 200 + "]\n" * 200


@pytest.mark.parametrize(("branches", "state"), [(3, State.PASS), (20, State.WARN)])
def test_what_could_not_be_measured_is_said(branches: int, state: State) -> None:
    check = judged("complexity", library({"tally/choose.py": _branches(branches), "tally/deep.py": _DEEP}))
    assert check.state is state
    assert check.found.endswith(" Lizard did not get through `tally/deep.py`.")


def test_where_nothing_could_be_measured_the_answer_is_unknown() -> None:
    check = judged("complexity", {"a.py": _DEEP, "b.py": _DEEP})
    assert check.state is State.UNKNOWN
    assert "`a.py` and `b.py`" in check.reason


def test_the_depth_that_a_framework_asks_for_is_fine() -> None:
    deep = "/".join("abcdefghijklm")
    assert judged("layout", library({f"{deep}/a.py": "a = 1\n"})).state is State.WARN
    assert judged("layout", library({f"src/routes/{deep}/a.py": "a = 1\n"})).state is State.PASS
