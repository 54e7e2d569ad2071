"""Are release files signed."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import facts, judged, library, local_facts, release


@pytest.mark.parametrize(
    ("more", "releases", "state"),
    [
        ({}, (release("v1.0.0", 9),), State.NOT_APPLICABLE),
        ({}, (release("v1.0.0", 9, "a.tar.gz"),), State.FAIL),
        ({}, (release("v1.0.0", 9, "a.tar.gz", "a.tar.gz.asc"),), State.PASS),
        ({".goreleaser.yaml": "signs:\n  - cmd: cosign\n"}, (release("v1.0.0", 9, "a.zip"),), State.PASS),
        ({}, (), State.NOT_APPLICABLE),
        ({}, None, State.UNKNOWN),
    ],
)
def test_signed_releases(more: dict[str, str | bytes], releases: object, state: State) -> None:
    assert judged("signed-releases", library(more), facts(releases=releases)).state is state


def test_a_checkout_knows_no_assets() -> None:
    of = local_facts(releases=(release("v1.0.0", 40),))
    assert judged("signed-releases", library(), of).state is State.UNKNOWN
