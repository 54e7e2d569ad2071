"""Are dependencies updated by a bot."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import judged, library

_DEPENDABOT = "version: 2\nupdates:\n  - package-ecosystem: {name}\n    directory: /\n"


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        ({".github/dependabot.yml": _DEPENDABOT.format(name="pip")}, State.PASS),
        ({".github/dependabot.yml": _DEPENDABOT.format(name="uv")}, State.PASS),
        ({".github/dependabot.yml": _DEPENDABOT.format(name="npm")}, State.WARN),
        ({".github/dependabot.yml": "version: 2\nupdates: []\n"}, State.WARN),
        ({".github/dependabot.yml": "version: [\n"}, State.WARN),
        ({".github/dependabot.yml": "updates: null\n"}, State.WARN),
        ({"renovate.json5": "{}\n"}, State.PASS),
        ({"package.json": '{"name": "x", "renovate": {"extends": []}}'}, State.PASS),
    ],
)
def test_dependency_updates(more: dict[str, str | bytes], state: State) -> None:
    assert judged("dependency-updates", library(more)).state is state


def test_renovate_beside_dependabot_updates_the_rest() -> None:
    files = library({".github/dependabot.yml": _DEPENDABOT.format(name="npm")})
    runs = "on: push\njobs:\n  a:\n    steps:\n      - uses: renovatebot/github-action@v40\n"
    for more in ({"renovate.json": "{}\n"}, {".github/workflows/renovate.yml": runs}):
        check = judged("dependency-updates", {**files, **more})
        assert check.state is State.PASS
        assert "Renovate" in check.found


@pytest.mark.parametrize(("lock", "name"), [("uv.lock", "uv"), ("poetry.lock", "pip")])
def test_dependabot_is_asked_by_its_name_for_the_package_manager(lock: str, name: str) -> None:
    assert f"`{name}`" in judged("dependency-updates", library({lock: "version = 1\n"})).next_step


def test_without_dependencies_there_is_nothing_to_update() -> None:
    files = library({"pyproject.toml": '[project]\nname = "tally"\nversion = "1"\n'})
    assert judged("dependency-updates", files).state is State.NOT_APPLICABLE


def test_what_a_bot_is_asked_for_is_ones_own() -> None:
    example = '{"name": "e", "dependencies": {"next": "15"}}'
    workflow = (
        "on: push\njobs:\n  a:\n    container: mcr.example.com/a:1\n    steps:\n      - uses: actions/checkout@v4\n"
    )
    files = library({"examples/a/package.json": example, ".github/workflows/ci.yml": workflow})
    check = judged("dependency-updates", files)
    assert [one.path for one in check.evidence] == ["pyproject.toml"]
    assert "`github-actions` and `pip`" in check.next_step
    assert "docker" not in check.next_step


_PROJECT = '(defproject a "1.0.0" :dependencies [[ring/ring-core "1.12.0"]])\n'
_DESCRIPTION = "Package: a\nVersion: 1.0\nImports:\n    cli\n"
_CABAL = "name: a\nversion: 1.0\nlibrary\n  build-depends: base, text >=2\n"


@pytest.mark.parametrize(
    ("files", "state", "said"),
    [
        ({"project.clj": _PROJECT}, State.FAIL, "renovate.json"),
        ({"a.cabal": _CABAL}, State.FAIL, "renovate.json"),
        ({"DESCRIPTION": _DESCRIPTION, "R/a.R": "a <- 1\n"}, State.NOT_APPLICABLE, "CRAN"),
    ],
)
def test_no_bot_is_asked_for_that_knows_nothing_of_it(files: dict[str, str | bytes], state: State, said: str) -> None:
    check = judged("dependency-updates", files)
    assert check.state is state
    assert said in check.next_step + check.reason
