"""process-batch-repositories: which repositories it takes, what it asks GitHub, and that nothing is counted twice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from bot.events.catalog import CHECK_RUNS_WANTED
from bot.functions import process_batch
from bot.functions.edge import BatchRequest, RefreshRequest
from bot.functions.process_batch import Batching, choose
from bot.functions.refresh_repository import Refreshing
from bot.github.client import GitHubClient
from bot.model.batch import Batch, BatchStatus
from bot.model.repository import RepositoryRef
from bot.storage import batches, outbox
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio


async def batch_of(world: World, batch_id: str) -> Batch:
    async with world.bot.database.read() as session:
        found = await batches.get(session, batch_id)
    assert found is not None
    return found


async def run(world: World, request: BatchRequest, batch_id: str) -> list[int]:
    """All steps of a batch; the repositories it asked refreshes for."""
    batching = Batching(world.deps, request, batch_id)
    await batching.list_repositories()
    after = 0
    while (after := await batching.process_chunk(after)) >= 0:
        pass
    await batching.finish_listing()
    async with world.bot.database.write() as session:
        events = [one.event for one in await outbox.claim(session, now=world.now, limit=1000, lease_s=60)]
    return [event.data["repository_id"] for event in events if event.data.get("batch_id") == batch_id]


async def test_a_batch_asks_for_every_repository_once(world: World) -> None:
    made = [world.hub.add_repository("acme", f"r{number}", {"a.py": "1\n"}) for number in range(3)]
    installation = world.hub.install("acme")
    request = BatchRequest(installation_id=installation.id, trigger="api")
    asked = await run(world, request, "batch-1")
    assert sorted(asked) == sorted(one.id for one in made)
    assert await run(world, request, "batch-1") == []  # every step again: the outbox knows its ids
    found = await batch_of(world, "batch-1")
    assert (found.total, found.skipped, found.status) == (3, 0, BatchStatus.RUNNING)


async def test_what_is_current_is_skipped_and_an_unchanged_installation_costs_next_to_nothing(world: World) -> None:
    made = [world.hub.add_repository("acme", f"r{number:02}", {"a.py": "1\n"}) for number in range(60)]
    installation = world.hub.install("acme")
    await run(world, BatchRequest(installation_id=installation.id, trigger="api"), "batch-1")
    for one in made:
        request = RefreshRequest(
            installation_id=installation.id, repository_id=one.id, batch_id="batch-1", trigger="batch"
        )
        refreshing = Refreshing(world.deps, request, f"run-{one.id}")
        await refreshing.prepare()
        await refreshing.analyze()
    before = world.hub.ledger.billable
    asked = await run(world, BatchRequest(installation_id=installation.id, trigger="api"), "batch-2")
    assert asked == []
    found = await batch_of(world, "batch-2")
    assert (found.total, found.skipped, found.status) == (60, 60, BatchStatus.COMPLETED)
    assert world.hub.ledger.billable - before <= 0.1 * len(made)


async def test_a_new_repository_beside_a_current_one_is_asked_for(world: World) -> None:
    current = world.hub.add_repository("acme", "current", {"a.py": "1\n"})
    installation = world.hub.install("acme")
    await run(world, BatchRequest(installation_id=installation.id, trigger="api"), "batch-1")
    request = RefreshRequest(installation_id=installation.id, repository_id=current.id, batch_id="batch-1")
    refreshing = Refreshing(world.deps, request, "run-1")
    await refreshing.prepare()
    await refreshing.analyze()
    fresh = world.hub.add_repository("acme", "fresh", {"a.py": "2\n"})
    assert await run(world, BatchRequest(installation_id=installation.id, trigger="reconcile"), "batch-2") == [fresh.id]


async def test_a_repository_that_left_the_installation_is_removed(world: World) -> None:
    gone = world.hub.add_repository("acme", "gone", {"a.py": "1\n"})
    world.hub.add_repository("acme", "kept", {"a.py": "1\n"})
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    world.hub.delete(gone, announce=False)
    await run(world, BatchRequest(installation_id=installation.id, trigger="reconcile"), "batch-1")
    assert (await world.repository(gone.id)).removed_at is not None


async def test_what_a_listing_of_several_pages_passed_over_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one goes while pages are read, another moves to a page that was read before."""
    made = [world.hub.add_repository("acme", name, {"a.py": "1\n"}) for name in ("one", "two", "three")]
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    looks, listed = 0, GitHubClient.repositories

    async def shifted(client: GitHubClient) -> AsyncIterator[list[RepositoryRef]]:
        nonlocal looks
        looks += 1
        async for page in listed(client):
            yield page[:-1] if looks == 1 else page

    monkeypatch.setattr(GitHubClient, "repositories", shifted)
    monkeypatch.setattr(process_batch, "PAGE", 1)
    await run(world, BatchRequest(installation_id=installation.id, trigger="reconcile"), "batch-1")
    assert looks == 2
    assert [(await world.repository(one.id)).removed_at for one in made] == [None] * 3


@pytest.mark.parametrize(
    ("forks", "is_fork", "skipped"),
    [
        ("all", True, False),
        ("with-forks", True, False),
        ("without-forks", True, True),
        ("without-forks", False, False),
    ],
)
async def test_forks_are_left_out_on_request(world: World, forks: str, is_fork: bool, skipped: bool) -> None:
    world.hub.add_repository("acme", "one", {"a.py": "1\n"})
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    stored = await world.repository(world.hub.find("acme/one").id)

    repository = msgspec.structs.replace(stored, is_fork=is_fork)
    request = BatchRequest(installation_id=installation.id, forks=forks)
    assert bool(choose(repository, request, world.now).skip) is skipped


@pytest.mark.parametrize("is_wanted", [True, False])
async def test_check_runs_follow_a_batch(world: World, is_wanted: bool) -> None:
    world.hub.add_repository("acme", "one", {"a.py": "1\n"})
    installation = world.hub.install("acme")
    world.deps.settings.radar_batch_check_runs = is_wanted
    batching = Batching(world.deps, BatchRequest(installation_id=installation.id), "batch-1")
    await batching.list_repositories()
    for _ in range(2):  # a step may run twice
        await batching.finish_listing()
    async with world.bot.database.write() as session:
        events = [one.event for one in await outbox.claim(session, now=world.now, limit=100, lease_s=60)]
    assert [(one.name, one.data) for one in events] == (
        [(CHECK_RUNS_WANTED, {"installation_id": installation.id})] if is_wanted else []
    )
