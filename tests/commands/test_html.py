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
    ("an outer element closes plain ones", "<div><span></div>", True),
    ("an outer element closes one that hides", "<div><pre></div>", False),
    ("a struck one that opens again", "<div><s></div>", False),
    ("details that a table keeps open", "<details><table></details>", False),
    ("details that close a paragraph", "<details><p></details>", True),
    ("an inline element that a paragraph keeps open", "<del><p></del>", False),
    ("an inline element, closed", "<del>x</del>", True),
    ("a stray end", "</details>", True),
    ("an inner one still open", "<details><p></p>", False),
    ("a comment", "<!-- <pre> -->", True),
    ("an open comment", "<!-- x", False),
    ("an unfinished tag", "<div ", False),
    ("an unfinished attribute", '<a title="x', False),
    ("a greater-than in an attribute", '<p title=">">', True),
    ("a quote in a name", '<div a"b> <details> c">', False),
    ("a quote inside a value", '<div a=b="c> <details> d">', False),
    ("a value without a name", '<div ="x> <details> y">', False),
    ("attributes of every kind", "<img a b=c d='e f' data-x=\"g h\" i:j />", True),
    ("no blank between attributes", '<img a="b"c="d">', False),
    ("a declaration", "<!DOCTYPE html>", False),
    ("an instruction", "<?x?>", False),
    ("a comment that ends as it begins", "<!--> <details> -->", False),
    ("and with a hyphen", "<!---> <details> -->", False),
    ("a comment that ends with an exclamation mark", "<!-- --!> <details> -->", False),
    ("an exclamation mark behind a comment", "<!-- -->--!>", True),
    ("another alphabet's letter", "<\u017fpan>", True),
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


@pytest.mark.parametrize(
    ("opened", "closed", "in_a_paragraph", "in_a_cell"),
    [("<details>", "</details>", True, False), ("<del>", "</del>", False, False), ("<div>", "</div>", True, False)],
)
def test_what_may_close_an_element_from_outside(
    opened: str, closed: str, in_a_paragraph: bool, in_a_cell: bool
) -> None:
    for is_cell, is_plain in ((False, in_a_paragraph), (True, in_a_cell)):
        state = HtmlState()
        state.feed(opened)
        with state.inside(is_cell=is_cell):
            state.feed("<b>x</b>")
            state.feed(closed)
        assert state.is_plain is is_plain
        with state.inside(is_cell=is_cell):
            state.feed(f"{opened}x{closed}")
        assert state.is_plain is is_plain, "its own it may close"


@pytest.mark.parametrize(("html", "is_plain"), [("<table>", False), ("<table></table>", True), ("<div>", True)])
def test_what_a_container_leaves_open_is_nobodys_to_close(html: str, is_plain: bool) -> None:
    state = HtmlState()
    state.enter()
    state.feed(html)
    state.leave()
    state.feed("</table>")
    assert state.is_plain is is_plain


@given(st.lists(st.text(alphabet="<>/!-='\" adetilspr", max_size=20), max_size=5))
def test_no_html_crashes(pieces: list[str]) -> None:
    state = HtmlState()
    for piece in pieces:
        state.feed(piece)


def test_the_tables_do_not_overlap() -> None:
    assert not TRANSPARENT & VOID
