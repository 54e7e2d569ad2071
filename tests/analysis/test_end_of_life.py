"""Runtimes without support."""

from __future__ import annotations

from datetime import date

import pytest

from bot.analysis.end_of_life import ENDS, ended, line_of
from bot.model.report import Evidence, Runtime
from tests.analysis.builders import library, report


def _runtime(name: str, requirement: str, path: str = ".tool-versions") -> Runtime:
    return Runtime(name=name, requirement=requirement, evidence=Evidence(path=path, line=1))


@pytest.mark.parametrize(
    ("name", "requirement", "line"),
    [
        ("Python", "3.9", "3.9"),
        ("Python", "3.9.18", "3.9"),
        ("Python", "3.9-slim", "3.9"),
        ("Python", ">=3.9", ""),
        ("Python", "^3.9", ""),
        ("Python", "3", ""),
        ("Node.js", "18", "18"),
        ("Node.js", "v18.20.1", "18"),
        ("Node.js", "18.x", "18"),
        ("Node.js", ">=18", ""),
        ("Node.js", "lts/hydrogen", ""),
        (".NET", "net6.0", "6.0"),
        ("PHP", "8.1-fpm-alpine", "8.1"),
        ("Ruby", "3.1.4", "3.1"),
    ],
)
def test_lines(name: str, requirement: str, line: str) -> None:
    assert line_of(_runtime(name, requirement)) == line


def test_support_ends_on_its_day() -> None:
    pinned = [_runtime("Node.js", "18")]
    assert ended(pinned, date(2025, 4, 30)) == ()
    assert [end.line for end in ended(pinned, date(2025, 5, 1))] == ["18"]


def test_test_matrices_may_be_old() -> None:
    assert ended([_runtime("Python", "3.8", ".github/workflows/ci.yml")], date(2026, 1, 1)) == ()


def test_lines_are_spelt_as_line_of_gives_them() -> None:
    for name, lines in ENDS.items():
        for line in lines:
            assert line_of(_runtime(name, line)) == line


def test_the_report_tells_it_with_its_place() -> None:
    insight = report(library({"Dockerfile": "FROM python:3.8-slim\n"})).insights[0]
    assert insight.title == "Python 3.8 is out of support"
    assert insight.description == (
        "`Dockerfile` asks for Python 3.8, which has had no security fixes since 7 October 2024."
    )
