"""The direct way into a SQLite inbox stores exactly what the common way stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.storage import inbox
from bot.storage.database import Database
from bot.storage.inbox_direct import count_staged, move_staged, stage, store_now
from bot.storage.tables import DeliveryBodyRow, DeliveryRow
from tests.storage.samples import NOW, delivery, later

pytestmark = pytest.mark.anyio

DELIVERIES = [
    delivery("plain"),
    delivery("whole", action="created", installation_id=2**62, repository_id=42, sender="octocat", body=b"x" * 5000),
    delivery("odd", repository_full_name='a"b\\c/\u00e9\u2028\U0001f600', body=bytes(range(256))),
    delivery("elsewhere", received_at=NOW.astimezone(timezone(timedelta(hours=-7))) + timedelta(microseconds=1)),
    delivery("large", body=b"ab" * 2_000_000),
]


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    """A SQLite file, the one kind that deliveries are staged on."""
    made = Database(f"sqlite:///{tmp_path / 'staged.db'}")
    await made.migrate()
    yield made
    await made.close()


async def rows(database: Database) -> list[dict[str, Any]]:
    async with database.read() as session:
        found = await session.execute(
            select(*DeliveryRow.__table__.columns, DeliveryBodyRow.body)
            .join(DeliveryBodyRow, DeliveryBodyRow.delivery_id == DeliveryRow.id)
            .order_by(DeliveryRow.guid)
        )
        return [{name: value for name, value in row.items() if name != "id"} for row in found.mappings()]


async def test_both_ways_store_the_same(database: Database, empty_url: str) -> None:
    common = Database(empty_url)
    await common.migrate()
    async with common.write() as session:
        expected = await inbox.store_many(session, DELIVERIES)
    assert await store_now(database, DELIVERIES) == expected == {one.guid for one in DELIVERIES}
    assert await rows(database) == await rows(common)
    await common.close()


async def test_only_what_is_new_is_stored_and_told(database: Database) -> None:
    assert await store_now(database, []) == frozenset()
    assert await store_now(database, [delivery("a", body=b"1"), delivery("a", body=b"2")]) == {"a"}
    assert await store_now(database, [delivery("a", body=b"3"), delivery("b")]) == {"b"}
    assert await store_now(database, [delivery("b")]) == frozenset()
    async with database.read() as session:
        assert await inbox.body(session, "a") == b"1"


async def test_a_batch_is_stored_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(Exception, match="zone"):
        await store_now(database, [delivery("a"), delivery("b", received_at=later(0).replace(tzinfo=None))])
    async with database.read() as session:
        assert sum((await inbox.counts(session)).values()) == 0


async def test_direct_and_common_writers_stand_in_one_line(database: Database) -> None:
    async with database.write() as session:
        await inbox.store_many(session, [delivery("common")])
    assert await store_now(database, [delivery("direct")]) == {"direct"}
    async with database.write() as session:
        assert await inbox.known_guids(session, ["common", "direct"]) == {"common", "direct"}


async def test_staged_deliveries_come_to_the_inbox_as_the_common_way_stores_them(
    file: Database, empty_url: str
) -> None:
    common = Database(empty_url)
    await common.migrate()
    async with common.write() as session:
        await inbox.store_many(session, DELIVERIES)
    assert await stage(file, DELIVERIES) == {one.guid for one in DELIVERIES}
    assert await rows(file) == []
    assert await count_staged(file) == len(DELIVERIES)
    assert await move_staged(file, 500) == len(DELIVERIES)
    assert await rows(file) == await rows(common)
    assert (await count_staged(file), await move_staged(file, 500)) == (0, 0)
    await common.close()


async def test_the_first_of_each_guid_stays_whichever_way_they_came(file: Database) -> None:
    await store_now(file, [delivery("a", body=b"1")])
    await stage(file, [delivery("a", body=b"2"), delivery("b", body=b"3"), delivery("b", body=b"4")])
    await stage(file, [delivery("b", body=b"5"), delivery("c", body=b"6")])
    assert await move_staged(file, 500) == 4
    async with file.read() as session:
        assert await inbox.bodies(session, ["a", "b", "c"]) == {"a": b"1", "b": b"3", "c": b"6"}


async def test_a_move_takes_the_oldest_commits_up_to_its_limit(file: Database) -> None:
    for name in "abc":
        await stage(file, [delivery(f"{name}{number}") for number in range(3)])
    assert await move_staged(file, 4) == 6
    assert {str(row["guid"])[0] for row in await rows(file)} == {"a", "b"}
    assert await move_staged(file, 4) == 3
