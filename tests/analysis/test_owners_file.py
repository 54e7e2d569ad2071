"""CODEOWNERS: rules, errors, and who owns what by the last rule."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.owners_file import match_owners, read_owners


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "a/b.py", True),
        ("*.py", "a/b.py", True),
        ("*.py", "a/b.pyc", False),
        ("/docs/", "docs/a.md", True),
        ("/docs/", "x/docs/a.md", False),
        ("docs/", "x/docs/a.md", True),
        ("docs/", "docs", False),
        ("docs", "x/docs/a.md", True),
        ("Makefile", "sub/Makefile", True),
        ("/Makefile", "sub/Makefile", False),
        ("/src/a", "src/a/b.c", True),
        ("/src/a", "src/ab.c", False),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/sub/a.md", False),
        ("apps/**/test", "apps/x/y/test/z", True),
        ("/a/**", "a/b/c", True),
        ("a\\ b/", "a b/c", True),
        ("file?.txt", "x/file1.txt", True),
    ],
)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    result = match_owners(read_owners(f"{pattern} @octo/team\n"), [path])
    assert bool(result.owned) is matches
    assert bool(result.dead) is not matches


def test_the_last_rule_wins_and_may_take_ownership_away() -> None:
    result = match_owners(read_owners("* @a\n/free/\n"), ["x.py", "free/y.py"])
    assert (result.owned, result.total) == (1, 2)
    assert result.patterns == {"@a": 1}
    assert result.dead == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("* nobody", "no user, team or address"),
        ("* @octo/", "no user, team or address"),
        ("!x @a", "negates"),
        ("[ab].c @a", "character range"),
        ("a*b*c*d*e*f*g* @a", "too many stars"),
    ],
)
def test_errors_have_their_line(line: str, message: str) -> None:
    errors = read_owners(f"# first\n{line}\n").errors
    assert [number for number, _ in errors] == [2]
    assert message in errors[0][1]


@pytest.mark.parametrize("owner", ["@ada", "@octo/team", "@octo/team.x", "ada@example.org", "@some-bot[bot]"])
def test_owners_that_are_right(owner: str) -> None:
    assert read_owners(f"* {owner} # why\n").errors == ()


def test_sections_of_gitlab_are_no_rules() -> None:
    assert read_owners("[Docs]\n^[Optional]\n* @a\n").errors == ()


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("*/?\\[]!@ab.# \n-"), max_size=120),
    st.lists(st.sampled_from(["a", "a/b", "b/a.b", "a b/a"]), unique=True),
)
def test_the_index_agrees_with_the_plain_search(text: str, paths: list[str]) -> None:
    file = read_owners(text)
    result = match_owners(file, paths)
    owned = 0
    for path in paths:
        last = [rule for rule in file.rules if rule.regex.search(path)]
        owned += bool(last and last[-1].owners)
    assert result.owned == owned
    dead = [rule for rule in file.rules if not any(rule.regex.search(path) for path in paths)]
    assert [rule.line for rule in result.dead] == [rule.line for rule in dead]
