"""Figures and lists in English sentences."""

from __future__ import annotations

import pytest

from bot.analysis import words
from tests.analysis.builders import NOW, ago


@pytest.mark.parametrize(
    ("count", "word", "text"),
    [
        (0, "file", "no files"),
        (1, "file", "1 file"),
        (2, "dependency", "2 dependencies"),
        (1234, "line", "1,234 lines"),
        (2, "direct dependency", "2 direct dependencies"),
        (3, "person", "3 people"),
        (2, "checked-in binary", "2 checked-in binaries"),
        (2, "match", "2 matches"),
    ],
)
def test_counted(count: int, word: str, text: str) -> None:
    assert words.counted(count, word) == text


@pytest.mark.parametrize(
    ("items", "limit", "text"),
    [
        ([], 5, ""),
        (["a"], 5, "a"),
        (["a", "b"], 5, "a and b"),
        (["a", "b", "c"], 5, "a, b and c"),
        (["a", "b", "c", "d"], 2, "a, b and 2 more"),
    ],
)
def test_listed(items: list[str], limit: int, text: str) -> None:
    assert words.listed(items, limit=limit) == text


def test_code_holds_whatever_it_is_given() -> None:
    assert words.code(["a`b", "c"]) == "`ab` and `c`"


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "today"),
        (1, "yesterday"),
        (12, "12 days ago"),
        (59, "59 days ago"),
        (60, "2 months ago"),
        (400, "13 months ago"),
        (800, "2 years ago"),
    ],
)
def test_ago(days: float, text: str) -> None:
    assert words.ago(ago(days), NOW) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0, "1 minute"), (0.5, "30 minutes"), (5, "5 hours"), (47, "47 hours"), (72, "3 days"), (24 * 70, "2 months")],
)
def test_hours(hours: float, text: str) -> None:
    assert words.hours(hours) == text


@pytest.mark.parametrize(
    ("noun", "article"),
    [
        ("application", "an"),
        ("Python library", "a"),
        ("HTML application", "an"),
        ("HCL repository", "an"),
        ("Unity application", "a"),
        ("action", "an"),
        ("Rust library", "a"),
        ("R library", "an"),
        ("Elixir library", "an"),
    ],
)
def test_article(noun: str, article: str) -> None:
    assert words.article(noun) == article


@pytest.mark.parametrize(
    ("text", "small"),
    [
        ("The end", "the end"),
        ("GitHub said", "GitHub said"),
        ("A b", "a b"),
        ("HEAD is green", "HEAD is green"),
        ("", ""),
    ],
)
def test_uncapital_keeps_names(text: str, small: str) -> None:
    assert words.uncapital(text) == small


def test_sentence_has_one_full_stop() -> None:
    assert words.sentence("it works") == "It works."
    assert words.sentence("Really?") == "Really?"
    assert words.full_stop("ada wrote it") == "ada wrote it."
    assert words.sentence("") == ""
