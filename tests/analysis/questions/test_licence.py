"""Under which licence may it be used, and do all places agree?"""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import facts, judged, library


@pytest.mark.parametrize(
    ("files", "changes", "state", "found"),
    [
        (library(), {}, State.PASS, "MIT."),
        (library(without=["LICENSE"]), {"licence_spdx": None}, State.WARN, "text is not in the tree"),
        (
            library({"pyproject.toml": '[project]\nname = "tally"\nversion = "1"\nlicense = "Apache-2.0"\n'}),
            {},
            State.WARN,
            "declares Apache-2.0, but LICENSE says MIT",
        ),
        (
            library({"LICENSE": "Do what is right.\n" * 20}),
            {"licence_spdx": None},
            State.WARN,
            "no licence that is known",
        ),
        (
            library({"pyproject.toml": '[project]\nname = "tally"\nversion = "1"\n'}, without=["LICENSE"]),
            {"licence_spdx": None},
            State.FAIL,
            "There is no licence",
        ),
    ],
    ids=["agreed", "declared only", "contradicted", "unrecognised", "none"],
)
def test_licence(files: dict[str, str | bytes], changes: dict[str, object], state: State, found: str) -> None:
    check = judged("licence", files, facts(**changes))
    assert check.state is state
    assert found in check.found


def test_a_private_repository_needs_none() -> None:
    files = library({"pyproject.toml": '[project]\nname = "tally"\nversion = "1"\n'}, without=["LICENSE"])
    check = judged("licence", files, facts(licence_spdx=None, is_private=True))
    assert check.state is State.NOT_APPLICABLE
    assert "private" in check.reason
