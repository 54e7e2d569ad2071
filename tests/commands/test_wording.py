"""The words that replies and check runs share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bot.commands import wording
from bot.model.report import MovedPackage, Report, State, Status

MakeReport = Callable[..., Report]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [(75, 78, "▲ 3"), (78, 75, "▼ 3"), (75, 75, "unchanged"), (None, 75, ""), (75, None, "")],
)
def test_trends(make_report: MakeReport, before: int | None, after: int | None, words: str) -> None:
    changes = make_report().changes
    assert changes is not None
    assert wording.trend(replace(changes, score_before=before, score_after=after)) == words
    assert wording.trend(None) == ""


@pytest.mark.parametrize(("number", "words"), [(3, "+3"), (-2, "−2"), (0, "±0")])
def test_signs(number: int, words: str) -> None:
    assert wording.signed(number) == words


@pytest.mark.parametrize(
    ("before", "after", "words"), [("1", "2", "a 1 → 2"), ("", "2", "a 2"), ("1", "", "a 1"), ("", "", "a")]
)
def test_packages(before: str, after: str, words: str) -> None:
    assert wording.moved_words(MovedPackage(name="a", ecosystem="npm", before=before, after=after, path="p")) == words


def test_every_state_and_status_has_its_words() -> None:
    assert set(wording.STATE_SIGNS) == set(wording.STATE_WORDS) == set(State)
    assert set(wording.STATUS_WORDS) == set(Status)
