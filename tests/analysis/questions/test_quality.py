"""Tests, lint, coverage and publishing."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import CI, facts, judged, library, python_code, python_tests


def test_tests_are_counted_with_their_share() -> None:
    check = judged("tests", library())
    assert check.state is State.PASS
    assert "1 test file" in check.found


def test_without_tests_it_names_where_to_begin() -> None:
    check = judged("tests", library(without=["tests/test_tally.py"]))
    assert check.state is State.FAIL
    assert "tally/__init__.py" in check.next_step


def test_few_tests_warn() -> None:
    assert (
        judged("tests", library({"tally/a.py": python_code(400), "tests/test_tally.py": python_tests(1)})).state
        is State.WARN
    )


def test_tests_inside_rust_sources_count() -> None:
    code = "".join(f"pub fn f{n}() -> u8 {{\n    {n}\n}}\n\n" for n in range(60))
    files: dict[str, str | bytes] = {"Cargo.toml": '[package]\nname = "x"\nversion = "0.1.0"\n', "README.md": "# x\n"}
    inside = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn f() {}\n}\n"
    assert judged("tests", {**files, "src/lib.rs": code}).state is State.FAIL
    assert judged("tests", {**files, "src/lib.rs": code + inside}).state is State.PASS


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


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("- run: echo", State.FAIL),
        ("- uses: pypa/gh-action-pypi-publish@v1", State.PASS),
        ("- run: twine upload dist/*", State.PASS),
        ("- run: cargo publish --dry-run", State.FAIL),
        ("- run: ./scripts/publish", State.PASS),
    ],
)
def test_publishing(step: str, state: State) -> None:
    files = library({".github/workflows/release.yml": f"on: [push]\njobs:\n  a:\n    steps:\n      {step}\n"})
    assert judged("publishing", files).state is state


def test_nothing_released_needs_no_publishing() -> None:
    assert judged("publishing", library(), facts(releases=())).state is State.NOT_APPLICABLE
