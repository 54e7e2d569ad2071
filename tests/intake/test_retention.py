"""Old deliveries go, waiting ones stay."""

from __future__ import annotations

import pytest

from bot.intake import retention
from bot.intake.retention import prune_deliveries, prune_events
from bot.model.event import OutgoingEvent
from bot.storage import inbox, outbox
from bot.storage.database import Database
from tests.storage.samples import delivery, later

pytestmark = pytest.mark.anyio


async def held(database: Database) -> list[str]:
    async with database.read() as session:
        return sorted(one.guid for one in await inbox.newest(session, 1000))


async def test_by_age_and_by_size_in_small_commits(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "A_COMMIT", 7)
    guids = [f"{number:03}" for number in range(100)]
    async with database.write() as session:
        await inbox.store_many(
            session, [delivery(guid, body=b"x" * 100, received_at=later(int(guid))) for guid in guids]
        )
        await inbox.settle(session, sent={}, ignored=dict.fromkeys(guids[1:], ""), failed={}, now=later(0))
    assert await prune_deliveries(database, older_than=later(40), max_bytes=10**9, guids_since=later(999)) == 39
    assert await held(database) == ["000", *guids[40:]]
    assert await prune_deliveries(database, older_than=later(40), max_bytes=3100, guids_since=later(999)) == 30
    assert await held(database) == ["000", *guids[70:]]
    assert await prune_deliveries(database, older_than=later(40), max_bytes=3100, guids_since=later(999)) == 0


async def test_what_waits_is_kept_even_beyond_the_size(database: Database) -> None:
    async with database.write() as session:
        await inbox.store_many(session, [delivery("a", body=b"x" * 100)])
    assert await prune_deliveries(database, older_than=later(999), max_bytes=0, guids_since=later(999)) == 0
    assert await held(database) == ["a"]


async def test_events_that_were_sent_go(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "A_COMMIT", 7)
    ids = [str(number) for number in range(20)]
    async with database.write() as session:
        await outbox.add(session, [OutgoingEvent(name="n", id=id_) for id_ in [*ids, "waits"]], now=later(0))
        await outbox.settle(session, dict.fromkeys(ids, ""), now=later(1))
    assert await prune_events(database, older_than=later(1)) == 0
    assert await prune_events(database, older_than=later(2)) == 20
    async with database.read() as session:
        assert await outbox.waiting(session) == 1
