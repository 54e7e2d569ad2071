"""A transaction apart does what the same one does on the event loop, and awaits nothing else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.model.errors import WorldError
from bot.storage import inbox, marks
from bot.storage.apart import TOGETHER, Apart, Work, _Outcome, _Waits
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


@pytest.fixture
async def file(tmp_path: object) -> AsyncIterator[Database]:
    """A SQLite file."""
    made = Database(f"sqlite:///{tmp_path}/file.db")
    await made.migrate()
    yield made
    await made.close()


class Seen:
    """Transactions that SQLite began, those of the writer's thread only."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.together: list[int] = []
        transact = Apart._transact

        def seen(apart: Apart, chosen: Sequence[_Waits]) -> list[_Outcome]:
            outcomes = transact(apart, chosen)
            self.together.append(len(outcomes))
            return outcomes

        monkeypatch.setattr(Apart, "_transact", seen)


async def store(session: Session, guid: str) -> str:
    await inbox.store_many(session, [delivery(guid)])
    return guid


async def fail(session: Session) -> str:
    await inbox.store_many(session, [delivery("never")])
    raise ValueError("broken")


async def test_those_that_wait_are_written_together_and_one_that_fails_harms_no_other(
    file: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen(monkeypatch)
    monkeypatch.setattr("bot.storage.apart.TOGETHER_S", 60)
    names = [str(number) for number in range(TOGETHER + 3)]
    async with file.write() as session:
        works: list[Work[str]] = [partial(store, guid=name) for name in names]
        writes = [asyncio.create_task(file.write_apart(work)) for work in (*works[:5], fail, *works[5:])]
        await asyncio.sleep(0)
        await inbox.store_many(session, [delivery("first")])
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [one for one in outcomes if isinstance(one, str)] == names
    assert str(outcomes[5]) == "broken"
    assert await held(file) == {*names, "first"}
    assert seen.together == [TOGETHER, 4]


async def test_what_there_is_no_time_for_comes_next_in_its_order(
    file: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen(monkeypatch)
    monkeypatch.setattr("bot.storage.apart.TOGETHER_S", 0)
    order: list[str] = []

    async def noted(session: Session, guid: str) -> None:
        order.append(await store(session, guid))

    await asyncio.gather(*(file.write_apart(partial(noted, guid=name)) for name in "abcd"))
    assert order == [*"abcd"]
    assert seen.together == [1, 1, 1, 1]


async def test_on_a_full_disk_each_is_told_what_became_of_its_own(
    file: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.apart.TOGETHER_S", 60)

    async def fill(session: Session) -> str:
        pages = (await session.execute(text("PRAGMA page_count"))).scalar_one()
        await session.execute(text(f"PRAGMA max_page_count={pages}"))
        await inbox.store_many(session, [delivery(str(number), body=os.urandom(9_000)) for number in range(50)])
        return "filled"

    works: list[Work[str]] = [partial(store, guid="a"), fill, partial(store, guid="b")]
    outcomes = await asyncio.gather(*(file.write_apart(work) for work in works), return_exceptions=True)
    assert isinstance(outcomes[1], WorldError)
    assert "full" in outcomes[1].message
    assert all(isinstance(one, WorldError | str) for one in outcomes)
    assert await held(file) == {one for one in outcomes if isinstance(one, str)}


async def test_trouble_of_the_commit_is_told_to_all(tmp_path: object) -> None:
    file = Database(f"sqlite:///{tmp_path}/x.db", busy_timeout_s=0.05)
    await file.migrate()
    other = Database(f"sqlite:///{tmp_path}/x.db")
    async with other.write() as session:
        await inbox.store_many(session, [delivery("theirs")])
        outcomes = await asyncio.gather(
            *(file.write_apart(partial(store, guid=name)) for name in "abc"), return_exceptions=True
        )
    assert all(isinstance(one, WorldError) and "locked" in one.message for one in outcomes)
    assert await asyncio.gather(*(file.write_apart(partial(store, guid=name)) for name in "abc")) == [*"abc"]
    await other.close()
    await file.close()


async def test_nobody_waits_for_one_that_was_given_up(file: Database) -> None:
    async with file.write() as session:
        given_up = asyncio.create_task(file.write_apart(partial(store, guid="a")))
        wanted = asyncio.create_task(file.write_apart(partial(store, guid="b")))
        await asyncio.sleep(0)
        given_up.cancel()
        await inbox.store_many(session, [delivery("first")])
    assert await wanted == "b"
    assert await held(file) == {"first", "b"}


async def test_closing_writes_what_waits(tmp_path: object) -> None:
    file = Database(f"sqlite:///{tmp_path}/file.db")
    await file.migrate()
    writes = [asyncio.create_task(file.write_apart(partial(store, guid=name), durable=False)) for name in "abc"]
    await asyncio.sleep(0)
    await file.close()
    assert await asyncio.gather(*writes) == [*"abc"]
    again = Database(f"sqlite:///{tmp_path}/file.db")
    assert await held(again) == {*"abc"}
    await again.close()


async def test_a_look_apart_sees_what_is_committed_and_writes_nothing(database: Database) -> None:
    await database.write_apart(partial(store, guid="a"))
    assert await database.read_apart(partial(inbox.known_guids, guids=["a", "b"])) == {"a"}
    if database.dialect == "sqlite":
        with pytest.raises(WorldError, match="readonly"):
            await database.read_apart(partial(store, guid="b"))
        assert await held(database) == {"a"}
