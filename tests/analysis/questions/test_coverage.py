"""Is coverage measured."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import CI, judged, library


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        ({".coveragerc": "[run]\n"}, State.PASS),
        ({".github/workflows/ci.yml": CI + "      - uses: codecov/codecov-action@v5\n"}, State.PASS),
        ({".github/workflows/ci.yml": CI.replace("pytest", "pytest --cov")}, State.PASS),
        ({"pyproject.toml": '[project]\nname = "t"\n[dependency-groups]\ntest = ["pytest-cov"]\n'}, State.PASS),
        ({"tox.ini": "[testenv]\ncommands = coverage run -m pytest\n"}, State.PASS),
    ],
)
def test_coverage(more: dict[str, str | bytes], state: State) -> None:
    assert judged("coverage", library(more)).state is state


def test_without_tests_there_is_nothing_to_measure() -> None:
    assert judged("coverage", library(without=["tests/test_tally.py"])).state is State.NOT_APPLICABLE
