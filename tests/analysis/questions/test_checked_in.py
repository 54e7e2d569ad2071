"""Vendored code and executables."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import judged, library

_JAR = b"PK\x03\x04\x00\x00\x00" * 50
_VALIDATED = "on: [push]\njobs:\n  t:\n    steps:\n      - uses: gradle/actions/wrapper-validation@v4\n"


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.PASS),
        ({"bin/tool.exe": _JAR}, State.FAIL),
        ({"tests/fixtures/tool.exe": _JAR}, State.PASS),
        ({"gradle/wrapper/gradle-wrapper.jar": _JAR}, State.WARN),
        ({"gradle/wrapper/gradle-wrapper.jar": _JAR, ".github/workflows/v.yml": _VALIDATED}, State.PASS),
    ],
    ids=["none", "executable", "in fixtures", "wrapper", "validated wrapper"],
)
def test_binaries(more: dict[str, str | bytes], state: State) -> None:
    assert judged("binaries", library(more)).state is state


def test_installed_packages_in_the_tree_fail() -> None:
    check = judged("vendored", library({"web/node_modules/x/index.js": "module.exports = 1;\n"}))
    assert check.state is State.FAIL
    assert "web/node_modules" in check.next_step


def test_little_vendored_code_passes() -> None:
    assert judged("vendored", library()).state is State.PASS
