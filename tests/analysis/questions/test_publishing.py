"""Is publishing automatic."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import facts, judged, library


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


@pytest.mark.parametrize(
    ("name", "workflow", "state"),
    [
        ("release", "on:\n  push:\n    tags: ['v*']\njobs:\n  a:\n    steps:\n      - run: make release\n", State.PASS),
        ("ship", "on:\n  push:\n    tags: ['v*']\njobs:\n  a:\n    steps:\n      - run: make all\n", State.FAIL),
        ("release", "on: push\njobs:\n  a:\n    steps:\n      - run: make all\n", State.FAIL),
        ("ci", "on: push\njobs:\n  a:\n    steps:\n      - uses: octo/ci/publish_main@v1\n", State.PASS),
        ("ci", "on: push\njobs:\n  a:\n    steps:\n      - uses: octo/publish-unit-test-result@v1\n", State.FAIL),
        ("ci", "on: push\njobs:\n  a:\n    steps:\n      - run: ansible-galaxy role import a b\n", State.PASS),
    ],
    ids=["a release by tag", "no release", "no tag", "a named action", "test results", "Galaxy"],
)
def test_releases_that_are_made_by_their_own_means(name: str, workflow: str, state: State) -> None:
    assert judged("publishing", library({f".github/workflows/{name}.yml": workflow})).state is state
