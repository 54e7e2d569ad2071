"""Text of a repository is harmless in Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.analysis.formats.safe_markdown import code_span, safe

_HOSTILE = [
    "@octo/everyone",
    "see #12 and octo/demo#3",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example/a",
    "www.evil.example",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "| a | b |",
    "`code` and ``more``",
    "# heading",
    "\u202eevil",
    "line\nbreak",
    "*bold* _it_ ~no~",
    "a `@team` b",
]


@pytest.mark.parametrize("text", _HOSTILE)
def test_nothing_of_theirs_becomes_active(text: str) -> None:
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable("table").render(safe(text))
    assert "<" not in safe(text)
    for active in ("<a ", "<img", "<script", "<h1", "<table", "<strong", "<em", "<s>"):
        assert active not in html, html


@pytest.mark.parametrize("text", ["@octo", "a@octo.example", "`@octo`"])
def test_mentions_do_not_ping(text: str) -> None:
    assert "@o" not in safe(text).replace("`@octo`", "")


@pytest.mark.parametrize("text", ["#12", "octo/demo#3", "GH-7"])
def test_issues_are_not_referred_to(text: str) -> None:
    shown = safe(text)
    assert "\u200b" in shown
    assert shown.replace("\u200b", "").replace("\\", "") == text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_one_harmless_line(text: str) -> None:
    shown = safe(text)
    assert "\n" not in shown
    html = MarkdownIt("commonmark", {"html": True}).render(f"x {shown}")
    assert "<a " not in html
    assert "<img" not in html
    span = code_span(text)
    assert "\n" not in span
    assert span.count("`") in {0, 2}
