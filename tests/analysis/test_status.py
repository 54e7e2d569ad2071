"""Status by human activity: the rules of catalogue entry 19, at their bounds."""

from __future__ import annotations

from typing import Any

import pytest

from bot.analysis.status import answered_share, is_stable, judge_status
from bot.model.report import Status
from tests.analysis.builders import NOW, ago, commit, commits, facts, issue, pull, release

_NOTHING: dict[str, Any] = {
    "commits": (),
    "releases": (),
    "issues": (),
    "pull_requests": (),
    "last_human_commit_at": None,
}


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"is_archived": True, "commits": commits(("ada", 9, 9, 1))}, Status.ARCHIVED, "archived on GitHub"),
        ({"commits": (commit(29),)}, Status.ACTIVE, "1 human commit by ada in the last 30 days"),
        ({"commits": (commit(31),)}, Status.MAINTENANCE, "31 days ago"),
        ({"commits": commits(("ada", 4, 89, 31))}, Status.ACTIVE, "4 human commits by ada in the last 90 days"),
        ({"commits": commits(("ada", 3, 89, 31))}, Status.MAINTENANCE, "31 days ago"),
        ({"commits": (commit(29, "dependabot[bot]", is_bot=True),)}, Status.MAINTENANCE, "Only bots' updates"),
        ({"commits": (), "last_human_commit_at": ago(179)}, Status.MAINTENANCE, "6 months ago"),
        ({"commits": (), "last_human_commit_at": ago(181)}, Status.STALE, "6 months ago"),
        ({"releases": (release("nightly", 179),)}, Status.MAINTENANCE, "Release nightly came out"),
        ({"releases": (release("nightly", 181),)}, Status.STALE, "No human commit, release"),
        ({"issues": (issue(4, 170),)}, Status.MAINTENANCE, "a maintainer replied to #4"),
        ({"issues": (issue(4, 200),)}, Status.STALE, ""),
        ({"pull_requests": (pull(5, 95, merged=89, is_bot=True),)}, Status.MAINTENANCE, "Only bots' updates"),
        ({"pull_requests": (pull(5, 95, merged=91, is_bot=True),)}, Status.STALE, ""),
        ({}, Status.STALE, "none is known"),
        ({"commits": None, "issues": None, "pull_requests": None, "releases": None}, Status.UNKNOWN, "not known"),
        ({"commits": None, "last_human_commit_at": ago(3)}, Status.ACTIVE, "3 days ago"),
        ({"is_empty": True}, Status.UNKNOWN, "Nothing has been pushed yet."),
    ],
)
def test_status(changes: dict[str, Any], status: Status, reason: str) -> None:
    answer = judge_status(facts(**{**_NOTHING, **changes}), NOW)
    assert answer.status is status
    assert reason in answer.reason
    assert answer.reason.endswith(".")


def test_truncated_commits_are_at_least_so_many() -> None:
    told = facts(**{**_NOTHING, "commits": commits(("ada", 50, 20, 1)), "commits_truncated": True})
    assert "There were at least 50 human commits" in judge_status(told, NOW).reason


@pytest.mark.parametrize(
    ("changes", "stable"),
    [
        ({"releases": (release("v1.0.0", 9),)}, True),
        ({"releases": (release("2024.3", 9),)}, True),
        ({"releases": (release("v0.9.0", 9),)}, False),
        ({"releases": (release("v1.0.0-rc.1", 9),)}, False),
        ({"releases": (release("v1.0.0", 9, is_prerelease=True),)}, False),
        ({"releases": ()}, False),
        ({"releases": (release("v1.0.0", 9),), "issues": None}, False),
        ({"releases": (release("v1.0.0", 9),), "issues": None, "has_issues_enabled": False}, True),
        (
            {"releases": (release("v1.0.0", 9),), "issues": tuple(issue(n, 50, answered_h=None) for n in range(3))},
            False,
        ),
    ],
)
def test_stable(changes: dict[str, Any], stable: bool) -> None:
    assert is_stable(facts(**{**_NOTHING, **changes}), NOW) is stable


def test_answered_counts_answers_and_closings_after_the_grace() -> None:
    told = facts(
        issues=(
            issue(1, 50),
            issue(2, 50, answered_h=None, closed=40),
            issue(3, 50, answered_h=None),
            issue(4, 3, answered_h=None),
            issue(5, 900, answered_h=None),
        )
    )
    assert answered_share(told, NOW) == pytest.approx(2 / 3)
