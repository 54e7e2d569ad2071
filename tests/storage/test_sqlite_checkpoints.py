"""The write-ahead log gets into the database file without a writer doing it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from bot.storage.sqlite_checkpoints import Checkpointer
from tests.patience import PATIENCE_S


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a file?#.db"


@pytest.fixture
def writer(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA wal_autocheckpoint=0", "CREATE TABLE t (x)"):
        connection.execute(statement)
    return connection


def test_a_nudge_moves_the_log(path: Path, writer: sqlite3.Connection) -> None:
    writer.execute("INSERT INTO t VALUES (zeroblob(100000))")
    before = path.stat().st_size
    checkpointer = Checkpointer(str(path))
    checkpointer.nudge()
    checkpointer.close()
    assert path.stat().st_size >= before + 100_000
    writer.close()


def test_nudges_in_a_row_move_it_once(path: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.sqlite_checkpoints.PAUSE_S", 3600.0)
    checkpointer = Checkpointer(str(path))
    checkpointer.nudge()
    until = time.monotonic() + PATIENCE_S
    while (moved := path.stat().st_size) < 8192:
        assert time.monotonic() < until
        time.sleep(0.001)
    writer.execute("INSERT INTO t VALUES (zeroblob(100000))")
    checkpointer.nudge()
    checkpointer.close()
    assert path.stat().st_size == moved
    writer.close()


def test_a_reader_in_the_way_holds_up_nobody(path: Path, writer: sqlite3.Connection) -> None:
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM t").fetchall()
    writer.execute("INSERT INTO t VALUES (1)")
    checkpointer = Checkpointer(str(path))
    checkpointer.nudge()
    writer.execute("INSERT INTO t VALUES (2)")
    checkpointer.close()
    assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
    reader.close()
    writer.close()


def test_a_file_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    checkpointer = Checkpointer(str(tmp_path / "gone.db"))
    checkpointer.nudge()
    checkpointer.close()
    checkpointer.nudge()
    assert list(tmp_path.iterdir()) == []
