"""Raw HTML in a comment: does a reader still see what follows as plain text?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.html import TRANSPARENT, VOID, HtmlState

CASES = [
    ("nothing", "", True),
    ("an open paragraph", "<p align=center>", True),
    ("an image", "<img src=x>", True),
    ("open details", "<details>", False),
    ("closed details", "<details><summary>x</summary></details>", True),
    ("details, any case", "<DETAILS>", False),
    ("a slash does not close", "<details/>", False),
    ("a void element's slash", "<br/>", True),
    ("an outer element closes the inner", "<div><pre></div>", True),
    ("a stray end", "</details>", True),
    ("an inner one still open", "<details><p></p>", False),
    ("a comment", "<!-- <pre> -->", True),
    ("an open comment", "<!-- x", False),
    ("an unfinished tag", "<div ", False),
    ("an unfinished attribute", '<a title="x', False),
    ("a greater-than in an attribute", '<p title=">">', True),
    ("a doctype", "<!DOCTYPE html>", True),
    ("no tag at all", "1 < 2 and 3 > 2", True),
    ("an unknown element", "<blink>", False),
]


@pytest.mark.parametrize(("name", "html", "is_plain"), CASES, ids=[case[0] for case in CASES])
def test_each_piece(name: str, html: str, is_plain: bool) -> None:
    state = HtmlState()
    state.feed(html)
    assert state.is_plain is is_plain


def test_pieces_add_up() -> None:
    state = HtmlState()
    for html, is_plain in (
        ("<details>", False),
        ("<!-- x", False),
        ("</details>", False),
        ("-->", False),
        ("</details>", True),
    ):
        state.feed(html)
        assert state.is_plain is is_plain, html


@given(st.lists(st.text(alphabet="<>/!-='\" adetilspr", max_size=20), max_size=5))
def test_no_html_crashes(pieces: list[str]) -> None:
    state = HtmlState()
    for piece in pieces:
        state.feed(piece)


def test_the_tables_do_not_overlap() -> None:
    assert not TRANSPARENT & VOID
