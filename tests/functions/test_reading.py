"""From archive to report: at which commit, how many at once, and that an empty repository costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from bot.functions.reading import analyze_commit, read_ahead
from bot.model.report import encode_report
from bot.model.snapshot import RepositoryFacts
from tests.fakehub.world import Repository
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio


async def read(world: World, files: dict[str, str] | None) -> tuple[Repository, RepositoryFacts, int]:
    """A repository, what GitHub tells of it, and whose it is."""
    repository = world.hub.add_repository("acme", "hello", files)
    installation = world.hub.install("acme")
    (facts,) = await world.deps.clients.for_installation(installation.id).facts([repository.node_id])
    assert facts is not None
    return repository, facts, installation.id


async def test_a_commit_is_read_and_compared(world: World) -> None:
    repository, facts, installation_id = await read(world, {"a.py": "print(1)\n"})
    github = world.deps.clients.for_installation(installation_id)
    before = await analyze_commit(world.deps, github, facts, None)
    sha = world.hub.push(repository, {"main.go": "package main\n\nfunc main() {}\n"}, announce=False)
    at = msgspec.structs.replace(facts, head_sha=sha)
    after = await analyze_commit(world.deps, github, at, encode_report(before))
    assert (before.repository.head_sha, after.repository.head_sha) == (facts.head_sha, sha)
    assert before.changes is None
    assert after.changes is not None
    assert after.changes.languages_added == ("Go",)
    assert after.analyzed_at == world.now


async def test_an_empty_repository_is_judged_without_an_archive(world: World) -> None:
    _, facts, installation_id = await read(world, None)
    report = await analyze_commit(world.deps, world.deps.clients.for_installation(installation_id), facts, None)
    assert report.languages == ()
    assert world.hub.ledger.counts["archive"] == 0


async def test_an_archive_waits_for_its_place(world: World) -> None:
    _, facts, installation_id = await read(world, {"a.py": "print(1)\n"})
    places = world.deps.archive_places
    held = 0
    while not places.locked():
        await places.acquire()
        held += 1
    work = asyncio.create_task(
        analyze_commit(world.deps, world.deps.clients.for_installation(installation_id), facts, None)
    )
    done, _ = await asyncio.wait({work}, timeout=0.3)
    assert not done
    assert world.hub.ledger.counts["archive"] == 0
    places.release()
    assert (await work).repository.head_sha == facts.head_sha
    assert not places.locked(), "its place is free again"
    assert held


@pytest.mark.parametrize("size_bytes", [1, 5, 100])
async def test_reading_ahead_changes_nothing_of_what_is_read(size_bytes: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(10):
            yield bytes([number])

    assert b"".join([chunk async for chunk in await read_ahead(chunks(), size_bytes)]) == bytes(range(10))
