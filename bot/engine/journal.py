"""The engine's memory across restarts: runs, the memos of their steps, and marks with a time. The engine's only SQL.

Writes of concurrent transitions are collected and committed together by one writer. Every write may be repeated,
because a commit whose answer got lost is sent again.
"""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy import Column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from bot.engine.connection import JournalBusyError, Turn, connection_to
from bot.engine.machine import Job, Run, RunState

log = structlog.get_logger("bot.engine.journal")

engine_metadata = sa.MetaData()
"""The engine's tables, for the migrations of whoever owns the database."""

runs = sa.Table(
    "engine_runs",
    engine_metadata,
    Column("id", sa.String(32), primary_key=True),
    Column("function_id", sa.String(255), nullable=False),
    Column("state", sa.String(16), nullable=False),
    Column("created_ms", sa.BigInteger, nullable=False),
    Column("started_ms", sa.BigInteger),
    Column("finished_ms", sa.BigInteger),
    Column("event", sa.LargeBinary, nullable=False),
    Column("jobs", sa.LargeBinary, nullable=False),
    Column("result", sa.LargeBinary, nullable=False),
    sa.Index("ix_engine_runs_state", "state", "finished_ms"),
)
steps = sa.Table(
    "engine_steps",
    engine_metadata,
    Column("run_id", sa.String(32), primary_key=True),
    Column("step_id", sa.String(64), primary_key=True),
    Column("position", sa.Integer, nullable=False),
    Column("memo", sa.LargeBinary, nullable=False),
)
marks = sa.Table(
    "engine_marks",
    engine_metadata,
    Column("kind", sa.String(16), primary_key=True),
    Column("key", sa.String(512), primary_key=True),
    Column("at_ms", sa.BigInteger, nullable=False),
    Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_engine_marks_at", "kind", "at_ms"),
)

_FIRST_RETRY_S, _LAST_RETRY_S = 0.1, 5.0
_OURS_LINGERS_S = 60.0
"""A session that a network cut off holds the claim until PostgreSQL misses it, by the keepalives of connection.py."""
_PRUNED_AT_ONCE = 200
SEEN = ("event", "idempotency")


class EngineStoppedError(RuntimeError):
    """The engine is not running, or died of an error of its own: nothing further becomes durable."""


class Mark(msgspec.Struct, frozen=True):
    """Something remembered until, or due at, `at_ms`. Kinds: event, idempotency (seen), debounce, cron (due)."""

    kind: str
    key: str
    at_ms: int
    body: bytes = b""


_jobs = msgspec.json.Decoder(tuple[dict[str, Job], bool, bool])
"""The column `jobs`: those of a run, its `is_race` and its `is_stale`."""


@dataclass(slots=True)
class Batch:
    """What transitions write: runs as they are after them, memos that are new, marks (None: forgotten)."""

    runs: dict[str, Run] = field(default_factory=dict)
    steps: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    marks: dict[tuple[str, str], Mark | None] = field(default_factory=dict)

    def put(self, run: Run, before: Run | None = None) -> None:
        """A run as it is now; what the journal has of it is `before`."""
        self.runs[run.id] = run
        known = len(before.memos) if before else 0
        for position, (step, memo) in islice(enumerate(run.memos.items()), known, None):
            self.steps[run.id, step] = {"run_id": run.id, "step_id": step, "position": position, "memo": memo}

    def add(self, later: Batch) -> None:
        """What came after this: of a run or a mark the last word counts."""
        self.runs |= later.runs
        self.steps |= later.steps
        self.marks |= later.marks

    def __bool__(self) -> bool:
        return bool(self.runs or self.marks)


