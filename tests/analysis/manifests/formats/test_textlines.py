"""Text by lines or by pattern: bounded, without comments, each match with its line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.manifests.formats.textlines import (
    LONG_STRING,
    MAX_LINE,
    MAX_LINES,
    SINGLE_STRING,
    STRING,
    Pages,
    numbered,
    quoted,
    without_c_comments,
)
from bot.analysis.manifests.nouns import ManifestError


@pytest.mark.parametrize(
    ("text", "comment", "lines"),
    [
        ("a\n\n  b  \n", "", [(1, "a"), (3, "b")]),
        ("# a\nb # c\nd#e\n", "#", [(2, "b"), (3, "d#e")]),
        ("a # b\n", "", [(1, "a # b")]),
        ("-- a\nb -- c\n", "--", [(2, "b")]),
        ("\ufeffa\r\nb", "#", [(1, "a"), (2, "b")]),
        ("", "#", []),
    ],
)
def test_numbered(text: str, comment: str, lines: list[tuple[int, str]]) -> None:
    assert list(numbered(text, comment)) == lines


def test_lines_are_bounded_in_number_and_length() -> None:
    assert [len(line) for _, line in numbered("a" * (MAX_LINE + 9))] == [MAX_LINE]
    assert len(list(numbered("a\n" * MAX_LINES))) == MAX_LINES
    with pytest.raises(ManifestError, match="more than 50,000 lines"):
        list(numbered("a\n" * (MAX_LINES + 1)))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="a\n \t", max_size=40))
def test_pages_count_lines_as_editors_do(text: str) -> None:
    pages = Pages(text)
    for offset in range(len(text)):
        assert pages.line(offset) == text.count("\n", 0, offset) + 1


def test_pages_find_between_two_offsets() -> None:
    pages = Pages("a b\na c a")
    pattern = re.compile("a")
    assert [match.start() for match in pages.find(pattern)] == [0, 4, 8]
    assert [match.start() for match in pages.find(pattern, 1, 8)] == [4]
    assert [pages.line(match.start()) for match in pages.find(pattern)] == [1, 2, 2]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a // b\nc", "a \nc"),
        ('x = "// no" // yes', 'x = "// no" '),
        ("y = '/* no */' /* yes\n */ z", "y = '/* no */' \n z"),
        ("/* never closed\n\n", "\n\n"),
        ('"not closed // in its line\nb // c', '"not closed // in its line\nb '),
        ('"a \\" // b" // c', '"a \\" // b" '),
    ],
)
def test_comments_go_and_strings_and_lines_stay(text: str, shown: str) -> None:
    assert without_c_comments(text) == shown


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="/*\"'\\\na", max_size=40))
def test_no_comment_takes_a_line_break_along(text: str) -> None:
    assert without_c_comments(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (STRING, '"a" "b', ['"a"', '"b']),
        (STRING, '"a\nb"', ['"a', '"']),
        (STRING, '"a\\"b"', ['"a\\"b"']),
        (SINGLE_STRING, "'a\\'b' 'c", ["'a\\'b'", "'c"]),
        (LONG_STRING, '"a\nb" c', ['"a\nb"']),
    ],
)
def test_string_patterns(pattern: str, text: str, found: list[str]) -> None:
    assert re.findall(pattern, text) == found


def test_quoted() -> None:
    assert quoted("""a "b" 'c' "d'e" '' "f""") == ["b", "c", "d'e", ""]
