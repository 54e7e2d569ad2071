"""Scores, coverage, grades and the value of a fix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.analysis.scoring import GRADES, Tally, grade_of, group_scores, tally, value_of
from bot.model.report import Check, Group, State


def _check(state: State, weight: int = 10, share: float | None = None, group: Group = Group.QUALITY) -> Check:
    return Check(id="x", number=1, group=group, title="t", state=state, found="f", weight=weight, share=share)


@pytest.mark.parametrize(
    ("states", "score", "coverage"),
    [
        ([State.PASS], 100, 1.0),
        ([State.PASS, State.FAIL], 50, 1.0),
        ([State.PASS, State.WARN], 75, 1.0),
        ([State.PASS, State.UNKNOWN], 100, 0.5),
        ([State.PASS, State.NOT_APPLICABLE], 100, 1.0),
        ([State.UNKNOWN], None, 0.0),
        ([State.NOT_APPLICABLE], None, 0.0),
        ([State.NOT_APPLICABLE, State.FAIL], 0, 1.0),
        ([State.PASS, State.UNKNOWN, State.UNKNOWN], 100, 0.3333),
        ([], None, 0.0),
    ],
)
def test_tally(states: list[State], score: int | None, coverage: float) -> None:
    sums = tally(_check(state) for state in states)
    assert sums.score == score
    assert sums.coverage == coverage


@pytest.mark.parametrize(
    ("score", "grade"),
    [(100, "A"), (90, "A"), (89, "B"), (80, "B"), (79, "C"), (70, "C"), (69, "D"), (55, "D"), (54, "E"), (40, "E"),
     (39, "F"), (0, "F"), (None, "")],
)  # fmt: skip
def test_grade(score: int | None, grade: str) -> None:
    assert grade_of(score) == grade


@pytest.mark.parametrize(
    ("state", "share", "earned"),
    [(State.WARN, None, 50), (State.WARN, 0.8, 80), (State.WARN, 0.0, 0), (State.PASS, 0.3, 30), (State.FAIL, 0.2, 20)],
)
def test_a_share_that_is_told_counts_instead_of_the_states(state: State, share: float | None, earned: int) -> None:
    assert tally([_check(state, share=share)]).score == earned


def test_grades_fall_from_the_best_to_zero() -> None:
    lowest = [bound for bound, _ in GRADES]
    assert lowest == sorted(lowest, reverse=True)
    assert lowest[-1] == 0
    assert [grade for _, grade in GRADES] == sorted(grade for _, grade in GRADES)


def test_value_is_the_points_that_a_fix_brings() -> None:
    checks = [_check(State.FAIL), _check(State.PASS, 30)]
    before = tally(checks)
    after = tally([_check(State.PASS), _check(State.PASS, 30)])
    assert before.score is not None
    assert after.score is not None
    assert value_of(checks[0], before) == after.score - before.score
    assert value_of(_check(State.UNKNOWN), before) == 0
    assert value_of(_check(State.FAIL), Tally(0, 0, 0)) == 0


def test_groups_count_their_states() -> None:
    scores = group_scores([_check(State.PASS), _check(State.FAIL), _check(State.UNKNOWN, group=Group.SECURITY)])
    quality, security = scores
    assert (quality.group, quality.score, quality.passed, quality.failed) == (Group.QUALITY, 50, 1, 1)
    assert (security.score, security.coverage, security.unknown) == (None, 0.0, 1)


@given(st.lists(st.tuples(st.sampled_from(State), st.integers(0, 20), st.none() | st.floats(0, 1))))
def test_scores_stay_in_range(rows: list[tuple[State, int, float | None]]) -> None:
    sums = tally(_check(state, weight, share) for state, weight, share in rows)
    assert sums.score is None or 0 <= sums.score <= 100
    assert 0 <= sums.coverage <= 1


@pytest.mark.parametrize(
    ("weight", "share", "judged", "value"),
    [(10, 0.0, 40, 25.0), (10, 0.7, 40, 7.5), (3, None, 40, 3.8), (1, 0.5, 7, 7.1), (10, 1.0, 40, 0.0)],
)
def test_value_by_weight_and_what_is_earned_already(
    weight: int, share: float | None, judged: int, value: float
) -> None:
    assert value_of(_check(State.WARN, weight, share), Tally(0, judged, judged)) == value
