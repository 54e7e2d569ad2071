"""Events of our own: queued once by id, borrowed by one, sent once."""

from __future__ import annotations

import asyncio

import pytest

from bot.model.event import OutgoingEvent
from bot.storage import outbox
from bot.storage.database import Database
from tests.storage.samples import NOW, later

pytestmark = pytest.mark.anyio


def event(id_: str) -> OutgoingEvent:
    return OutgoingEvent(name="repo/refresh.requested", id=id_, data={"repository_id": 1, "force": True})


async def add(database: Database, *ids: str, at: float = 0) -> frozenset[str]:
    async with database.write() as session:
        return await outbox.add(session, [event(id_) for id_ in ids], now=later(at))


async def claimed(database: Database, at: float = 0, limit: int = 10) -> list[str]:
    async with database.read() as session:
        due = await outbox.list_due(session, now=later(at), limit=limit)
    async with database.write() as session:
        return [one.event.id for one in await outbox.borrow(session, due, now=later(at), lease_s=60)]


async def test_an_event_is_queued_once_and_comes_out_whole(database: Database) -> None:
    assert await add(database, "a", "b", "a") == {"a", "b"}
    assert await add(database, "b") == frozenset()
    async with database.write() as session:
        found = await outbox.borrow(session, ["a", "b", "z"], now=NOW, lease_s=60)
    assert [(one.event.name, one.event.data, one.attempts) for one in found] == [
        ("repo/refresh.requested", {"repository_id": 1, "force": True}, 1)
    ] * 2
    assert found[0].event.ts_ms == int(NOW.timestamp() * 1000)


async def test_the_oldest_are_lent_first_and_again_when_the_lease_ends(database: Database) -> None:
    await add(database, "late", at=2)
    await add(database, "early", at=1)
    assert await claimed(database, at=5, limit=1) == ["early"]
    assert await claimed(database, at=5) == ["late"]
    assert await claimed(database, at=64) == []
    assert await claimed(database, at=66) == ["early", "late"]


async def test_concurrent_borrowers_get_different_ones(database: Database) -> None:
    await add(database, *(f"{n:03}" for n in range(100)))
    lots = await asyncio.gather(*(claimed(database, limit=100) for _ in range(5)))
    lots.append(await claimed(database, limit=100))
    assert sorted(id_ for lot in lots for id_ in lot) == [f"{n:03}" for n in range(100)]


async def test_what_is_settled_waits_no_longer(database: Database) -> None:
    await add(database, "sent", "given up", "waits")
    async with database.write() as session:
        await outbox.settle(session, {"sent": "", "given up": "too large"}, now=later(1))
        await outbox.retry_later(session, ["sent", "waits"], at=later(5), error="away")
        assert await outbox.waiting(session) == 1
        assert await outbox.oldest_waiting_at(session) == NOW
    assert await claimed(database, at=4) == []
    assert await claimed(database, at=5) == ["waits"]


async def test_old_ones_are_pruned_once_they_are_sent(database: Database) -> None:
    await add(database, "sent", "waits")
    async with database.write() as session:
        await outbox.settle(session, {"sent": ""}, now=later(1))
        assert await outbox.prune(session, older_than=later(1)) == 0
        assert await outbox.prune(session, older_than=later(2)) == 1
        assert await outbox.waiting(session) == 1
