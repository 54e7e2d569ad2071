"""Direct writes to a SQLite file: durable, whole or not at all, and afresh after trouble."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from bot.model.errors import WorldError
from bot.storage.sqlite_writer import DirectWriter, enter_wal, passing_sqlite_trouble

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> str:
    made = str(tmp_path / "radar.db")
    with sqlite3.connect(made) as connection:
        connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    connection.close()
    return made


@pytest.fixture
def held(path: str) -> Iterator[sqlite3.Connection]:
    """Somebody else's transaction on a file without a write-ahead log."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


@pytest.fixture
async def writer(path: str) -> AsyncIterator[DirectWriter]:
    made = DirectWriter(path, busy_timeout_s=0.0)
    yield made
    await made.close()


def _add(*numbers: int) -> Callable[[sqlite3.Connection], int]:
    def work(connection: sqlite3.Connection) -> int:
        for number in numbers:
            connection.execute("INSERT INTO t VALUES (?)", (number,))
        return len(numbers)

    return work


def _kept(path: str) -> list[int]:
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("SELECT n FROM t ORDER BY n")]
    finally:
        connection.close()


async def test_what_returns_is_committed(writer: DirectWriter, path: str) -> None:
    assert await writer.run(_add(1, 2)) == 2
    assert _kept(path) == [1, 2]


async def test_what_raises_leaves_nothing_and_is_raised(writer: DirectWriter, path: str) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES (1)")
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        await writer.run(fails)
    assert _kept(path) == []
    await writer.run(_add(2))
    assert _kept(path) == [2]


async def test_an_error_of_ours_is_not_taken_for_the_worlds(writer: DirectWriter, path: str) -> None:
    await writer.run(_add(1))
    with pytest.raises(sqlite3.IntegrityError):
        await writer.run(_add(2, 1))
    assert _kept(path) == [1]
    await writer.run(_add(3))
    assert _kept(path) == [1, 3]


async def test_a_locked_file_is_the_worlds_trouble_and_passes(writer: DirectWriter, path: str) -> None:
    await writer.run(_add(1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorldError, match="locked") as trouble:
        await writer.run(_add(2))
    assert trouble.value.retry_after_s == 1.0
    other.execute("ROLLBACK")
    other.close()
    await writer.run(_add(2))
    assert _kept(path) == [1, 2]


async def test_a_file_that_cannot_be_opened_is_the_worlds_trouble(tmp_path: Path) -> None:
    writer = DirectWriter(str(tmp_path / "gone" / "radar.db"), busy_timeout_s=0.0)
    with pytest.raises(WorldError, match="unable to open"):
        await writer.run(_add(1))
    await writer.close()


async def test_commits_reach_the_disk_before_they_are_told(writer: DirectWriter) -> None:
    def pragmas(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await writer.run(pragmas) == ["wal", 2, 1]


async def test_concurrent_writes_take_turns(writer: DirectWriter, path: str) -> None:
    await asyncio.gather(*(writer.run(_add(number)) for number in range(30)))
    assert _kept(path) == list(range(30))


async def test_closing_twice_and_without_use_is_no_error(path: str) -> None:
    unused = DirectWriter(path, busy_timeout_s=0.0)
    await unused.close()


def _error(kind: type[sqlite3.Error], code: int | None) -> sqlite3.Error:
    error = kind("words")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (_error(sqlite3.OperationalError, sqlite3.SQLITE_BUSY), True),
        (_error(sqlite3.OperationalError, sqlite3.SQLITE_BUSY_SNAPSHOT), True),
        (_error(sqlite3.OperationalError, sqlite3.SQLITE_FULL), True),
        (_error(sqlite3.OperationalError, sqlite3.SQLITE_IOERR_FSYNC), True),
        (_error(sqlite3.DatabaseError, sqlite3.SQLITE_CORRUPT), False),
        (_error(sqlite3.IntegrityError, sqlite3.SQLITE_CONSTRAINT_UNIQUE), False),
        (_error(sqlite3.OperationalError, sqlite3.SQLITE_ERROR), False),
        (_error(sqlite3.OperationalError, None), False),
    ],
)
def test_what_passes_by_itself(error: sqlite3.Error, passes: bool) -> None:
    assert passing_sqlite_trouble(error) == ("words" if passes else "")


def test_entering_wal_mode_waits_for_a_writer(path: str, held: sqlite3.Connection) -> None:
    release = threading.Timer(0.1, held.execute, ("COMMIT",))
    release.start()
    enter_wal(path, patience_s=30.0)
    release.join()
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_entering_wal_mode_waits_no_longer_than_told(path: str, held: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        enter_wal(path, patience_s=0.05)
    held.execute("COMMIT")


def test_entering_wal_mode_tells_other_trouble_at_once(tmp_path: Path) -> None:
    (tmp_path / "radar.db").write_text("this is no database at all, and long enough to be looked at" * 20)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        enter_wal(str(tmp_path / "radar.db"), patience_s=30.0)
