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
