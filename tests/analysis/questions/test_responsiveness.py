"""First response, pull request flow, backlog."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import commits, facts, issue, judged, library, pull

_NOBODY = {"issues": (), "pull_requests": ()}


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.PASS),
        (_NOBODY, State.NOT_APPLICABLE),
        ({"issues": None, "pull_requests": None}, State.UNKNOWN),
        ({"issues": tuple(issue(n, 60 + n, answered_h=24 * 10) for n in range(5)), "pull_requests": ()}, State.WARN),
        ({"issues": tuple(issue(n, 60 + n, answered_h=24 * 50) for n in range(5)), "pull_requests": ()}, State.FAIL),
        ({"issues": tuple(issue(n, 60 + n, answered_h=None) for n in range(5)), "pull_requests": ()}, State.FAIL),
        ({"issues": tuple(issue(n, 5, answered_h=None) for n in range(5)), "pull_requests": ()}, State.NOT_APPLICABLE),
        ({**_NOBODY, "commits": commits(("ada", 20, 80, 1))}, State.NOT_APPLICABLE),
    ],
    ids=["soon", "nobody asks", "unknown", "slow", "very slow", "never", "within grace", "solo"],
)
def test_first_response(changes: dict[str, object], state: State) -> None:
    assert judged("first-response", library(), facts(**changes)).state is state


@pytest.mark.parametrize(
    ("merged", "open_ones", "state"),
    [(9, 1, State.PASS), (5, 5, State.WARN), (1, 9, State.FAIL), (1, 1, State.NOT_APPLICABLE)],
)
def test_pull_request_flow(merged: int, open_ones: int, state: State) -> None:
    pulls = (*(pull(n, 60, merged=50) for n in range(merged)), *(pull(100 + n, 60) for n in range(open_ones)))
    check = judged("pull-request-flow", library(), facts(pull_requests=pulls, open_pull_requests=open_ones))
    assert check.state is state


@pytest.mark.parametrize(
    ("ages", "state"),
    [([], State.PASS), ([20, 40, 60], State.PASS), ([500, 600, 700, 10], State.WARN), ([900], State.PASS)],
)
def test_backlog(ages: list[int], state: State) -> None:
    told = facts(issues=tuple(issue(n, age) for n, age in enumerate(ages)), open_issues=len(ages))
    assert judged("backlog-age", library(), told).state is state


def test_backlog_names_the_oldest_first() -> None:
    told = facts(issues=(issue(7, 900), issue(8, 500), issue(9, 400), issue(10, 3)), open_issues=4)
    assert judged("backlog-age", library(), told).next_step.endswith("beginning with #7, #8 and #9.")


def test_switched_off_issues_have_no_backlog() -> None:
    assert judged("backlog-age", library(), facts(has_issues_enabled=False)).state is State.NOT_APPLICABLE