class Journal:
    """Opened by `open`, then `load` once; `write` returns when the batch is durable."""

    def __init__(self, database_url: str, turn: Turn = nullcontext) -> None:
        self._connection = connection_to(database_url, turn)
        self._pending = Batch()
        self._waiting: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()
        self._is_stopping = False
        self.trouble = ""
        """Why writes do not get through just now; empty when they do."""

    async def open(self, *, wait_s: float = 10.0, create_tables: bool = False) -> None:
        """Claim the database. Raises JournalBusyError when another process holds it for longer than `wait_s`.

        `create_tables` is for tests and benches; the bot's migrations do it otherwise.
        """
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            try:
                return await self._connection.run(engine_metadata.create_all if create_tables else lambda _: None)
            except JournalBusyError:
                if asyncio.get_running_loop().time() >= deadline:
                    raise
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Let the database go. Batches not yet written are lost: the runner waits for them first."""
        await self._connection.close()

    async def load(self) -> tuple[list[Run], list[Mark]]:
        """Every run that is not over, with its memos, oldest first; and every mark."""
        return await self._connection.run(_load)

    async def counts(self) -> dict[tuple[str, str], int]:
        """Runs in the journal by (function id, state)."""
        query = sa.select(runs.c.function_id, runs.c.state, sa.func.count()).group_by(runs.c.function_id, runs.c.state)
        rows = await self._connection.run(lambda connection: connection.execute(query).all())
        return {(function_id, state): number for function_id, state, number in rows}

    async def prune(self, *, finished_before_ms: int, marks_before_ms: int) -> int:
        """Forget runs that ended and marks that expired before these times; returns how many. Small commits.

        A database that is away just now is left for the next time.
        """
        is_expired = marks.c.kind.in_(SEEN) & (marks.c.at_ms < marks_before_ms)
        pruned = 0
        try:
            for table, is_old in ((runs, runs.c.finished_ms < finished_before_ms), (marks, is_expired)):
                some = sa.select(*table.primary_key).where(is_old).limit(_PRUNED_AT_ONCE)
                forget = sa.delete(table).where(sa.tuple_(*table.primary_key).in_(some))
                while gone := await self._connection.run(lambda connection: connection.execute(forget).rowcount):  # noqa: B023
                    pruned += gone
        except (DBAPIError, OSError, JournalBusyError) as error:
            log.warning("journal could not be pruned", error=str(error))
        log.debug("journal pruned", forgotten=pruned)
        return pruned

    async def write(self, batch: Batch) -> None:
        """Durable when this returns. Waits for as long as the database is away."""
        if self._is_stopping:
            raise EngineStoppedError("the engine has stopped")
        if batch:
            self._pending.add(batch)
            self._wake.set()
            place = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            await place

    def stop_writer(self) -> None:
        """Let `run_writer` end once everything pending is committed; later writes fail."""
        self._is_stopping = True
        self._wake.set()

    async def run_writer(self) -> None:
        """Commit what is pending, over and over, until stopped. Raises what no retry can mend."""
        written: list[asyncio.Future[None]] = []
        try:
            while not self._is_stopping or self._pending:
                await self._wake.wait()
                self._wake.clear()
                taken, self._pending = self._pending, Batch()
                written, self._waiting = self._waiting, []
                if taken:
                    await self._commit(taken)
                for place in written:
                    if not place.done():
                        place.set_result(None)
        finally:
            self._is_stopping = True
            for place in (*written, *self._waiting):
                if not place.done():
                    place.set_exception(EngineStoppedError("the engine has stopped"))

    async def _commit(self, batch: Batch) -> None:
        """Raises JournalBusyError when another process holds the claim for longer than a dead session of ours may."""
        delay_s, clock = _FIRST_RETRY_S, asyncio.get_running_loop().time
        ends_at = math.inf
        while True:
            try:
                await self._connection.run(lambda connection: _write(connection, batch))
            except (DBAPIError, OSError, JournalBusyError) as error:
                if isinstance(error, JournalBusyError):
                    ends_at = min(ends_at, clock() + _OURS_LINGERS_S)
                    if clock() >= ends_at:
                        raise
                self.trouble = f"{type(error).__name__}: {str(error).splitlines()[0]}"
                log.warning("journal cannot be written, trying again", error=self.trouble, delay_s=delay_s)
                await asyncio.sleep(delay_s)
                delay_s = min(_LAST_RETRY_S, delay_s * 2)
            else:
                self.trouble = ""
                return


def _load(connection: sa.Connection) -> tuple[list[Run], list[Mark]]:
    is_open = runs.c.state.in_([RunState.QUEUED.value, RunState.RUNNING.value])
    saved = sa.select(steps).join(runs, runs.c.id == steps.c.run_id).where(is_open)
    memos: dict[str, dict[str, bytes]] = defaultdict(dict)
    for row in connection.execute(saved.order_by(steps.c.run_id, steps.c.position)):
        memos[row.run_id][row.step_id] = row.memo
    rows = connection.execute(sa.select(runs).where(is_open).order_by(runs.c.id))
    return [_run(row, memos[row.id]) for row in rows], [Mark(*row) for row in connection.execute(sa.select(marks))]


def _run(row: Any, memos: dict[str, bytes]) -> Run:
    jobs, is_race, is_stale = _jobs.decode(row.jobs)
    more = {"state": RunState(row.state), "memos": memos, "jobs": jobs, "is_race": is_race, "is_stale": is_stale}
    return Run(**row._asdict() | more)


def _row(run: Run) -> dict[str, Any]:
    columns = {column.name: getattr(run, column.name) for column in runs.columns}
    jobs = msgspec.json.encode((run.jobs, run.is_race, run.is_stale))
    return columns | {"state": run.state.value, "jobs": jobs}


def _write(connection: sa.Connection, batch: Batch) -> None:
    """A batch in few statements. The memos of a run that is over are not needed again."""
    is_over = {run.id: run.state.is_over for run in batch.runs.values()}
    kept = [row for (run_id, _), row in batch.steps.items() if not is_over[run_id]]
    marked = [msgspec.structs.asdict(mark) for mark in batch.marks.values() if mark]
    dialect = connection.dialect.name
    for statement, rows in (
        (_upsert(runs, dialect), [_row(run) for run in batch.runs.values()]),
        (_upsert(steps, dialect), kept),
        (_DROP_STEPS, [{"run_id": run_id} for run_id in is_over if is_over[run_id]]),
        (_upsert(marks, dialect), marked),
        (_DROP_MARK, [{"kind": kind, "key": key} for (kind, key), mark in batch.marks.items() if not mark]),
    ):
        if rows:
            connection.execute(statement, rows)


@cache
def _upsert(table: sa.Table, dialect: str) -> Any:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    news = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=table.primary_key, set_=news)


_DROP_STEPS = sa.delete(steps).where(steps.c.run_id == sa.bindparam("run_id"))
_DROP_MARK = sa.delete(marks).where(marks.c.kind == sa.bindparam("kind"), marks.c.key == sa.bindparam("key"))
