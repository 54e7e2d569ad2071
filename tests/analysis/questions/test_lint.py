"""Is a linter or formatter set up."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import CI, judged, library


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        ({".editorconfig": "root = true\n"}, State.WARN),
        ({"pyproject.toml": '[project]\nname = "tally"\n\n[tool.ruff.lint]\nselect = ["E"]\n'}, State.PASS),
        ({"setup.cfg": "[flake8]\nmax-line-length = 99\n"}, State.PASS),
        ({".eslintrc.json": "{}\n"}, State.PASS),
        ({"package.json": '{"name": "x", "devDependencies": {"prettier": "3"}}'}, State.PASS),
        ({".github/workflows/ci.yml": CI + "      - run: cargo fmt --check\n"}, State.PASS),
        ({"Makefile": "lint:\n\tshellcheck run.sh\n"}, State.PASS),
    ],
)
def test_lint(more: dict[str, str | bytes], state: State) -> None:
    assert judged("lint", library(more)).state is state
