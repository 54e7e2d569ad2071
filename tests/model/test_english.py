"""Counts and shares as English says them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.english import counted, percent, plural


@pytest.mark.parametrize(
    ("count", "word", "said"),
    [
        (0, "file", "0 files"),
        (1, "file", "1 file"),
        (2, "file", "2 files"),
        (1234, "line", "1,234 lines"),
        (2, "dependency", "2 dependencies"),
        (2, "direct dependency", "2 direct dependencies"),
        (3, "person", "3 people"),
        (2, "delivery", "2 deliveries"),
        (2, "refresh", "2 refreshes"),
    ],
)
def test_counts(count: int, word: str, said: str) -> None:
    assert counted(count, word) == said


@pytest.mark.parametrize(("count", "said"), [(1, "1 link or device"), (2, "2 links or devices")])
def test_more_than_the_last_word_may_change(count: int, said: str) -> None:
    assert counted(count, "link or device", "links or devices") == said


@pytest.mark.parametrize(("count", "verb"), [(0, "are"), (1, "is"), (2, "are")])
def test_verbs_go_with_their_count(count: int, verb: str) -> None:
    assert plural("is", count) == verb


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (1, "100 %"), (0.999, "99 %"), (0.001, "under 1 %"), (0.5, "50 %"), (0.146, "15 %"), (0.01, "1 %")],
)
def test_shares(share: float, said: str) -> None:
    assert percent(share) == said


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_part_is_never_all_or_nothing(share: float) -> None:
    assert percent(share) not in {"0 %", "100 %"}
