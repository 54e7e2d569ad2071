"""Code, comment and blank lines by language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.contents.comments import NO_COMMENTS, syntax_of
from bot.analysis.contents.lines import count_lines

CASES: dict[str, tuple[str, str, tuple[int, int, int]]] = {
    "empty": ("Python", "", (0, 0, 0)),
    "no line feed at the end": ("Python", "x = 1", (1, 0, 0)),
    "only blank": ("Python", "\n  \n\t\n", (0, 0, 3)),
    "carriage returns": ("C", "int a;\r\n\r\n// b\r\n", (1, 1, 1)),
    "line comments": ("Shell", "#!/bin/sh\n# a\necho 1 # b\n", (1, 2, 0)),
    "block comment": ("C", "/* a\n * b\n */\nint x;\n", (1, 3, 0)),
    "block in one line": ("C", "/* a */\nint x; /* b */\n", (1, 1, 0)),
    "code before a block": ("C", "int y; /* e\n f */\n", (1, 1, 0)),
    "code after a block": ("C", "/* a\n b */ int z;\n", (1, 1, 0)),
    "block in a string": ("JavaScript", "glob('src/**/*.js')\nx()\ny() // */\n", (3, 0, 0)),
    "block in a line comment": ("Go", "// see /* here\nx()\n/* y */\n", (1, 2, 0)),
    "line marks in a block": ("Java", "/*\n// a\n// b\n*/\nx;\n", (1, 4, 0)),
    "an opener in a block": ("C", "/* a /* b */\nx;\n", (1, 1, 0)),
    "never closed": ("C", "x;\n/* a\nb\n", (1, 2, 0)),
    "blank in a block": ("C", "/* a\n\nb */\n", (0, 2, 1)),
    "docstrings": ("Python", '"""Doc.\n\nmore\n"""\n\n\ndef f():\n    """One."""\n    return 1\n', (2, 4, 3)),
    "a string is no docstring": ("Python", 'X = """\nfoo\n"""\ny = 1\n', (4, 0, 0)),
    "single quoted docstring": ("Python", "'''a\nb'''\nx = 1\n", (1, 2, 0)),
    "hash in a docstring": ("Python", '"""a\n# b\n"""\n', (0, 3, 0)),
    "Ruby's begin and end": ("Ruby", "=begin\nfoo\n=end\nputs 1\n", (1, 3, 0)),
    "Perl's pod": ("Perl", "=head1 a\n\nb\n\n=head2 c\n\n=cut\nprint 1;\n", (1, 4, 3)),
    "Lua's long comment": ("Lua", "--[[ a\nb\n]]\nx = 1 -- y\n-- z\n", (1, 4, 0)),
    "HTML": ("HTML", "<!-- a -->\n<p>\n<!--\nb\n--></p>\n", (2, 3, 0)),
    "SQL": ("SQL", "-- a\nselect 1; -- b\n/* c */\n", (1, 2, 0)),
    "Haskell": ("Haskell", "{- a\nb -}\nmain = x -- c\n", (1, 2, 0)),
    "no comments known": ("JSON", '{"a": "# no"}\n', (1, 0, 0)),
}


@pytest.mark.parametrize(("language", "text", "expected"), CASES.values(), ids=CASES)
def test_lines(language: str, text: str, expected: tuple[int, int, int]) -> None:
    lines = count_lines(text.encode(), syntax_of(language))
    assert (lines.code, lines.comment, lines.blank) == expected


def test_line_numbers_of_the_lines_that_are_not_blank() -> None:
    lines = count_lines(b"\na\n\n b\n", NO_COMMENTS)
    assert list(zip(lines.numbers(), lines.stripped, strict=True)) == [(2, b"a"), (4, b"b")]


ALPHABET = st.sampled_from(
    [
        b"/*",
        b"*/",
        b"//",
        b"#",
        b'"""',
        b"'''",
        b'"',
        b"=begin\n",
        b"=end\n",
        b"\n",
        b"\n\n",
        b" ",
        b"x",
        b"<!--",
        b"-->",
    ]
)


@given(parts=st.lists(ALPHABET, max_size=60), language=st.sampled_from(["C", "Python", "Ruby", "Perl", "HTML", "Lua"]))
@settings(max_examples=400, deadline=None)
def test_the_three_kinds_always_add_up(parts: list[bytes], language: str) -> None:
    content = b"".join(parts)
    lines = count_lines(content, syntax_of(language))
    total = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
    assert min(lines.code, lines.comment, lines.blank) >= 0
    assert lines.code + lines.comment + lines.blank == total
    assert lines.code + lines.comment == len(lines.stripped)
