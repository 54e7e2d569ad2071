"""Deliveries: held once, borrowed by one, settled once, pruned by age and size."""

from __future__ import annotations

import asyncio

import pytest

from bot.model.delivery import DeliveryState
from bot.storage import inbox
from bot.storage.database import Database
from tests.storage.samples import NOW, delivery, later

pytestmark = pytest.mark.anyio


async def store(database: Database, *guids: str) -> frozenset[str]:
    async with database.write() as session:
        return await inbox.store_many(session, [delivery(guid, body=b"x" * 100) for guid in guids])


async def claimed(database: Database, at: float = 0, limit: int = 10) -> list[str]:
    async with database.read() as session:
        due = await inbox.list_due(session, now=later(at), limit=limit)
    async with database.write() as session:
        found = await inbox.borrow(session, due, now=later(at), lease_s=60)
        assert set(await inbox.bodies(session, [one.guid for one in found])) == {one.guid for one in found}
    return [one.guid for one in found]


async def settle(database: Database, at: float = 0, **fates: dict[str, object]) -> None:
    values = {"sent": {}, "ignored": {}, "failed": {}, **fates}
    async with database.write() as session:
        await inbox.settle(session, **values, now=later(at))  # type: ignore[arg-type]  # literal dicts of the tests


async def test_only_what_is_new_is_told_and_the_first_stays(database: Database) -> None:
    assert await store(database, "a", "b", "b") == {"a", "b"}
    assert await store(database, "b", "c") == {"c"}
    assert await store(database) == frozenset()
    async with database.read() as session:
        assert await inbox.known_guids(session, ["a", "z", "c"]) == {"a", "c"}
        assert await inbox.body(session, "z") is None


async def test_more_than_a_statement_holds(database: Database) -> None:
    guids = [f"{n:05}" for n in range(3000)]
    assert len(await store(database, *guids)) == 3000
    async with database.read() as session:
        assert await inbox.known_guids(session, guids) == set(guids)


async def test_a_borrowed_delivery_is_lent_again_when_the_lease_ends(database: Database) -> None:
    await store(database, "a")
    assert await claimed(database) == ["a"]
    assert await claimed(database, at=59) == []
    assert await claimed(database, at=61) == ["a"]
    async with database.read() as session:
        found = await inbox.get(session, "a")
    assert found is not None
    assert found.attempts == 2


async def test_concurrent_borrowers_get_different_ones(database: Database) -> None:
    guids = [f"{n:03}" for n in range(100)]
    await store(database, *guids)
    lots = await asyncio.gather(*(claimed(database, limit=100) for _ in range(5)))
    lots.append(await claimed(database, limit=100))
    assert sorted(guid for lot in lots for guid in lot) == guids


async def test_what_another_borrowed_meanwhile_is_left_to_it(database: Database) -> None:
    await store(database, "a", "b")
    async with database.write() as session:
        assert len(await inbox.borrow(session, ["a"], now=NOW, lease_s=60)) == 1
        assert [one.guid for one in await inbox.borrow(session, ["a", "b"], now=NOW, lease_s=60)] == ["b"]
        assert await inbox.borrow(session, [], now=NOW, lease_s=60) == []


async def test_each_fate_is_kept_and_nothing_is_borrowed_after_it(database: Database) -> None:
    await store(database, "s", "i", "f", "w")
    await claimed(database)
    await settle(database, at=5, sent={"s": ["e1", "e2"]}, ignored={"i": "a tag"}, failed={"f": "too large"})
    async with database.read() as session:
        found = {guid: await inbox.get(session, guid) for guid in "sif"}
        assert await inbox.counts(session) == dict.fromkeys(DeliveryState, 1)
        assert await inbox.oldest_received_at(session) == NOW
    assert [(one.state, one.reason, one.event_ids, one.handled_at) for one in found.values() if one] == [
        (DeliveryState.SENT, "", ("e1", "e2"), later(5)),
        (DeliveryState.IGNORED, "a tag", (), later(5)),
        (DeliveryState.FAILED, "too large", (), later(5)),
    ]
    assert await claimed(database, at=1000) == ["w"]


async def test_a_settled_delivery_stays_settled(database: Database) -> None:
    await store(database, "a")
    await settle(database, sent={"a": ["e"]})
    await settle(database, failed={"a": "late"})
    async with database.write() as session:
        await inbox.retry_later(session, ["a"], at=NOW, reason="late")
    assert await claimed(database, at=9) == []


async def test_reopening_counts_replays_of_settled_ones_only(database: Database) -> None:
    await store(database, "a")
    for wanted in (0, 1, 2):
        async with database.write() as session:
            again = await inbox.reopen(session, "a", now=NOW)
        assert again is not None
        assert again.replays == wanted
        assert await claimed(database) == ["a"]
        await settle(database, sent={"a": ["e"]})
    async with database.write() as session:
        assert await inbox.reopen(session, "z", now=NOW) is None


async def prune(database: Database, older: float, max_bytes: int, guids_since: float = 99) -> set[str]:
    async with database.write() as session:
        await inbox.prune(session, older_than=later(older), max_bytes=max_bytes, guids_since=later(guids_since))
        return {one.guid for one in await inbox.newest(session, 100)}


async def test_pruning_by_age_and_by_size_spares_what_waits(database: Database) -> None:
    async with database.write() as session:
        await inbox.store_many(session, [delivery(f"{n}", body=b"x" * 100, received_at=later(n)) for n in range(10)])
    await settle(database, ignored={f"{n}": "" for n in range(10) if n != 1})
    assert await prune(database, older=3, max_bytes=10_000) == {"1", *"3456789"}
    assert await prune(database, older=0, max_bytes=500) == {"1", *"6789"}
    assert await prune(database, older=0, max_bytes=0) == {"1"}


async def test_pruning_by_size_keeps_the_guids_that_recovery_looks_for(database: Database) -> None:
    guids = [f"{n}" for n in range(10)]
    async with database.write() as session:
        await inbox.store_many(
            session, [delivery(guid, body=b"x" * 100, received_at=later(int(guid))) for guid in guids]
        )
    await settle(database, ignored={guid: "" for guid in guids if guid != "1"})
    assert await prune(database, older=0, max_bytes=300, guids_since=4) == {"1", *"456789"}
    async with database.read() as session:
        assert sorted(await inbox.bodies(session, guids)) == ["1", "8", "9"]
    assert await prune(database, older=0, max_bytes=300, guids_since=4) == {"1", *"456789"}
    assert await prune(database, older=8, max_bytes=300, guids_since=4) == {"1", "8", "9"}


async def test_the_newest_come_first(database: Database) -> None:
    async with database.write() as session:
        await inbox.store_many(session, [delivery(f"{n}", received_at=later(n)) for n in range(5)])
        assert [one.guid for one in await inbox.newest(session, 2)] == ["4", "3"]
