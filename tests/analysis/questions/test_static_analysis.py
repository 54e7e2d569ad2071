"""Is static analysis set up."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import judged, library

_RUNS = "on: push\njobs:\n  a:\n    steps:\n      - {}\n"


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        (
            {".github/workflows/q.yml": _RUNS.format("uses: github/codeql-action/init@v3")},
            State.PASS,
        ),
        (
            {".github/workflows/q.yml": _RUNS.format("run: govulncheck ./...")},
            State.PASS,
        ),
        ({"sonar-project.properties": "x=y\n"}, State.PASS),
        ({"ruff.toml": '[lint]\nselect = ["S"]\n# ruff\n'}, State.PASS),
    ],
)
def test_static_analysis(more: dict[str, str | bytes], state: State) -> None:
    assert judged("static-analysis", library(more)).state is state
