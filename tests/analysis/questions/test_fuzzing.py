"""Are there fuzz or property tests."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import judged, library, python_code


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        (
            {"pyproject.toml": '[project]\nname = "t"\nversion = "1"\n[dependency-groups]\nt = ["hypothesis"]\n'},
            State.PASS,
        ),
        ({"fuzz/fuzz_parse.py": "x = 1\n"}, State.PASS),
    ],
)
def test_fuzzing(more: dict[str, str | bytes], state: State) -> None:
    assert judged("fuzzing", library({"tally/more.py": python_code(120), **more})).state is state
