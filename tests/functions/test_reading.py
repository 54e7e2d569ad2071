"""From archive to report: at which commit, how many at once, and that an empty repository costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec
import pytest

from bot.functions.reading import analyze_commit, read_ahead
from bot.model.report import decode_report
from bot.model.snapshot import RepositoryFacts
from bot.parts import ARCHIVES_A_WORKER
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
    first = await analyze_commit(world.deps, github, facts, None, cost=lambda: 2.5)
    sha = world.hub.push(repository, {"main.go": "package main\n\nfunc main() {}\n"}, announce=False)
    at = msgspec.structs.replace(facts, head_sha=sha)
    before, after = map(decode_report, (first, await analyze_commit(world.deps, github, at, first)))
    assert (before.repository.head_sha, after.repository.head_sha) == (facts.head_sha, sha)
    assert (before.changes, before.api_requests) == (None, 2.5)
    assert after.changes is not None
    assert after.changes.languages_added == ("Go",)
    assert after.analyzed_at == world.now


async def test_an_empty_repository_is_judged_without_an_archive(world: World) -> None:
    _, facts, installation_id = await read(world, None)
    github = world.deps.clients.for_installation(installation_id)
    report = decode_report(await analyze_commit(world.deps, github, facts, None))
    assert report.languages == ()
    assert world.hub.ledger.counts["archive"] == 0


async def test_an_archive_waits_for_its_place(world: World) -> None:
    _, facts, installation_id = await read(world, {"a.py": "print(1)\n"})
    github = world.deps.clients.for_installation(installation_id)
    async with AsyncExitStack() as all_places:
        for _ in range(world.deps.settings.radar_workers * ARCHIVES_A_WORKER):
            await all_places.enter_async_context(world.deps.archive_places.taken())
        work = asyncio.create_task(analyze_commit(world.deps, github, facts, None))
        done, _ = await asyncio.wait({work}, timeout=0.3)
        assert not done
        assert world.hub.ledger.counts["archive"] == 0
    assert decode_report(await work).repository.head_sha == facts.head_sha


@pytest.mark.parametrize("size_bytes", [1, 5, 100])
async def test_reading_ahead_changes_nothing_of_what_is_read(size_bytes: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(10):
            yield bytes([number])

    read = await read_ahead(chunks(), size_bytes)
    assert isinstance(read, bytes) == (size_bytes > 10)
    assert (read if isinstance(read, bytes) else b"".join([chunk async for chunk in read])) == bytes(range(10))
