"""The engine's one connection to its database: it holds the claim, and runs one piece of work in one transaction.

The claim keeps two processes from running the same runs, and is free the moment its holder dies: an advisory lock of
the connection on PostgreSQL, a locked file beside a SQLite database. Whatever connects takes it first. On SQLite a
transaction is one visit to one thread, and `turn` is held meanwhile: whoever else writes to the file from this process
stands in the same line.
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
from sqlalchemy.ext.asyncio import create_async_engine

T = TypeVar("T")
Turn = Callable[[], AbstractAsyncContextManager[None]]

_LOCK = 0x5261646172  # "Radar": PostgreSQL's advisory lock
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=16000", "busy_timeout=30000")
_SESSION = {
    "application_name": "repo-radar engine",
    "tcp_keepalives_idle": "20",  # the claim of a session whose network is gone is free after 40 s, not after two hours
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}
_ONE = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 3600, "hide_parameters": True}


class JournalBusyError(Exception):
    """Another process runs the engine on this database."""

    def __init__(self) -> None:
        super().__init__(
            "Another process runs the engine on this database. Stop it, or configure an Inngest server "
            "(INNGEST_BASE_URL or the INNGEST keys): the embedded engine is for one process."
        )


def connection_to(database_url: str, turn: Turn) -> SqliteConnection | PostgresqlConnection:
    """A connection by any usual form of the URL.

    `run` does work in one transaction, committed at the end. It raises JournalBusyError when another process holds the
    claim; whatever else fails raises DBAPIError or OSError, and may be tried again.
    """
    url = make_url(database_url.replace("postgres://", "postgresql://", 1))
    return SqliteConnection(url, turn) if url.get_backend_name() == "sqlite" else PostgresqlConnection(url)


class SqliteConnection:
    """A SQLite file, in a thread of its own."""

    def __init__(self, url: URL, turn: Turn) -> None:
        self._path, self._turn = url.database or "", turn
        self._claim: int | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine-journal")
        connect_args = {"isolation_level": None, "check_same_thread": False}
        self._engine = sa.create_engine(url.set(drivername="sqlite"), connect_args=connect_args, **_ONE)
        sa.event.listen(self._engine, "connect", self._prepare)
        sa.event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))

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

    def _prepare(self, connection: Any, _record: Any) -> None:
        if self._claim is None:
            descriptor = os.open(f"{self._path}-engine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                connection.close()
                raise JournalBusyError from None
            self._claim = descriptor
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")


class PostgresqlConnection:
    """A PostgreSQL session; when it breaks, the next one must win the claim again before it writes."""

    def __init__(self, url: URL) -> None:
        query = {("ssl" if name == "sslmode" else name): value for name, value in url.query.items()}
        url = url.set(drivername="postgresql+asyncpg", query=query)
        self._engine = create_async_engine(url, connect_args={"server_settings": _SESSION}, **_ONE)
        sa.event.listen(self._engine.sync_engine, "connect", _claim_session)

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


def _claim_session(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SELECT pg_try_advisory_lock({_LOCK})")
    (is_ours,) = cursor.fetchone()
    connection.commit()  # the lock is the session's
    if not is_ours:
        connection.close()
        raise JournalBusyError
