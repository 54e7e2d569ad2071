"""The comment syntax of each language."""

from __future__ import annotations

import pytest

from bot.analysis.contents.comments import NO_COMMENTS, languages_with_comments, syntax_of
from bot.analysis.contents.facts import lookups


def test_every_syntax_belongs_to_a_language() -> None:
    assert languages_with_comments() <= set(lookups().languages)
    assert len(languages_with_comments()) > 250


@pytest.mark.parametrize(
    ("language", "line", "block", "docs"),
    [
        ("C", (b"//",), ((b"/*", b"*/"),), ()),
        ("Python", (b"#",), (), (b'"""', b"'''")),
        ("CSS", (), ((b"/*", b"*/"),), ()),
        ("HTML", (), ((b"<!--", b"-->"),), ()),
        ("Vue", (b"//",), ((b"/*", b"*/"), (b"<!--", b"-->")), ()),
        ("SQL", (b"--",), ((b"/*", b"*/"),), ()),
        ("Haskell", (b"--",), ((b"{-", b"-}"),), ()),
        ("PHP", (b"//", b"#"), ((b"/*", b"*/"),), ()),
        ("Nim", (b"#",), ((b"#[", b"]#"),), ()),
    ],
)
def test_syntax(
    language: str, line: tuple[bytes, ...], block: tuple[tuple[bytes, bytes], ...], docs: tuple[bytes, ...]
) -> None:
    syntax = syntax_of(language)
    assert (syntax.line, syntax.block, syntax.docs) == (line, block, docs)


@pytest.mark.parametrize("language", ["JSON", "CSV", "no such language", ""])
def test_a_language_without_known_comments_has_none(language: str) -> None:
    assert syntax_of(language) is NO_COMMENTS
    assert language not in languages_with_comments()


@pytest.mark.parametrize("language", sorted(languages_with_comments()))
def test_no_marker_is_empty_and_every_block_closes(language: str) -> None:
    syntax = syntax_of(language)
    assert syntax != NO_COMMENTS
    assert all(syntax.line)
    assert all(opens and closes for opens, closes in syntax.block + syntax.anchored)
