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


def test_without_dependencies_there_is_nothing_to_update() -> None:
    files = library({"pyproject.toml": '[project]\nname = "tally"\nversion = "1"\n'})
    assert judged("dependency-updates", files).state is State.NOT_APPLICABLE
