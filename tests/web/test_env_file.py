"""`.env` as `/setup` writes it: read back by whoever reads such files, for its owner alone, nothing else touched."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from bot.web.env_file import merged, write_env

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="$", include_characters="\n ")
)
"""What settings hold; python-dotenv takes `$` for another variable, however it is quoted."""


@given(before=WORDS, value=WORDS, neighbour=WORDS)
def test_a_value_is_read_back_and_its_neighbours_stay(before: str, value: str, neighbour: str) -> None:
    first = merged("# mine\n", {"NEIGHBOUR": neighbour, "GITHUB_KEY": before})
    text = merged(first, {"GITHUB_KEY": value})
    assert dotenv_values(stream=io.StringIO(text)) == {"NEIGHBOUR": neighbour, "GITHUB_KEY": value}
    assert text.startswith("# mine\n")
    assert text.count("GITHUB_KEY=") - value.count("GITHUB_KEY=") - neighbour.count("GITHUB_KEY=") == 1


REPLACED = {
    "a plain line": ("A=1\nB=2\n", "A=new\nB=2\n"),
    "an exported one": ("export A=1\nB=2\n", "A=new\nB=2\n"),
    "a value of several lines": ('A="one\ntwo\nthree"\nB=2\n', "A=new\nB=2\n"),
    "given twice": ("A=1\nB=2\nA=3\n", "A=new\nB=2\n"),
    "a comment is no setting": ("#A=1\n", "#A=1\nA=new\n"),
    "a longer name is another": ("AA=1\n", "AA=1\nA=new\n"),
    "nothing there": ("", "A=new\n"),
}


@pytest.mark.parametrize("case", REPLACED)
def test_which_lines_are_replaced(case: str) -> None:
    old, new = REPLACED[case]
    assert merged(old, {"A": "new"}) == new


def test_the_file_is_for_its_owner_alone_also_when_it_was_not(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("B=2\n")
    path.chmod(0o644)
    write_env(path, {"A": "new"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == "B=2\nA=new\n"
    assert [one.name for one in tmp_path.iterdir()] == [".env"], "no draft is left"
