"""Moves SQLite's write-ahead log into the database file from a thread of its own, so that no commit waits for that."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import quote

import structlog

from bot.model.errors import WorldError

PAUSE_S: Final = 0.5
"""Between two checkpoints. Each waits for the disk twice."""
AUTOCHECKPOINT_PAGES: Final = 16_000
"""Where this thread cannot keep up: at 64 MB a committing writer does it."""

log = structlog.get_logger("bot.storage.sqlite_checkpoints")


class Checkpointer:
    """`nudge()` after each write. A passive checkpoint neither waits for writers or readers nor holds them up.

    `require` raises where the file at `path` is not the one that is written to.
    """

    def __init__(self, path: str, *, require: Callable[[], None] = lambda: None) -> None:
        self._require = require
        self._uri = f"file:{quote(path)}?mode=rw"  # never makes a file
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-checkpoints")
        self._next_at = 0.0
        self._is_under_way = False
        self._is_closed = False

    def nudge(self) -> None:
        """There may be something to move: it is, unless that has just been done."""
        now = time.monotonic()
        if now < self._next_at or self._is_under_way or self._is_closed:
            return
        self._is_under_way, self._next_at = True, now + PAUSE_S
        self._thread.submit(self._checkpoint)

    def close(self) -> None:
        """Wait for the one under way, and start none any more."""
        self._is_closed = True
        self._thread.shutdown(wait=True)

    def _checkpoint(self) -> None:
        try:
            self._require()
            connection = sqlite3.connect(self._uri, uri=True, timeout=1.0, isolation_level=None)
            try:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            finally:
                connection.close()
        except (sqlite3.Error, WorldError) as error:  # the next one, or at 64 MB a writer, moves it
            log.warning("checkpoint not made", reason=str(error))
        finally:
            self._is_under_way = False
