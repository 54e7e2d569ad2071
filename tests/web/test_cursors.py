"""Cursors: a page and the word behind it, read back as they were made; anything else is a slip, never an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from bot.storage.views_repositories import Position
from bot.web import cursors

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)

PAGES = {
    "nothing": ([], 2, [], ""),
    "fewer than a page": ([1], 2, [1], ""),
    "just a page": ([1, 2], 2, [1, 2], ""),
    "one more": ([1, 2, 3], 2, [1, 2], cursors.encode(2)),
}


@pytest.mark.parametrize("case", PAGES)
def test_the_row_read_beyond_a_page_says_that_another_follows(case: str) -> None:
    rows, limit, page, cursor = PAGES[case]
    assert cursors.cut(rows, limit, lambda one: (one,)) == (page, cursor)


@given(rows=st.lists(st.integers(1, 2**62), unique=True).map(sorted), limit=st.integers(1, 5))
def test_pages_behind_each_other_are_the_whole_list(rows: list[int], limit: int) -> None:
    seen, after = list[int](), 0
    for _ in range(len(rows) + 1):
        behind = [one for one in rows if one > after][: limit + 1]
        page, cursor = cursors.cut(behind, limit, lambda one: (one,))
        seen += page
        if not cursor:
            break
        after = cursors.number(cursor)
    assert seen == rows


READ: dict[str, tuple[object, object]] = {
    "a moment and a word": (cursors.before(cursors.encode(AT.isoformat(), "guid")), (AT, "guid")),
    "a moment without zone is UTC": (cursors.before(cursors.encode("2026-11-24T08:00:00", "guid")), (AT, "guid")),
    "a moment and a number": (cursors.before_number(cursors.encode(AT.isoformat(), 7)), (AT, 7)),
    "a number": (cursors.number(cursors.encode(7)), 7),
    "a score": (cursors.position(cursors.encode("-score", 80, 7), "-score"), Position(80, 7)),
    "no score": (cursors.position(cursors.encode("-score", None, 7), "-score"), Position(None, 7)),
    "a name": (cursors.position(cursors.encode("name", "acme/hello", 7), "name"), Position("acme/hello", 7)),
    "the first page by moment": (cursors.before(""), None),
    "the first page by number": (cursors.number(""), 0),
    "the first page in an order": (cursors.position("", "name"), None),
}


@pytest.mark.parametrize("case", READ)
def test_what_was_made_is_read(case: str) -> None:
    read, made = READ[case]
    assert read == made


WRONG: dict[str, Callable[[], object]] = {
    "no base64": lambda: cursors.number("!!"),
    "no JSON": lambda: cursors.number("aGVsbG8"),
    "another shape": lambda: cursors.before(cursors.encode(7)),
    "no moment": lambda: cursors.before(cursors.encode("yesterday", "guid")),
    "a moment before time": lambda: cursors.before(cursors.encode("0001-01-01T00:00:00+14:00", "guid")),
    "a number too large for a column": lambda: cursors.number(cursors.encode(2**63)),
    "an id too large for a column": lambda: cursors.before_number(cursors.encode(AT.isoformat(), 2**63)),
    "another order": lambda: cursors.position(cursors.encode("name", "a", 7), "-score"),
    "a word as a score": lambda: cursors.position(cursors.encode("-score", "a", 7), "-score"),
    "a score too large": lambda: cursors.position(cursors.encode("-score", 2**63, 7), "-score"),
    "a NUL": lambda: cursors.before(cursors.encode(AT.isoformat(), "\0")),
    "a NUL in a name": lambda: cursors.position(cursors.encode("name", "a\0", 7), "name"),
    "a moment that is none": lambda: cursors.position(cursors.encode("-pushed", "soon", 7), "-pushed"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_cursor_that_is_none_is_a_slip(case: str) -> None:
    with pytest.raises(HTTPException) as caught:
        WRONG[case]()
    assert caught.value.status_code == 400
    assert "Begin at the first page" in str(caught.value.detail)
