"""Is anybody looking after it?"""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import README, ago, commits, facts, issue, judged, library, local_facts, pull, release
from tests.cpu import cpu_s

_QUIET = {"commits": (), "last_human_commit_at": ago(700), "pull_requests": (), "issues": (), "releases": ()}


@pytest.mark.parametrize(
    ("changes", "state", "share"),
    [
        ({}, State.PASS, 1.0),
        (_QUIET, State.WARN, 0.3),
        ({**_QUIET, "issues": (issue(1, 400, answered_h=None),)}, State.WARN, 0.1),
        ({**_QUIET, "releases": (release("v2.0.0", 700),)}, State.PASS, 1.0),
        ({**_QUIET, "is_archived": True}, State.NOT_APPLICABLE, None),
        (
            {"commits": None, "last_human_commit_at": None, "releases": None, "issues": None, "pull_requests": None},
            State.UNKNOWN,
            None,
        ),
    ],
    ids=["active", "stale", "stale with questions", "finished", "archived", "unknown"],
)
def test_status(changes: dict[str, object], state: State, share: float | None) -> None:
    check = judged("status", library(), facts(**changes))
    assert check.state is state
    assert check.share == share


@pytest.mark.parametrize(
    "line",
    [
        "**DEPRECATED**: use other-tally.",
        "This project is no longer maintained.",
        "> This package has been deprecated in favour of x.",
        "Unmaintained. Do not use.",
        "[**DEPRECATED**] use other-tally.",
        "**Update** tally (this repo) is now very old and deprecated but I will leave it up for posterity.",
    ],
)
def test_a_readme_that_declares_itself_deprecated(line: str) -> None:
    check = judged("deprecated", library({"README.md": f"# Tally\n\n{line}\n"}))
    assert check.state is State.WARN
    assert check.evidence[0].line == 3


@pytest.mark.parametrize(
    "line",
    [
        "Replaces the deprecated counter.",
        "Finds deprecated calls in your code.",
        "This tool is used to find deprecated calls.",
    ],
)
def test_talk_about_deprecation_is_none(line: str) -> None:
    assert judged("deprecated", library({"README.md": f"# Tally\n\n{line}\n"})).state is State.PASS


@pytest.mark.parametrize("run", ["*", "[", " ", "(this repo) is now very "])
def test_a_first_line_without_an_end_costs_little(run: str) -> None:
    files = library({"README.md": run * (300_000 // len(run))})
    assert cpu_s(lambda: judged("deprecated", files)) < 3


def test_a_deprecated_repository_is_meant_to_rest() -> None:
    files = library({"README.md": README.replace("# Tally", "# Tally\n\nThis project is deprecated.")})
    assert judged("status", files, facts(**_QUIET)).state is State.NOT_APPLICABLE


def test_commits_count_people_and_bots_apart() -> None:
    assert judged("human-commits", library()).found == "14 human commits by 2 people in 90 days, and 2 commits by bots."
    local = local_facts(commits=commits(("ada", 1, 3, 3)))
    assert judged("human-commits", library(), local).found == "1 human commit by 1 person in 90 days."


def test_bots_alone_keep_it_in_maintenance() -> None:
    told = facts(**{**_QUIET, "pull_requests": (pull(9, 20, merged=10, by="dependabot", is_bot=True),)})
    check = judged("status", library(), told)
    assert check.state is State.PASS
    assert "Only bots' updates" in check.found
