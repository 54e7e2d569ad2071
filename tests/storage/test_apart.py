"""A transaction apart does what the same one does on the event loop, and awaits nothing else."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError

from bot.model.errors import WorldError
from bot.storage import inbox, marks
from bot.storage.database import Database, Session
from bot.storage.tables import MarkRow
from bot.storage.upsert import insert
from tests.storage.samples import NOW, delivery

pytestmark = pytest.mark.anyio


async def held(database: Database) -> set[str]:
    async with database.read() as session:
        return {one.guid for one in await inbox.newest(session, 100)}


async def test_it_is_kept_when_it_ends_well_and_undone_otherwise(database: Database) -> None:
    async def store(session: Session) -> frozenset[str]:
        return await inbox.store_many(session, [delivery("a"), delivery("b")])

    async def store_and_fail(session: Session) -> None:
        await inbox.store_many(session, [delivery("c")])
        raise ValueError("broken")

    assert await database.write_apart(store) == {"a", "b"}
    with pytest.raises(ValueError, match="broken"):
        await database.write_apart(store_and_fail, durable=False)
    assert await database.write_apart(store, durable=False) == frozenset()
    assert await held(database) == {"a", "b"}


async def test_all_that_storage_asks_of_a_session_is_there(database: Database) -> None:
    async def work(session: Session) -> bytes | None:
        await inbox.store_many(session, [delivery("a", body=b"{}")])
        assert await inbox.list_due(session, now=NOW, limit=5) == ["a"]
        await inbox.settle(session, sent={"a": ["e"]}, ignored={}, failed={}, now=NOW)
        await marks.put(session, "key", "value", now=NOW)
        await session.flush()
        mark = await marks.get(session, "key")
        assert mark is not None
        assert mark.value == "value"
        assert await inbox.oldest_received_at(session) is None
        return await inbox.body(session, "a")

    assert await database.write_apart(work) == b"{}"


async def test_it_stands_in_line_with_the_other_writers(database: Database) -> None:
    async def store(session: Session, guid: str) -> None:
        await inbox.store_many(session, [delivery(guid)])

    async def on_the_loop(guid: str) -> None:
        async with database.write() as session:
            await inbox.store_many(session, [delivery(guid)])

    names = [str(number) for number in range(20)]
    await asyncio.gather(
        *(on_the_loop(name) if int(name) % 2 else database.write_apart(partial(store, guid=name)) for name in names)
    )
    assert await held(database) == set(names)


async def test_errors_are_those_of_write(database: Database) -> None:
    async def twice(session: Session) -> None:
        row = {"name": "a", "value": "b", "updated_at": NOW}
        await session.execute(insert(session, MarkRow), [row, row])

    with pytest.raises(IntegrityError):
        await database.write_apart(twice)
    assert await held(database) == set()


async def test_a_file_that_another_process_holds_is_the_worlds_trouble(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db", busy_timeout_s=0.05)
    await database.migrate()
    other = Database(f"sqlite:///{tmp_path}/x.db")

    async def store(session: Session) -> None:
        await inbox.store_many(session, [delivery("ours")])

    async with other.write() as session:
        await inbox.store_many(session, [delivery("theirs")])
        with pytest.raises(WorldError, match="locked"):
            await database.write_apart(store)
    await database.write_apart(store)
    await other.close()
    await database.close()


async def test_waiting_for_anything_else_is_a_mistake_that_shows(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    await database.migrate()

    async def waits(session: Session) -> None:
        await inbox.store_many(session, [delivery("a")])
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="nothing but its session"):
        await database.write_apart(waits)
    assert await held(database) == set()
    await database.close()
