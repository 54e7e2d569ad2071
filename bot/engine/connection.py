"""The engine's one connection to its database: it holds the claim, and runs one piece of work in one transaction.

The claim keeps two processes from running the same runs, and is free the moment its holder dies: an advisory lock of
the connection on PostgreSQL, a locked file beside a SQLite database. On SQLite a transaction is one visit to one
thread, and `turn` is held meanwhile: whoever else writes to the file from this process stands in the same line.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

T = TypeVar("T")
Turn = Callable[[], AbstractAsyncContextManager[None]]

_LOCK = 0x5261646172  # "Radar": PostgreSQL's advisory lock
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=16000", "busy_timeout=30000")


class JournalBusyError(Exception):
    """Another process runs the engine on this database."""

    def __init__(self) -> None:
        super().__init__(
            "Another process runs the engine on this database. Stop it, or configure an Inngest server "
            "(INNGEST_BASE_URL or the INNGEST keys): the embedded engine is for one process."
        )


def connection_to(database_url: str, turn: Turn) -> SqliteConnection | PostgresqlConnection:
    """A connection by any usual form of the URL.

    `claim` connects and tells whether the database is ours; `run` does work in one transaction, committed at the end,
    and raises JournalBusyError when the claim was lost. Whatever else fails raises DBAPIError or OSError, and may be
    tried again.
    """
    url = make_url(database_url.replace("postgres://", "postgresql://", 1))
    return SqliteConnection(url, turn) if url.get_backend_name() == "sqlite" else PostgresqlConnection(url)


class SqliteConnection:
    """A SQLite file, in a thread of its own."""

    def __init__(self, url: URL, turn: Turn) -> None:
        self._path, self._turn = url.database or "", turn
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine-journal")
        connect_args = {"isolation_level": None, "check_same_thread": False}
        self._engine = sa.create_engine(
            url.set(drivername="sqlite"), connect_args=connect_args, pool_size=1, hide_parameters=True
        )
        sa.event.listen(self._engine, "connect", _set_pragmas)
        sa.event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        self._claim: int | None = None

    async def claim(self) -> bool:
        if self._claim is None:
            descriptor = os.open(f"{self._path}-engine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            self._claim = descriptor
        return True

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        def transact() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        async with self._turn():
            return await asyncio.get_running_loop().run_in_executor(self._thread, transact)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown(wait=False)
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None


class PostgresqlConnection:
    """A PostgreSQL session; when it breaks, the next one must win the claim again before it writes."""

    def __init__(self, url: URL) -> None:
        query = {("ssl" if name == "sslmode" else name): value for name, value in url.query.items()}
        driver = url.set(drivername="postgresql+asyncpg", query=query)
        self._engine = create_async_engine(driver, pool_size=1, max_overflow=0, hide_parameters=True)
        self._connection: AsyncConnection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def claim(self) -> bool:
        connection = self._connection or await self._engine.connect()
        locked = (await connection.execute(sa.select(sa.func.pg_try_advisory_lock(_LOCK)))).scalar()
        await connection.commit()
        if locked:
            self._connection = connection
        else:
            await connection.close()
        return bool(locked)

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        async with self._one_at_a_time:
            if self._connection is None and not await self.claim():
                raise JournalBusyError
            assert self._connection is not None  # noqa: S101 - claimed above
            try:
                async with self._connection.begin():
                    return await self._connection.run_sync(work)
            except (DBAPIError, OSError):
                broken, self._connection = self._connection, None
                await broken.invalidate()
                await broken.close()
                raise

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        await self._engine.dispose()


def _set_pragmas(connection: Any, _record: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
