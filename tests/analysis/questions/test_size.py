"""How much is there, and in which languages."""

from __future__ import annotations

import pytest

from bot.model.report import State
from bot.model.snapshot import LanguageBytes
from tests.analysis.builders import facts, judged, library, local_facts


def test_githubs_own_languages() -> None:
    told = (LanguageBytes(name="Python", size_bytes=75), LanguageBytes(name="Go", size_bytes=25))
    check = judged("official-languages", library(), facts(languages=told))
    assert (check.state, check.found, check.weight) == (State.PASS, "Python 75 % and Go 25 %.", 0)
    assert check.evidence[0].field == "languages"


@pytest.mark.parametrize(
    ("languages", "state"),
    [
        (None, State.UNKNOWN),
        ((), State.NOT_APPLICABLE),
        ((LanguageBytes(name="Go", size_bytes=0),), State.NOT_APPLICABLE),
    ],
)
def test_languages_that_github_does_not_tell(languages: tuple[LanguageBytes, ...] | None, state: State) -> None:
    assert judged("official-languages", library(), facts(languages=languages)).state is state


def test_a_local_checkout_says_that_nobody_was_asked() -> None:
    check = judged("official-languages", library(), local_facts())
    assert check.state is State.UNKNOWN
    assert "local checkout" in check.reason


def test_our_own_count_names_the_first_file_of_each_language() -> None:
    files: dict[str, str | bytes] = {"src/b.py": "x = 1\n" * 30, "src/a.py": "y = 2\n" * 30, "web/a.ts": "f();\n" * 20}
    check = judged("languages", files)
    assert check.found == "Python 75 % and TypeScript 25 % of the lines of code."
    assert [(one.path, one.detail) for one in check.evidence] == [("src/a.py", "Python"), ("web/a.ts", "TypeScript")]


def test_lines_name_the_largest_file() -> None:
    check = judged("lines", {"a.py": "# one\n\nx = 1\n", "b.py": "x = 1\n" * 9})
    assert check.found == "10 lines of code, 1 of comment and 1 blank in 2 files of the tree."
    assert (check.evidence[0].path, check.evidence[0].detail) == ("b.py", "the largest, 9 of 12 lines")


@pytest.mark.parametrize("check_id", ["languages", "lines"])
def test_without_code_there_is_nothing_to_count(check_id: str) -> None:
    assert judged(check_id, {"README.md": "# x\n"}).state is State.NOT_APPLICABLE
