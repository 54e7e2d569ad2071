"""Asking for work: the outbox and what pages show change together, for whom it is asked and no further."""

from __future__ import annotations

import pytest

from bot.model.event import Trigger
from bot.storage import batches, outbox, repositories
from bot.storage.views_repositories import find_repository
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope
from bot.web.queueing import queue_batch, queue_refresh
from tests.web.world import HARBOUR, KELP, NOW, World

pytestmark = pytest.mark.anyio


async def _events(world: World) -> list[dict[str, object]]:
    async with world.web.db.write() as session:
        found = await outbox.claim(session, now=NOW, limit=100, lease_s=1)
    return [{"id": one.event.id, "name": one.event.name, **one.event.data} for one in found]


@pytest.mark.parametrize("force", [True, False])
async def test_a_refresh_is_shown_as_queued_when_its_event_waits(world: World, force: bool) -> None:
    async with world.web.db.read() as session:
        item = await find_repository(session, EVERYTHING, "harbour", "tidemark")
    assert item is not None
    event_id = await queue_refresh(world.web, item, force=force, trigger=Trigger.COMMAND)
    (event,) = await _events(world)
    assert (event["id"], event["repository_id"], event["installation_id"]) == (event_id, item.id, HARBOUR)
    assert (event["force"], event["trigger"]) == (force, "command")
    async with world.web.db.read() as session:
        stored = await repositories.get(session, item.id)
    assert stored is not None
    assert (stored.refresh_status, stored.refresh_trigger) == ("queued", "command")
    assert world.woken


async def test_asked_twice_are_two_events(world: World) -> None:
    async with world.web.db.read() as session:
        item = await find_repository(session, EVERYTHING, "harbour", "tidemark")
    assert item is not None
    assert await queue_refresh(world.web, item, force=False) != await queue_refresh(world.web, item, force=False)
    assert len(await _events(world)) == 2


@pytest.mark.parametrize(
    ("scope", "owner", "installed"),
    [
        (EVERYTHING, "", {HARBOUR, KELP}),
        (EVERYTHING, "HARBOUR", {HARBOUR}),
        (Scope(installation_id=KELP), "", {KELP}),
    ],
)
async def test_one_batch_for_each_installation_that_may_be_asked_for(
    world: World, scope: Scope, owner: str, installed: set[int]
) -> None:
    made = await queue_batch(world.web, scope, owner=owner, forks="without-forks", force=True)
    assert made is not None
    events = await _events(world)
    assert {event["installation_id"] for event in events} == installed
    assert {event["batch_id"] for event in events} == set(made.batch_ids)
    assert {(event["forks"], event["force"]) for event in events} == {("without-forks", True)}
    assert made.batch_id == made.batch_ids[0]
    async with world.web.db.read() as session:
        for batch_id in made.batch_ids:
            stored = await batches.get(session, batch_id)
            assert stored is not None
            assert (stored.status, stored.listed) == ("running", False)


@pytest.mark.parametrize(
    ("scope", "owner"), [(EVERYTHING, "nobody"), (Scope(installation_id=KELP), "harbour"), (PUBLIC, "harbour")]
)
async def test_an_account_that_may_not_be_asked_for_begins_nothing(world: World, scope: Scope, owner: str) -> None:
    assert await queue_batch(world.web, scope, owner=owner) is None
    assert await _events(world) == []


async def test_without_an_installation_the_batch_is_empty_and_complete(bare_world: World) -> None:
    made = await queue_batch(bare_world.web, EVERYTHING)
    assert made is not None
    assert made.queued == 0
    assert "no account yet" in made.message
    async with bare_world.web.db.read() as session:
        stored = await batches.get(session, made.batch_id)
    assert stored is not None
    assert stored.status == "completed"
    assert await _events(bare_world) == []
