"""One person for each set of logins, names and addresses."""

from __future__ import annotations

import pytest

from bot.analysis.people import bus_factor, fold_people, is_bot
from bot.model.snapshot import CommitFact
from tests.analysis.builders import commit, commits


def _people(*history: CommitFact) -> list[tuple[str, int]]:
    return [(person.name, person.commits) for person in fold_people(history)]


def test_a_shared_address_is_one_person() -> None:
    assert _people(commit(1, "ada", email="a@x.org"), commit(2, "countess", email="A@x.org")) == [("ada", 2)]


def test_a_shared_full_name_is_one_person() -> None:
    assert _people(commit(1, "ada", name="Ada Lovelace"), commit(2, "Ada Lovelace")) == [("ada", 2)]


def test_a_name_without_its_spaces_is_the_same_person() -> None:
    assert len(_people(commit(1, "adalovelace"), commit(2, "x", name="Ada Lovelace"))) == 1
    assert len(_people(commit(1, "adalovelace"), commit(2, "Ada Lovelace"))) == 1
    assert len(_people(commit(1, "adal"), commit(2, "Ada L"))) == 2


def test_a_shared_first_name_is_not() -> None:
    assert len(_people(commit(1, "ada1", name="Ada"), commit(2, "ada2", name="Ada"))) == 2


def test_a_noreply_address_is_its_login() -> None:
    assert _people(commit(1, "ada"), commit(2, "", name="x", email="5+ada@users.noreply.github.com")) == [("ada", 2)]


FORMATTER = "matt@users.noreply.github.com"
"""A workflow that formats signs with the pusher's address and the author's name."""


def _formatted(days: float, name: str, *, login: str = "") -> CommitFact:
    return commit(days, login or name, name=name, email=FORMATTER)


@pytest.mark.parametrize("login", ["", "matt"], ids=["a checkout", "GitHub"])
def test_an_address_that_many_names_commit_under_joins_nobody(login: str) -> None:
    others = ["Ada Lovelace", "Grace Hopper", "Jean Bartik"]
    own = [commit(n, name, name=name, email=f"{n}@x.org") for n, name in enumerate(others, 1)]
    history = [*own, *(_formatted(9, name, login=login) for name in [*others, "Matt Phillips"])]
    assert _people(*history) == [*((name, 2) for name in others), ("Matt Phillips", 1)]


def test_one_word_names_of_a_shared_address_stay_apart() -> None:
    names = ["ada", "bo", "cy", "di", "ed"]
    history = [_formatted(n, name, login="matt") for n, name in enumerate(names, 1)]
    assert _people(*history) == [(name, 1) for name in names]


def test_a_few_spellings_of_a_name_are_one_person() -> None:
    names = ["Ada Lovelace", "ada", "Ada L.", "countess"]
    assert len(_people(*(commit(n, name, name=name, email="a@x.org") for n, name in enumerate(names, 1)))) == 1


def test_most_commits_come_first_and_ties_by_name() -> None:
    assert _people(*commits(("zoe", 2, 9, 1), ("bo", 2, 9, 1), ("al", 5, 9, 1))) == [("al", 5), ("bo", 2), ("zoe", 2)]


@pytest.mark.parametrize(
    "name",
    ["dependabot[bot]", "renovate-bot", "github-actions", "pre-commit-ci", "release bot", "web-flow", "Renovate Bot"],
)
def test_bots_are_known_by_name(name: str) -> None:
    assert is_bot(commit(1, name))
    assert fold_people([commit(1, name)]) == ()


@pytest.mark.parametrize("name", ["Abbott", "botany", "robotnik", "Ada Lovelace", "talbot"])
def test_people_are_not(name: str) -> None:
    assert not is_bot(commit(1, name))


@pytest.mark.parametrize(
    ("shares", "factor"), [([], 0), ([5], 1), ([5, 5], 2), ([6, 5], 1), ([4, 3, 3], 2), ([1] * 7, 4)]
)
def test_bus_factor(shares: list[int], factor: int) -> None:
    history = commits(*((f"p{n}", share, 9, 1) for n, share in enumerate(shares)))
    assert bus_factor(fold_people(history)) == factor
