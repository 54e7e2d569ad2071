"""Writes to a SQLite file directly, where speed counts: a transaction is one visit to a thread of its own."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from bot.model.errors import WorldError
from bot.storage.sqlite_checkpoints import AUTOCHECKPOINT_PAGES

T = TypeVar("T")

PASSING_CODES: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)

WRITER_PRAGMAS: Final = (
    "journal_mode=WAL",
    "foreign_keys=ON",
    f"wal_autocheckpoint={AUTOCHECKPOINT_PAGES}",
    "journal_size_limit=67108864",
    "cache_size=-16384",  # KiB
)


WAL_PAUSE_S: Final = 0.01
"""Between two attempts to enter WAL mode."""


def passing_sqlite_trouble(error: sqlite3.Error) -> str:
    """SQLite's words for trouble that passes by itself; "" for an error that would come back."""
    code = getattr(error, "sqlite_errorcode", None)
    return str(error) if code is not None and code & 0xFF in PASSING_CODES else ""


def enter_wal(path: str, patience_s: float) -> None:
    """Make the file at `path` one with a write-ahead log, which it then stays; waits for others that do the same.

    SQLite itself does not: it turns the lock that it holds for reading into one for writing, and where two try that at
    once each would wait for the other, so that it fails at once whatever its timeout. Raises sqlite3.Error.
    """
    deadline = time.monotonic() + patience_s
    with closing(sqlite3.connect(path, timeout=patience_s, isolation_level=None)) as connection:
        keep_to_ourselves(Path(path))
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(WAL_PAUSE_S)


def keep_to_ourselves(path: Path) -> None:
    """A database that has just been made is for its owner only (0600); SQLite gives its side files the same mode."""
    if path.is_file() and path.stat().st_size == 0:
        path.chmod(0o600)


class SameFile:
    """Whether the file at a path is still the one that it was at the first look.

    Connections go on with a file that was removed or replaced: what they write is gone with the last of them, and the
    log that lies beside it would be taken for the new file's.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._known: tuple[int, int] | None = None

    def require(self) -> None:
        """Raises WorldError where it is another one, or none."""
        try:
            found = os.stat(self._path)
            here = (found.st_dev, found.st_ino)
        except FileNotFoundError:
            here = None
        if self._known is None:
            self._known = here
        elif here != self._known:
            raise WorldError(
                "The database's file was removed or replaced while the bot runs.",
                next_step="Restart the bot: it goes on with the file that is there then.",
                retry_after_s=60.0,
            )


class DirectWriter:
    """A connection of its own in a thread of its own, opened at the first use."""

    def __init__(self, path: str, busy_timeout_s: float) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` in a transaction; committed, durably, when it returns. Raises WorldError for passing trouble."""
        return await self.call(partial(self._guarded, partial(self._transact, work)))

    async def execute(self, statement: str, values: Sequence[object]) -> None:
        """As `run`, for a statement that is a transaction by itself."""
        await self.call(partial(self._guarded, lambda: self._opened().execute(statement, values)))

    async def call(self, work: Callable[[], T]) -> T:
        """`work` in this thread, in turn with the transactions."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=True)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except sqlite3.Error as error:
            self._close()  # whatever state it is in, the next one starts afresh
            trouble = passing_sqlite_trouble(error)
            if trouble:
                raise WorldError(f"The database is not able to just now: {trouble}.", retry_after_s=1.0) from error
            raise

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return result

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                self._path, timeout=self._busy_timeout_s, isolation_level=None, check_same_thread=False
            )
            for pragma in (*WRITER_PRAGMAS, "synchronous=FULL"):
                self._connection.execute(f"PRAGMA {pragma}")
        return self._connection
