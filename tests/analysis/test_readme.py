"""The README scanner: headings, prose, code and links with their lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.readme import Readme, prose_of, read_readme


def _read(text: str, path: str = "README.md") -> Readme:
    return read_readme(path, text)


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("# One\n\n## Two ##\n", [(1, "One", 1), (2, "Two", 3)]),
        ("One\n===\n\nTwo\n---\n", [(1, "One", 1), (2, "Two", 4)]),
        ("<h2 align='center'>Mid</h2>\n", [(2, "Mid", 1)]),
        ("```\n# no\n```\n# yes\n", [(1, "yes", 4)]),
        ("    # code\n\n# yes\n", [(1, "yes", 3)]),
        ("#no\n", []),
        ("# [Link](x) `code`\n", [(1, "Link code", 1)]),
        ("a paragraph\nof two lines\n---\n", []),
    ],
)
def test_headings(text: str, headings: list[tuple[int, str, int]]) -> None:
    assert [(h.level, h.text, h.line) for h in _read(text).headings] == headings


def test_restructured_text() -> None:
    readme = _read(
        "Title\n=====\n\nSome words here and there.\n\n.. image:: a.png\n\n`docs <docs/x.rst>`_\n", "README.rst"
    )
    assert [h.text for h in readme.headings] == ["Title"]
    assert [(link.target, link.is_image) for link in readme.links] == [("a.png", True), ("docs/x.rst", False)]
    assert readme.first_paragraph == "Some words here and there."


@pytest.mark.parametrize(
    ("text", "paragraph", "line"),
    [
        ("# T\n\n[![b](x)](y) ![c](z)\n\nThis counts many things.\n", "This counts many things.", 5),
        ("<p align=center>\n  <img src=x>\n</p>\n\nThis counts **many** things.\n", "This counts many things.", 5),
        ("# T\n\n- a list of four words\n\nThis counts many things.\n", "This counts many things.", 5),
        ("# T\n\n[A](a) | [B](b) | [C](c) | [D](d)\n\nThis counts many things.\n", "This counts many things.", 5),
        ("# T\n\n> This counts many things.\n", "This counts many things.", 3),
        ("# T\n\nSet `SOME_NAME_X` and $OTHER_NAME to run.\n", "Set SOME_NAME_X and $OTHER_NAME to run.", 3),
        (
            "# T\n\nAn aid to the [Guide for all\nPackagers][guide]'s [tutorial][t] of it.\n\n[guide]: x\n[t]: y\n",
            "An aid to the Guide for all Packagers's tutorial of it.",
            3,
        ),
        ("# T\n\nSet it as your shell:\n\n    chsh\n\nThis counts many things.\n", "This counts many things.", 7),
        ("# T\n\n(Or fork it and keep your own.)\n\nThis counts many things.\n", "This counts many things.", 5),
        ("# T\n\nCounts things &mdash; quickly &amp; well.\n", "Counts things \u2014 quickly & well.", 3),
        ("# T\n\nTwo.\n", "", 0),
        ("# T\n\n<!-- This is a comment here -->\n", "", 0),
        ("# T\n\n<!--\nThis is a comment here\n-->\nThis counts many things.\n", "This counts many things.", 6),
    ],
)
def test_first_paragraph(text: str, paragraph: str, line: int) -> None:
    readme = _read(text)
    assert readme.first_paragraph == paragraph
    assert readme.first_paragraph_line == line


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("[a](b.md)", [("b.md", 1, False)]),
        ("![a](b.png 'title')", [("b.png", 1, True)]),
        ("[![a](b.png)](c.md)", [("b.png", 1, True), ("c.md", 1, False)]),
        ("[a]: b.md", [("b.md", 1, False)]),
        ("[^1]: a footnote", []),
        ("[a](b_(c).md)", [("b_(c).md", 1, False)]),
        ("[a](<b c.md>)", [("b c.md", 1, False)]),
        ('x\n<a href="b.md">t</a>', [("b.md", 2, False)]),
        ('<source srcset="b.png 2x">', [("b.png", 1, True)]),
        ("`[a](b.md)`", []),
        ("- [ ] a task\n- [x] done", []),
        ("[a][b] and [c]", []),
    ],
)
def test_links(text: str, links: list[tuple[str, int, bool]]) -> None:
    assert [(link.target, link.line, link.is_image) for link in _read(text).links] == links


def test_code_blocks_know_their_language() -> None:
    readme = _read("```sh\nnpm i x\n```\n\n~~~\nplain\n~~~\n\n    indented\n")
    assert [(b.language, b.text, b.line) for b in readme.blocks] == [
        ("sh", "npm i x", 1),
        ("", "plain", 5),
        ("", "    indented", 9),
    ]


def test_words_are_prose_only() -> None:
    assert _read("# Not these\n\nTwo words\n\n```\nnone of these\n```\n![badge](x)\n").words == 2


def test_prose_of_keeps_the_words_of_links() -> None:
    assert prose_of("See [the docs](x) and *this*.") == "See the docs and this."


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("#[]()!`~<>-=*_ \n\tab:|.\"'&;"), max_size=200),
    st.sampled_from(["README.md", "README.rst"]),
)
def test_any_text_is_read(text: str, path: str) -> None:
    readme = _read(text, path)
    assert readme.words >= 0
    lines = len(text.splitlines())
    assert all(1 <= heading.line <= lines for heading in readme.headings)
    assert all(1 <= link.line <= lines for link in readme.links)


def test_hostile_lines_cost_little() -> None:
    for piece in ("[" * 20_000, "![" * 10_000, "<a " * 5_000, "`" * 20_000, "[](" * 8_000, "(" * 20_000, "*" * 20_000):
        assert _read(piece).path == "README.md"


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ("> [!WARNING]\n> This branch is in development, use another one.", "README.md"),
        ("**Warning:** read the code before you use any of it here.", "README.md"),
        ("[![GPL-3 licensed][badge]][licence] [![Build Status][build]][ci] [![Pulls of it][pulls]][hub]", "README.md"),
        (
            "[![The status\nof it](https://a.org/b.svg)](https://a.org) [![Some more\nof it](https://a.org/c.svg)](b)",
            "README.md",
        ),
        ("##Wanted## Anyone up for the challenge of it?", "README.md"),
        ("This README is just a quick start document.", "README.md"),
        ("Click the button at the top of this page.", "README.md"),
        ("Visit tally.io for the full documentation.", "README.md"),
        ("My open source work is supported by the community.", "README.md"),
        ('<img align="right"\n  width="150" alt="a fine old picture of it" src="a.png" />', "README.md"),
        ("= Tally and its many friends\n:toc: left\n[quote]", "README.adoc"),
    ],
)
def test_the_first_paragraph_is_about_the_project(before: str, path: str) -> None:
    readme = read_readme(path, f"{before}\n\nTally counts things in many files.\n")
    assert readme.first_paragraph == "Tally counts things in many files."


def test_asciidoc() -> None:
    text = "= A\n\n== B\n\n----\nmake\n----\n\nlink:docs/a.adoc[more] https://b.org[b] image::c.png[]\n"
    readme = read_readme("README.adoc", text)
    assert [(one.level, one.text) for one in readme.headings] == [(1, "A"), (2, "B")]
    assert [one.text for one in readme.blocks] == ["make"]
    assert sorted((one.target, one.is_image) for one in readme.links) == [
        ("c.png", True),
        ("docs/a.adoc", False),
        ("https://b.org", False),
    ]
