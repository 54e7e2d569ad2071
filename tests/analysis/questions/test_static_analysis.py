"""Is static analysis set up."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import CI, judged, library

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
        (
            {".github/workflows/q.yml": "on: push\njobs:\n  a:\n    uses: octo/w/codeql-analysis.yml@v1\n"},
            State.PASS,
        ),
        ({".github/workflows/q.yml": _RUNS.format("uses: step-security/harden-runner@v2")}, State.FAIL),
        ({"sonar-project.properties": "x=y\n"}, State.PASS),
        ({"ruff.toml": '[lint]\nselect = ["S"]\n# ruff\n'}, State.PASS),
    ],
)
def test_static_analysis(more: dict[str, str | bytes], state: State) -> None:
    assert judged("static-analysis", library(more)).state is state


_MIX = 'defmodule A.MixProject do\n  defp deps do\n    [{:%s, "~> 1.0"}]\n  end\nend\n'
_ELIXIR = "defmodule A do\n  def a, do: 1\nend\n" * 40


@pytest.mark.parametrize(("package", "state"), [("sobelow", State.PASS), ("bandit", State.FAIL)])
def test_a_package_counts_in_its_own_ecosystem(package: str, state: State) -> None:
    assert judged("static-analysis", {"mix.exs": _MIX % package, "lib/a.ex": _ELIXIR}).state is state


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.php": "<?php\necho 1;\n" * 60, "b.js": "let a = 1;\n"}, "Semgrep"),
        ({"a.go": "package a\n" * 60, "b.js": "let a = 1;\n"}, "it knows Go"),
    ],
)
def test_the_advice_is_about_the_main_language(files: dict[str, str | bytes], said: str) -> None:
    assert said in judged("static-analysis", files).next_step


def test_where_no_analyser_is_known_none_is_asked_for() -> None:
    check = judged("static-analysis", {"A.hs": "module A where\na = 1\n" * 60, "b.js": "let a = 1;\n"})
    assert check.state is State.NOT_APPLICABLE
    assert "Haskell" in check.reason


def test_what_looks_at_the_code_itself_is_named_first() -> None:
    more = {
        ".github/workflows/a.yml": _RUNS.format("run: zizmor ."),
        ".github/workflows/b.yml": _RUNS.format("uses: github/codeql-action/init@v3"),
    }
    assert "codeql" in judged("static-analysis", library(more)).found


def test_the_analyser_is_named_rather_than_the_upload() -> None:
    steps = "      - uses: github/codeql-action/upload-sarif@v3\n      - uses: github/codeql-action/init@v3\n"
    assert "codeql-action/init" in judged("static-analysis", library({".github/workflows/ci.yml": CI + steps})).found


def test_an_analyser_inside_a_linter_counts() -> None:
    files = library({".golangci.yml": "linters:\n  enable:\n    - gosec\n"})
    assert judged("static-analysis", files).state is State.PASS
