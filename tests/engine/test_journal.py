"""The journal on both databases: what is written comes back, one process holds it, and trouble is waited out."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine as SyncEngine
from sqlalchemy.engine import make_url

from bot.engine import machine
from bot.engine.connection import _LOCK, JournalBusyError
from bot.engine.journal import Batch, EngineStoppedError, Journal, Mark
from bot.engine.machine import Run
from bot.engine.protocol import Event, Returned, StepOp, Stepped
from tests.databases import fresh_url
from tests.engine.test_machine import CONFIG, EVENT
from tests.engine.worlds import until

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Journal]:
    journal = Journal(url)
    await journal.open(wait_s=0, create_tables=True)
    writer = asyncio.create_task(journal.run_writer())
    try:
        yield journal
    finally:
        journal.stop_writer()
        with contextlib.suppress(asyncio.CancelledError):
            await writer
        await journal.close()


def _run(id: str = "run", now_ms: int = 0) -> Run:
    return machine.start(id, CONFIG.id, EVENT, now_ms=now_ms)


def _stepped(run: Run, *names: str) -> Run:
    for name in names:
        reply = Stepped((StepOp(id=name, op="StepRun"),))
        run = machine.answer(run, CONFIG, "", reply, now_ms=5, backoff=lambda attempt: 1)
    return run


def _batch(*runs: Run, since: Run | None = None, marks: Sequence[Mark] = ()) -> Batch:
    batch = Batch()
    for run in runs:
        batch.put(run, since)
    for mark in marks:
        batch.marks[mark.kind, mark.key] = mark
    return batch


async def test_a_run_comes_back_as_it_was(database_url: str) -> None:
    """State, times, jobs and memos, these in the order in which they came."""
    run = _run()
    later = machine.begin(run, now_ms=3)
    last = _stepped(later, "z", "a", "m")
    mark = Mark("debounce", "k", 9, b"body")
    async with _opened(database_url) as journal:
        await journal.write(_batch(run, marks=[Mark("debounce", "k", 1), Mark("event", "gone", 1)]))
        second = _batch(last, since=run, marks=[mark])
        second.marks["event", "gone"] = None
        await journal.write(second)
    async with _opened(database_url) as journal:
        runs, marks = await journal.load()
        assert runs == [last]
        assert list(runs[0].memos) == ["z", "a", "m"]
        assert marks == [mark]


async def test_what_is_over_is_not_loaded(database_url: str) -> None:
    run = _run()
    over = machine.answer(_stepped(run, "a"), CONFIG, "", Returned(b"7"), now_ms=9, backoff=lambda attempt: 1)
    async with _opened(database_url) as journal:
        await journal.write(_batch(run, over, since=run))
        assert (await journal.load())[0] == []
        assert await journal.counts() == {(CONFIG.id, "completed"): 1}


async def test_concurrent_writes_share_a_commit(database_url: str) -> None:
    commits = 0

    def count(connection: Any) -> None:
        nonlocal commits
        commits += 1

    async with _opened(database_url) as journal:
        event.listen(SyncEngine, "commit", count)
        try:
            await asyncio.gather(*(journal.write(_batch(_run(f"run {n:03}"))) for n in range(100)))
        finally:
            event.remove(SyncEngine, "commit", count)
        assert len((await journal.load())[0]) == 100
    assert commits <= 3


async def test_a_repeated_write_changes_nothing(database_url: str) -> None:
    """The answer to a commit may get lost; then it is sent again."""
    run, after = _run(), _stepped(_run(), "a")
    async with _opened(database_url) as journal:
        for _ in range(2):
            await journal.write(_batch(run, after, since=run, marks=[Mark("event", "e", 1)]))
        assert (await journal.load())[0] == [after]


async def test_one_process_holds_the_database(database_url: str) -> None:
    async with _opened(database_url):
        other = Journal(database_url)
        with pytest.raises(JournalBusyError, match="one process"):
            await other.open(wait_s=0)
        await other.close()
    async with _opened(database_url):
        pass


async def test_writes_after_the_end_fail(database_url: str) -> None:
    async with _opened(database_url) as journal:
        pass
    with pytest.raises(EngineStoppedError, match="stopped"):
        await journal.write(_batch(_run()))


async def test_prune(database_url: str) -> None:
    """Runs that ended long ago and expired marks go; the rest stays."""
    runs = [_run(f"run {n}") for n in range(3)]
    ends = [machine.cancel(runs[n], "x", now_ms=1000 * (n + 1)) for n in range(2)]
    marks = [Mark("event", "old", 10), Mark("event", "new", 10_000), Mark("cron", "c", 10), Mark("debounce", "d", 10)]
    async with _opened(database_url) as journal:
        await journal.write(_batch(*runs, *ends, marks=marks))
        assert await journal.prune(finished_before_ms=1500, marks_before_ms=500) == 2
        assert await journal.counts() == {(CONFIG.id, "cancelled"): 1, (CONFIG.id, "queued"): 1}
        runs, marks = await journal.load()
        assert [run.id for run in runs] == ["run 2"]
        assert {mark.key for mark in marks} == {"new", "c", "d"}


async def test_a_broken_connection_is_waited_out(database_url: str) -> None:
    """PostgreSQL drops us, or somebody locks the SQLite file: the write gets through afterwards, the claim holds."""
    async with _opened(database_url) as journal:
        await journal.write(_batch(_run("before")))
        async with _disturbed(database_url):
            write = asyncio.create_task(journal.write(_batch(_run("during"))))
            await asyncio.sleep(0.05)
        await asyncio.wait_for(write, 20)
        assert journal.trouble == ""
        assert [run.id for run in (await journal.load())[0]] == ["before", "during"]
        other = Journal(database_url)
        with pytest.raises(JournalBusyError):
            await other.open(wait_s=0)
        await other.close()


@pytest.mark.parametrize("is_back", [True, False])
async def test_a_claim_that_is_another_sessions_is_waited_for_a_while(
    postgresql_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_back: bool
) -> None:
    """Our own, cut off by the network, holds it until PostgreSQL misses it; or another process has taken over."""
    monkeypatch.setattr("bot.engine.journal._OURS_LINGERS_S", 3600.0 if is_back else 0.0)
    url = await fresh_url("postgresql", tmp_path, postgresql_uri)
    journal = Journal(url)
    await journal.open(wait_s=0, create_tables=True)
    writer = asyncio.create_task(journal.run_writer())
    other = await asyncpg.connect(url)
    holding = asyncio.create_task(other.execute(f"SELECT pg_advisory_lock({_LOCK})"))
    async with _disturbed(url, but=other.get_server_pid()):
        await holding
        write = asyncio.create_task(journal.write(_batch(_run("during"))))
        if is_back:
            await until(lambda: "JournalBusyError" in journal.trouble)
            assert not write.done()
        else:
            await asyncio.wait({write})
        await other.close()
    if is_back:
        await asyncio.wait_for(write, 20)
        assert [run.id for run in (await journal.load())[0]] == ["during"]
        journal.stop_writer()
        await writer
    else:
        with pytest.raises(JournalBusyError):
            await writer
        with pytest.raises(EngineStoppedError):
            await write
    await journal.close()


@asynccontextmanager
async def _disturbed(url: str, but: int = 0) -> AsyncIterator[None]:
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(make_url(url).database or "", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    connection = await asyncpg.connect(url)
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid NOT IN ($1)"
    )
    await connection.execute(others.replace("$1", f"{connection.get_server_pid()}, {but}"))
    await connection.close()
    yield


def test_events_are_encoded_for_functions() -> None:
    """What is journaled is what a call carries."""
    assert msgspec.json.encode(Event(name="go", data={"a": 1}, id="e", ts=1)) == EVENT
