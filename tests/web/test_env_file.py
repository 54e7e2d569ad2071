"""`.env` as `/setup` writes it: read back exactly as it was, for its owner alone, nothing else touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import example, given
from hypothesis import strategies as st

from bot.config import load_settings, read_env
from bot.model.errors import UserError
from bot.web.env_file import merged, write_env

SECRETS = st.text(st.characters(codec="utf-8")) | st.text(st.sampled_from("ab ${}'\"\\#=\n\r\t`!%&;\u2028\x85"))
"""Any text, and often the characters that mean something to those who read such files."""

HARD = {
    "a reference": "a${HOME}b",
    "a default": "${x:-y}",
    "a dollar": "$x",
    "a comment": "a #b",
    "quotes": "'\"",
    "backslashes": "\\n\\\\'",
    "spaces": "  a  ",
    "an end of line": "a\r\nb",
    "other ends of lines": "a\u2028b\x85c\x0bd\x1ce",
}


@given(before=SECRETS, value=SECRETS, neighbour=SECRETS)
@example(before="", value="x", neighbour="a\u2028B=1")
def test_a_value_is_read_back_and_its_neighbours_stay(before: str, value: str, neighbour: str) -> None:
    first = merged("# mine\n", {"NEIGHBOUR": neighbour, "GITHUB_KEY": before})
    text = merged(first, {"GITHUB_KEY": value})
    assert read_env(text) == {"NEIGHBOUR": neighbour, "GITHUB_KEY": value}
    assert text.startswith("# mine\n")
    assert text.count("\n") == 3


@given(value=st.text(st.characters(codec="utf-8", exclude_characters="\r")))
def test_what_is_written_by_hand_as_documented_is_read_as_it_was(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    assert read_env(f"# before\nSECRET='{escaped}'  # why\nexport B=2\n") == {"SECRET": value, "B": "2"}


@given(old=st.text(st.sampled_from("AB=1'\"\\# \n${}x")), value=SECRETS)
def test_whatever_stands_there_is_kept_or_nothing_is_written(old: str, value: str) -> None:
    try:
        kept = read_env(old)
        text = merged(old, {"GITHUB_KEY": value})
    except UserError:
        return
    assert read_env(text) == kept | {"GITHUB_KEY": value}


@pytest.mark.parametrize("case", HARD)
def test_the_settings_hold_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """Through the file and through Settings, with a variable of the environment that could be filled in."""
    monkeypatch.setenv("x", "expanded")
    path = tmp_path / ".env"
    write_env(path, {"GITHUB_WEBHOOK_SECRET": HARD[case], "GITHUB_CLIENT_ID": HARD[case]})
    settings = load_settings(_env_file=path)
    assert settings.github_webhook_secret is not None
    assert (settings.github_webhook_secret.get_secret_value(), settings.github_client_id) == (HARD[case], HARD[case])


@pytest.mark.parametrize("case", HARD)
def test_others_who_read_such_files_read_the_same(tmp_path: Path, case: str) -> None:
    path = tmp_path / ".env"
    write_env(path, {"A": HARD[case]})
    assert dotenv_values(path, interpolate=False) == {"A": HARD[case]}


def test_a_line_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("PORT=9000\nGITHUB_WEBHOOK_SECRET='it's a s3cret'\n")
    with pytest.raises(UserError, match=r"Line 2 of .*\.env cannot be read\. Put its value between") as caught:
        load_settings(_env_file=path)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(UserError, match="Line 2"):
        write_env(path, {"PORT": "1"})
    assert path.read_text().startswith("PORT=9000\n"), "nothing was written"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    latin = tmp_path / "latin.env"
    latin.write_bytes("GITHUB_OWNER=café".encode("latin-1"))
    with pytest.raises(UserError, match="is not UTF-8"):
        load_settings(_env_file=latin)


REPLACED = {
    "a plain line": ("A=1\nB=2\n", "A=new\nB=2\n"),
    "an exported one": ("export A=1\nB=2\n", "A=new\nB=2\n"),
    "a value of several lines": ('A="one\ntwo\nthree"\nB=2\n', "A=new\nB=2\n"),
    "given twice": ("A=1\nB=2\nA=3\n", "A=new\nB=2\n"),
    "empty lines before it": ("B=2\n\n\nA=1\n", "B=2\n\n\nA=new\n"),
    "a comment is no setting": ("#A=1\n", "#A=1\nA=new\n"),
    "a longer name is another": ("AA=1\n", "AA=1\nA=new\n"),
    "no end of the last line": ("B=2", "B=2\nA=new\n"),
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
