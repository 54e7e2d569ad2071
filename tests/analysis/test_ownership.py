"""Who carries the repository: the owners of CODEOWNERS and the people of recent commits."""

from __future__ import annotations

import pytest

from bot.analysis.ownership import MAX_OWNERS, measure_ownership
from bot.model.report import Ownership
from bot.model.snapshot import RepositoryFacts
from tests.analysis.builders import ago, commits, facts, library, pull, view


def _owned(text: str = "", of: RepositoryFacts | None = None) -> Ownership:
    return measure_ownership(view(library({".github/CODEOWNERS": text} if text else {}), of))


def test_without_codeowners_the_people_of_commits_stand() -> None:
    made = _owned(of=facts(commits=commits(("ada", 15, 300, 3), ("bo", 5, 200, 5), ("x[bot]", 9, 100, 1))))
    assert [(one.name, one.source, one.commits, one.share) for one in made.owners] == [
        ("ada", "commits", 15, 0.75),
        ("bo", "commits", 5, 0.25),
    ]
    assert made.owners[0].last_commit_at == ago(3)
    assert (made.codeowners_path, made.codeowners_coverage, made.bus_factor) == ("", None, 1)


def test_owners_of_most_patterns_stand_first_and_before_committers() -> None:
    made = _owned("* @octo/team\n/tests/ @bo @ada\n/tally/ @bo\n")
    names = [(one.name, one.patterns) for one in made.owners if one.source == "CODEOWNERS"]
    assert names == [("@bo", 2), ("@ada", 1), ("@octo/team", 1)]
    assert [one.source for one in made.owners][:3] == ["CODEOWNERS"] * 3
    assert (made.codeowners_path, made.codeowners_coverage) == (".github/CODEOWNERS", 1.0)


def test_the_covered_share_is_of_all_files() -> None:
    made = _owned("/tests/ @bo\n")
    assert made.codeowners_coverage == pytest.approx(1 / 7, abs=0.0001)


@pytest.mark.parametrize(("count", "factor"), [(9, None), (10, 1)])
def test_too_few_commits_make_no_bus_factor(count: int, factor: int | None) -> None:
    assert _owned(of=facts(commits=commits(("ada", count, 100, 1)))).bus_factor == factor


def test_an_unknown_history_is_no_history() -> None:
    made = _owned(of=facts(commits=None))
    assert (made.owners, made.bus_factor) == ((), None)


def test_lists_are_bounded() -> None:
    people = commits(*((f"person{number:03}", 1, 50, 50) for number in range(MAX_OWNERS + 20)))
    rules = "".join(f"/tests/ @owner{number}\n" for number in range(MAX_OWNERS + 20))
    made = _owned(rules, facts(commits=people))
    assert [one.source for one in made.owners].count("commits") == MAX_OWNERS
    assert [one.source for one in made.owners].count("CODEOWNERS") == MAX_OWNERS


@pytest.mark.parametrize(("reviews", "share"), [((True, False), 0.5), ((True, None), 1.0), ((None,), None), ((), None)])
def test_the_reviewed_share_counts_what_is_known(reviews: tuple[bool | None, ...], share: float | None) -> None:
    pulls = tuple(pull(number, 9, merged=8, reviewed=reviewed) for number, reviewed in enumerate(reviews))
    assert _owned(of=facts(pull_requests=pulls)).reviewed_share == share
