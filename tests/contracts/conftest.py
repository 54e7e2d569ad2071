"""A fake GitHub with sample repositories and something of everything, one for the module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest

from tests.fakehub import FakeHub
from tests.fakehub.world import Comment, Installation, Issue, Repository
from tests.samples import SAMPLES


@dataclass(frozen=True, slots=True)
class Scene:
    """What the contract tests look at."""

    hub: FakeHub
    installation: Installation
    repository: Repository
    issue: Issue
    comment: Comment
    pull: Issue


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """`acme` with two samples, an issue with a comment, a pull request, the App installed; nobody listens."""
    with FakeHub() as hub:
        hub.add_account("acme")
        now = hub.world.now()
        for sample in SAMPLES[:2]:
            assert sample.build is not None
            hub.add_repository("acme", sample.name, partial(_build, sample.build, now), **sample.facts)
        repository = hub.find("acme/teashop")
        installation = hub.install("acme")
        issue = hub.open_issue(repository, "The basket is empty", "grace", "It is.")
        comment = hub.comment(repository, issue, "/radar report", "grace")
        pull = hub.open_pull(repository, "Fill the basket", {"lib/basket.ts": "export const full = true;\n"})
        hub.grant(repository, "grace", "write")
        hub.add_member("acme", "grace")
        hub.add_release(repository, "v2.3.1", now - timedelta(days=9), ("teashop.tgz",))
        yield Scene(hub, installation, repository, issue, comment, pull)


def _build(build: object, now: object, store: object) -> None:
    assert callable(build)
    build(store, now)
