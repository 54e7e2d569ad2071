"""URLs, transactions, and that trouble which passes leaves as WorldError."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.model.errors import UserError, WorldError
from bot.storage import marks
from bot.storage.database import Database, Session, normalise_url
from tests.databases import fresh_url, migrated
from tests.storage.samples import NOW

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("sqlite:///radar.db", "sqlite+aiosqlite:///radar.db"),
        ("sqlite:////var/radar.db", "sqlite+aiosqlite:////var/radar.db"),
        ("sqlite://", "sqlite+aiosqlite://"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h:5/d", "postgresql+asyncpg://u:p@h:5/d"),
        ("postgresql+psycopg2://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h/d?sslmode=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
        ("postgresql+asyncpg://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
    ],
)
def test_every_accepted_form_gets_its_async_driver(given: str, wanted: str) -> None:
    assert normalise_url(given).render_as_string(hide_password=False) == wanted


@pytest.mark.parametrize("given", ["", "radar.db", "mysql://u:p@h/d", "http://example.com"])
def test_another_url_is_the_users_mistake(given: str) -> None:
    with pytest.raises(UserError, match="DATABASE_URL takes"):
        normalise_url(given)


def test_a_parameter_that_the_driver_would_stumble_over_is_named() -> None:
    """As providers append it to the URL that is to be copied."""
    with pytest.raises(UserError, match=r"does not take: application_name, channel_binding\. Leave them out") as caught:
        normalise_url("postgresql://u:hunter2@h/d?sslmode=require&channel_binding=require&application_name=x")
    assert "hunter2" not in str(caught.value)


def test_the_name_hides_the_password() -> None:
    assert "hunter2" not in Database("postgres://u:hunter2@h/d").name


def test_a_missing_folder_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        Database(f"sqlite:///{tmp_path}/no/such/radar.db")


async def test_what_ends_well_is_kept_and_what_fails_is_not(database: Database) -> None:
    async with database.write() as session:
        await marks.put(session, "kept", "1", now=NOW)

    async def fail() -> None:
        async with database.write() as session:
            await marks.put(session, "lost", "1", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.read() as session:
        assert await marks.get(session, "kept") is not None
        assert await marks.get(session, "lost") is None


async def test_concurrent_writers_lose_nothing(database: Database) -> None:
    async def add(number: int) -> None:
        async with database.write() as session:
            await marks.put(session, str(number), "x", now=NOW)

    await asyncio.gather(*(add(number) for number in range(50)))
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM marks")) == 50


async def test_it_works_in_memory() -> None:
    async with migrated("sqlite://") as database:
        async with database.write() as session:
            await marks.put(session, "a", "1", now=NOW)
        async with database.read() as session:
            assert await marks.get(session, "a") is not None


async def test_sqlite_is_durable_and_keeps_its_references(tmp_path: Path) -> None:
    async with migrated(f"sqlite:///{tmp_path}/radar.db") as database:
        async with database.write() as session:
            assert await session.scalar(text("PRAGMA journal_mode")) == "wal"
            assert await session.scalar(text("PRAGMA synchronous")) == 2
            assert await session.scalar(text("PRAGMA foreign_keys")) == 1
        async with database.write(durable=False) as session:
            assert await session.scalar(text("PRAGMA synchronous")) == 1
        async with database.write() as session:
            assert await session.scalar(text("PRAGMA synchronous")) == 2


async def test_a_reader_cannot_write_by_mistake(tmp_path: Path) -> None:
    async with migrated(f"sqlite:///{tmp_path}/radar.db") as database:
        with pytest.raises(WorldError):
            async with database.read() as session:
                await marks.put(session, "a", "1", now=NOW)


async def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    async with migrated(f"sqlite:///{tmp_path}/radar.db") as database, database.write() as writing:
        await marks.put(writing, "a", "1", now=NOW)
        async with database.read() as session:
            assert await marks.get(session, "a") is None


async def test_a_writer_with_its_own_connection_takes_its_turn(database: Database) -> None:
    order: list[str] = []

    async def write() -> None:
        async with database.write() as session:
            order.append("database")
            await marks.put(session, "a", "1", now=NOW)

    async with database.turn():
        task = asyncio.create_task(write())
        if database.dialect == "postgresql":
            await task
        await asyncio.sleep(0.01)
        order.append("guest")
    await task
    assert order == (["guest", "database"] if database.dialect == "sqlite" else ["database", "guest"])


async def test_waiting_in_line_too_long_is_the_worlds_trouble(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/radar.db", busy_timeout_s=0.05)
    async with database.turn():
        with pytest.raises(WorldError, match="other writes"):
            async with database.write():
                pytest.fail("there is no second pen")
    await database.close()


async def test_a_locked_database_is_the_worlds_trouble(tmp_path: Path) -> None:
    path = tmp_path / "radar.db"
    async with migrated(f"sqlite:///{path}"):
        database = Database(f"sqlite:///{path}", busy_timeout_s=0.05)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorldError, match="locked"):
            async with database.write():
                pytest.fail("the lock was not waited for")
        other.execute("ROLLBACK")
        other.close()
        async with database.write() as session:
            await marks.put(session, "a", "1", now=NOW)
        await database.close()


async def test_a_full_disk_is_the_worlds_trouble(tmp_path: Path) -> None:
    async with migrated(f"sqlite:///{tmp_path}/radar.db") as database:
        async with database.write() as session:
            pages = await session.scalar(text("PRAGMA page_count"))
            await session.execute(text(f"PRAGMA max_page_count={pages}"))
        with pytest.raises(WorldError, match="full"):
            async with database.write() as session:
                await marks.put(session, "a", "x" * 1_000_000, now=NOW)
        async with database.read() as session:
            assert await marks.get(session, "a") is None


@pytest.mark.parametrize("is_replaced", [False, True])
async def test_a_file_that_is_another_one_by_now_is_not_written_to(tmp_path: Path, is_replaced: bool) -> None:
    """Connections would go on with the one that is gone, and what was answered as durable with it."""
    path = tmp_path / "radar.db"
    async with migrated(f"sqlite:///{path}") as database:
        await database.connect()
        async with database.write() as session:
            await marks.put(session, "m", "v", now=NOW)
        path.rename(tmp_path / "old.db")
        if is_replaced:
            path.write_bytes((tmp_path / "old.db").read_bytes())

        async def put(session: Session) -> None:
            await marks.put(session, "m", "w", now=NOW)

        async def write() -> None:
            async with database.write() as session:
                await put(session)

        async def take_turn() -> None:
            async with database.turn():
                pass

        writers: list[Callable[[], Awaitable[None]]] = [
            database.connect,
            write,
            partial(database.write_apart, put),
            partial(database.execute_direct, "DELETE FROM marks", ()),
            take_turn,
        ]
        for one in writers:
            with pytest.raises(WorldError, match=r"removed or replaced while the bot runs\. Restart the bot"):
                await one()


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "postgresql:///d?host=/no/such/folder"])
async def test_an_unreachable_server_is_the_worlds_trouble(url: str) -> None:
    database = Database(url)
    with pytest.raises(WorldError, match=r"reached|able"):
        await database.connect()
    await database.close()


async def test_a_cut_connection_is_the_worlds_trouble_once(tmp_path: Path, postgresql_uri: str) -> None:
    async with migrated(await fresh_url("postgresql", tmp_path, postgresql_uri)) as database:
        with pytest.raises(WorldError):
            async with database.write() as session:
                await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        async with database.write() as session:
            await marks.put(session, "a", "1", now=NOW)


async def test_an_error_does_not_carry_the_values(database: Database) -> None:
    """Its text is logged, and becomes the reason of a run that everybody who administers may read."""
    with pytest.raises(DBAPIError) as caught:
        async with database.write() as session:
            await session.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": "my-private-value"})
    assert "nowhere" in str(caught.value)
    assert "my-private-value" not in str(caught.value)


async def test_a_new_database_is_for_its_owner_only(tmp_path: Path) -> None:
    """It holds private repositories' reports and payloads; other users of the machine have no business there."""
    made = Database(f"sqlite:///{tmp_path}/radar.db")
    try:
        await made.migrate()
        async with made.write() as session:
            await marks.put(session, "a", "1", now=NOW)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("radar.db*")}
    finally:
        await made.close()
    assert "radar.db-wal" in modes
    assert {name: mode for name, mode in modes.items() if mode != 0o600} == {}
    (tmp_path / "radar.db").chmod(0o640)
    async with migrated(f"sqlite:///{tmp_path}/radar.db"):
        assert (tmp_path / "radar.db").stat().st_mode & 0o777 == 0o640, "what the operator chose stays"
