"""The engine's memory across restarts: runs, the memos of their steps, and marks with a time. The engine's only SQL.

Writes of concurrent transitions are collected and committed together by one writer on one connection. That connection
also holds the claim on the database: an advisory lock on PostgreSQL, a locked file beside a SQLite database, so that
two processes never run the same runs, and a killed process frees it at once. Every write may be repeated, because a
commit whose answer got lost is sent again.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    event,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.engine.machine import Job, Run, RunState

log = structlog.get_logger("bot.engine.journal")

engine_metadata = MetaData()
"""The engine's tables, for the migrations of whoever owns the database."""

runs = Table(
    "engine_runs",
    engine_metadata,
    Column("id", String(32), primary_key=True),
    Column("function_id", String(255), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),
    Column("finished_ms", BigInteger),
    Column("event", LargeBinary, nullable=False),
    Column("jobs", LargeBinary, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Index("ix_engine_runs_state", "state", "finished_ms"),
)
steps = Table(
    "engine_steps",
    engine_metadata,
    Column("run_id", String(32), primary_key=True),
    Column("step_id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("memo", LargeBinary, nullable=False),
)
marks = Table(
    "engine_marks",
    engine_metadata,
    Column("kind", String(16), primary_key=True),
    Column("key", String(512), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_engine_marks_at", "kind", "at_ms"),
)

_BUSY = (
    "Another process runs the engine on this database. Stop it, or configure an Inngest server "
    "(INNGEST_BASE_URL or the INNGEST keys): the embedded engine is for one process."
)
_CLAIM = 0x5261646172  # "Radar": PostgreSQL's advisory lock
_FIRST_RETRY_S, _LAST_RETRY_S = 0.1, 5.0
_PRUNED_AT_ONCE = 500


class JournalBusyError(Exception):
    """Another process runs the engine on this database."""


class Mark(msgspec.Struct, frozen=True):
    """Something remembered until, or due at, `at_ms`. Kinds: event, idempotency (seen), debounce, cron (due)."""

    kind: str
    key: str
    at_ms: int
    body: bytes = b""


class _Jobs(msgspec.Struct, frozen=True, array_like=True):
    """The column `jobs`."""

    jobs: dict[str, Job]
    is_race: bool
    is_stale: bool


_jobs = msgspec.json.Decoder(_Jobs)


@dataclass(slots=True)
class Batch:
    """What one transition writes; `created` runs are new, `changed` are (before, after)."""

    created: list[Run] = field(default_factory=list)
    changed: list[tuple[Run, Run]] = field(default_factory=list)
    marked: list[Mark] = field(default_factory=list)
    unmarked: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.marked or self.unmarked)


@dataclass(slots=True)
class Loaded:
    """What a start finds: the runs that are not over, and the marks."""

    runs: list[Run]
    marks: list[Mark]


class Journal:
    """Opened by `open`, then `load` once; `write` returns when the batch is durable."""

    def __init__(self, database_url: str) -> None:
        self._url = async_url(database_url)
        self._database: AsyncEngine = create_async_engine(self._url, **_connect_options(self._url))
        if self._url.get_backend_name() == "sqlite":
            event.listen(self._database.sync_engine, "connect", _set_pragmas)
        self._connection: AsyncConnection | None = None
        self._claim_fd: int | None = None
        self._pending: list[tuple[Batch, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()
        self._is_stopping = False
        self._end: str = ""
        self.trouble = ""
        """Why writes do not get through just now; empty when they do."""

    async def create_tables(self) -> None:
        """Create what is missing (tests and benches; the bot's migrations create them otherwise)."""
        async with self._database.begin() as connection:
            await connection.run_sync(engine_metadata.create_all)

    async def open(self, *, wait_s: float = 60.0) -> None:
        """Claim the database. Raises JournalBusyError when another process holds it for longer than `wait_s`."""
        deadline = asyncio.get_running_loop().time() + wait_s
        while not await self._claim():
            if asyncio.get_running_loop().time() >= deadline:
                raise JournalBusyError(_BUSY)
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Let the database go. Batches not yet written are lost: the runner waits for them first."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        await self._database.dispose()
        if self._claim_fd is not None:
            os.close(self._claim_fd)
            self._claim_fd = None

    async def load(self) -> Loaded:
        """Every run that is not over, with its memos, oldest first, and every mark."""
        async with self._database.connect() as connection:
            open_states = [RunState.QUEUED.value, RunState.RUNNING.value]
            rows = await connection.execute(select(runs).where(runs.c.state.in_(open_states)).order_by(runs.c.id))
            open_ids = select(runs.c.id).where(runs.c.state.in_(open_states))
            memos: dict[str, dict[str, bytes]] = {}
            saved = select(steps).where(steps.c.run_id.in_(open_ids)).order_by(steps.c.run_id, steps.c.position)
            for row in await connection.execute(saved):
                memos.setdefault(row.run_id, {})[row.step_id] = row.memo
            kept = [Mark(row.kind, row.key, row.at_ms, row.body) for row in await connection.execute(select(marks))]
            return Loaded([_run(row, memos.get(row.id, {})) for row in rows], kept)

    async def counts(self) -> dict[tuple[str, str], int]:
        """Runs in the journal by (function id, state)."""
        query = select(runs.c.function_id, runs.c.state, func.count()).group_by(runs.c.function_id, runs.c.state)
        async with self._database.connect() as connection:
            return {(row[0], row[1]): row[2] for row in await connection.execute(query)}

    async def find(self, run_id: str) -> Run | None:
        """One run, over or not, without its memos."""
        async with self._database.connect() as connection:
            row = (await connection.execute(select(runs).where(runs.c.id == run_id))).first()
            return None if row is None else _run(row, {})

    async def prune(self, *, finished_before_ms: int, marks_before_ms: int) -> int:
        """Forget runs that ended and marks that expired before these times; returns how many runs. Small commits.

        A database that is away just now is left for the next time.
        """
        pruned = 0
        try:
            while ids := await self._forget(finished_before_ms):
                pruned += ids
            async with self._database.begin() as connection:
                seen = marks.c.kind.in_(["event", "idempotency"])
                await connection.execute(delete(marks).where(seen, marks.c.at_ms < marks_before_ms))
        except DBAPIError as error:
            log.warning("journal could not be pruned", error=str(error))
        return pruned

    async def _forget(self, finished_before_ms: int) -> int:
        async with self._database.begin() as connection:
            old = select(runs.c.id).where(runs.c.finished_ms < finished_before_ms).limit(_PRUNED_AT_ONCE)
            ids = list((await connection.execute(old)).scalars())
            await connection.execute(delete(runs).where(runs.c.id.in_(ids)))
            return len(ids)

    async def write(self, batch: Batch) -> None:
        """Durable when this returns. Waits for as long as the database is away."""
        if not batch:
            return
        if self._end:
            raise RuntimeError(self._end)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((batch, done))
        self._wake.set()
        await done

    async def stop_writer(self) -> None:
        """Let `run_writer` end once everything pending is committed; later writes fail."""
        self._is_stopping = True
        self._wake.set()

    async def run_writer(self) -> None:
        """Commit what is pending, over and over, until stopped. Raises what no retry can mend."""
        taken: list[tuple[Batch, asyncio.Future[None]]] = []
        try:
            while not self._is_stopping or self._pending:
                await self._wake.wait()
                if not self._is_stopping:
                    self._wake.clear()
                taken, self._pending = self._pending, []
                if taken:
                    await self._commit_until_done([batch for batch, _ in taken])
                for _, done in taken:
                    if not done.done():
                        done.set_result(None)
                taken = []
        finally:
            self._end = "The engine's journal has stopped."
            for _, done in taken + self._pending:
                if not done.done():
                    done.set_exception(RuntimeError(self._end))
                    done.exception()  # its waiter may be gone by now

    async def _commit_until_done(self, batches: Sequence[Batch]) -> None:
        delay_s = _FIRST_RETRY_S
        while True:
            try:
                await self._commit(batches)
            except (DBAPIError, OSError) as error:
                self.trouble = f"{type(error).__name__}: {str(error).splitlines()[0]}"
                log.warning("journal cannot be written, trying again", error=self.trouble, delay_s=delay_s)
                await self._drop_connection()
                await asyncio.sleep(delay_s)
                delay_s = min(_LAST_RETRY_S, delay_s * 2)
            else:
                self.trouble = ""
                return

    async def _commit(self, batches: Sequence[Batch]) -> None:
        if self._connection is None:
            await self.open()  # the connection broke: write only if the claim is ours again
        connection = self._connection
        if connection is None:
            raise JournalBusyError(_BUSY)
        async with connection.begin():
            await _write(connection, self._url.get_backend_name(), batches)

    async def _claim(self) -> bool:
        if self._connection is None:
            self._connection = await self._database.connect()
        if self._url.get_backend_name() == "postgresql":
            locked = await self._connection.execute(text(f"SELECT pg_try_advisory_lock({_CLAIM})"))
            is_ours = bool(locked.scalar())
            await self._connection.commit()
        else:
            is_ours = self._claim_file()
        if not is_ours:
            await self._drop_connection()
        return is_ours

    def _claim_file(self) -> bool:
        path = self._url.database
        if self._claim_fd is not None or not path or path == ":memory:":
            return True
        descriptor = os.open(f"{path}-engine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._claim_fd = descriptor
        return True

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.invalidate()
                await connection.close()
            except DBAPIError as error:
                log.debug("closing a broken connection failed", error=str(error))


def async_url(url: str) -> URL:
    """The SQLAlchemy URL with its async driver, from any usual form."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    return parsed.set(drivername=drivers[parsed.get_backend_name()])


def _connect_options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 30}}
    return {"pool_size": 3, "max_overflow": 2, "pool_pre_ping": True}


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _run(row: Any, memos: dict[str, bytes]) -> Run:
    jobs = _jobs.decode(row.jobs)
    return Run(
        id=row.id,
        function_id=row.function_id,
        event=row.event,
        created_ms=row.created_ms,
        state=RunState(row.state),
        started_ms=row.started_ms,
        finished_ms=row.finished_ms,
        jobs=jobs.jobs,
        memos=memos,
        result=row.result,
        is_race=jobs.is_race,
        is_stale=jobs.is_stale,
    )


def _changing(run: Run) -> dict[str, Any]:
    return {
        "state": run.state.value,
        "started_ms": run.started_ms,
        "finished_ms": run.finished_ms,
        "jobs": msgspec.json.encode(_Jobs(run.jobs, run.is_race, run.is_stale)),
        "result": run.result,
    }


async def _write(connection: AsyncConnection, backend: str, batches: Iterable[Batch]) -> None:
    """All batches in their order, in few statements: a run that changed twice is written as it is at the end."""
    created: dict[str, Run] = {}
    changed: dict[str, Run] = {}
    memos: dict[tuple[str, str], dict[str, Any]] = {}
    marked: dict[tuple[str, str], Mark | None] = {}
    for batch in batches:
        created.update((run.id, run) for run in batch.created)
        for before, after in batch.changed:
            changed[after.id] = after
            for position, (step, memo) in enumerate(after.memos.items()):
                if step not in before.memos:
                    row = {"run_id": after.id, "step_id": step, "position": position, "memo": memo}
                    memos[after.id, step] = row
        marked.update(((mark.kind, mark.key), mark) for mark in batch.marked)
        marked.update((key, None) for key in batch.unmarked)
    over = {run.id for run in changed.values() if run.state.is_over}
    insert = postgresql.insert if backend == "postgresql" else sqlite.insert
    if created:
        rows = [
            {"id": run.id, "function_id": run.function_id, "created_ms": run.created_ms, "event": run.event}
            | _changing(changed.pop(run.id, run))
            for run in created.values()
        ]
        await connection.execute(insert(runs).on_conflict_do_nothing(), rows)
    if changed:
        names = ("state", "started_ms", "finished_ms", "jobs", "result")
        statement = update(runs).where(runs.c.id == bindparam("of")).values({name: bindparam(name) for name in names})
        await connection.execute(statement, [{"of": run.id} | _changing(run) for run in changed.values()])
    kept = [row for (run_id, _), row in memos.items() if run_id not in over]
    if kept:
        await connection.execute(insert(steps).on_conflict_do_nothing(), kept)
    if over:
        await connection.execute(delete(steps).where(steps.c.run_id == bindparam("of")), [{"of": one} for one in over])
    await _write_marks(connection, insert, marked)


async def _write_marks(connection: AsyncConnection, insert: Any, marked: dict[tuple[str, str], Mark | None]) -> None:
    put = [mark for mark in marked.values() if mark is not None]
    if put:
        statement = insert(marks)
        statement = statement.on_conflict_do_update(
            index_elements=[marks.c.kind, marks.c.key],
            set_={"at_ms": statement.excluded.at_ms, "body": statement.excluded.body},
        )
        rows = [{"kind": one.kind, "key": one.key, "at_ms": one.at_ms, "body": one.body} for one in put]
        await connection.execute(statement, rows)
    gone = [{"of_kind": kind, "of_key": key} for (kind, key), mark in marked.items() if mark is None]
    if gone:
        condition = (marks.c.kind == bindparam("of_kind")) & (marks.c.key == bindparam("of_key"))
        await connection.execute(delete(marks).where(condition), gone)
