"""Bus factor, main author, reviews."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import commit, commits, facts, judged, library, pull


@pytest.mark.parametrize(
    ("history", "state"),
    [
        (commits(("ada", 20, 300, 1)), State.WARN),
        (commits(("ada", 8, 300, 1), ("bo", 7, 300, 1)), State.WARN),
        (
            commits(("ada", 7, 300, 1), ("bo", 7, 300, 1), ("cy", 7, 300, 1), ("di", 7, 300, 1), ("ed", 7, 300, 1)),
            State.PASS,
        ),
        (commits(("ada", 3, 300, 1)), State.NOT_APPLICABLE),
        (commits(("dependabot[bot]", 30, 300, 1)), State.NOT_APPLICABLE),
        (None, State.UNKNOWN),
    ],
    ids=["one", "two", "five", "quiet", "bots", "unknown"],
)
def test_bus_factor(history: object, state: State) -> None:
    assert judged("bus-factor", library(), facts(commits=history)).state is state


def test_identities_of_one_person_are_folded() -> None:
    history = (
        *(commit(n, "ada", name="Ada Lovelace", email="ada@example.org") for n in range(1, 6)),
        *(commit(n, "Ada Lovelace", name="Ada Lovelace", email="al@work.example") for n in range(6, 11)),
        *(commit(n, "", name="al", email="12+Ada@users.noreply.github.com") for n in range(11, 14)),
    )
    check = judged("bus-factor", library(), facts(commits=history))
    assert check.found == "ada wrote 100 % of the last year's 13 human commits."


def test_main_author_away() -> None:
    history = commits(("ada", 40, 900, 300), ("bo", 15, 200, 3))
    check = judged("top-owner", library(), facts(commits=history, releases=()))
    assert check.state is State.WARN
    assert "bo" in check.next_step
    assert judged("top-owner", library(), facts(commits=commits(("ada", 40, 100, 3)))).state is State.PASS


def test_the_first_of_many_is_no_main_author() -> None:
    many = [(f"p{n}", 8, 200, 3) for n in range(9)]
    history = commits(("ada", 12, 900, 300), *many)
    assert judged("top-owner", library(), facts(commits=history, releases=())).state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("reviewed", "unreviewed", "state"),
    [(9, 1, State.PASS), (5, 5, State.WARN), (1, 9, State.FAIL), (2, 1, State.NOT_APPLICABLE)],
)
def test_reviewed(reviewed: int, unreviewed: int, state: State) -> None:
    pulls = (
        *(pull(n, 50, merged=40, by="grace") for n in range(reviewed)),
        *(pull(50 + n, 50, merged=40, by="grace", reviewed=False) for n in range(unreviewed)),
    )
    assert judged("reviewed", library(), facts(pull_requests=pulls)).state is state


def test_one_person_cannot_be_reviewed() -> None:
    pulls = tuple(pull(n, 50, merged=40, by="ada", reviewed=False) for n in range(9))
    told = facts(commits=commits(("ada", 30, 80, 1)), pull_requests=pulls)
    assert judged("reviewed", library(), told).state is State.NOT_APPLICABLE
