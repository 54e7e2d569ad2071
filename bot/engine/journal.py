"""The engine's memory across restarts: runs, the memos of their steps, and marks with a time. The engine's only SQL.

Writes of concurrent transitions are collected and committed together by one writer. Every write may be repeated,
because a commit whose answer got lost is sent again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple

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
_PRUNED_AT_ONCE = 200
SEEN = ("event", "idempotency")


class Mark(msgspec.Struct, frozen=True):
    """Something remembered until, or due at, `at_ms`. Kinds: event, idempotency (seen), debounce, cron (due)."""

    kind: str
    key: str
    at_ms: int
    body: bytes = b""


class _Jobs(NamedTuple):
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


class Journal:
    """Opened by `open`, then `load` once; `write` returns when the batch is durable."""

    def __init__(self, database_url: str, turn: Turn = nullcontext) -> None:
        self._connection = connection_to(database_url, turn)
        self._pending: list[Batch] = []
        self._written: asyncio.Future[None]
        self._wake = asyncio.Event()
        self._is_stopping = False
        self.trouble = ""
        """Why writes do not get through just now; empty when they do."""

    async def open(self, *, wait_s: float = 10.0, create_tables: bool = False) -> None:
        """Claim the database. Raises JournalBusyError when another process holds it for longer than `wait_s`.

        `create_tables` is for tests and benches; the bot's migrations do it otherwise.
        """
        self._written = asyncio.Future()
        deadline = asyncio.get_running_loop().time() + wait_s
        while not await self._connection.claim():
            if asyncio.get_running_loop().time() >= deadline:
                raise JournalBusyError
            await asyncio.sleep(0.2)
        if create_tables:
            await self._connection.run(engine_metadata.create_all)

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
        old_runs = sa.select(runs.c.id).where(runs.c.finished_ms < finished_before_ms).limit(_PRUNED_AT_ONCE)
        is_old = marks.c.kind.in_(SEEN) & (marks.c.at_ms < marks_before_ms)
        old_marks = sa.select(marks.c.kind, marks.c.key).where(is_old).limit(_PRUNED_AT_ONCE)
        pruned = 0
        try:
            for table, query in ((runs, old_runs), (marks, old_marks)):
                while gone := await self._connection.run(lambda connection: _forget(connection, table, query)):  # noqa: B023
                    pruned += gone
        except (DBAPIError, OSError) as error:
            log.warning("journal could not be pruned", error=str(error))
        return pruned

    async def write(self, batch: Batch) -> None:
        """Durable when this returns. Waits for as long as the database is away."""
        if batch:
            self._pending.append(batch)
            self._wake.set()
            await asyncio.shield(self._written)  # of all that are pending: one waiter may go, the others stay

    def stop_writer(self) -> None:
        """Let `run_writer` end once everything pending is committed; later writes fail."""
        self._is_stopping = True
        self._wake.set()

    async def run_writer(self) -> None:
        """Commit what is pending, over and over, until stopped. Raises what no retry can mend."""
        written = self._written
        try:
            while not self._is_stopping or self._pending:
                await self._wake.wait()
                self._wake.clear()
                if self._pending:
                    taken, self._pending = self._pending, []
                    written, self._written = self._written, asyncio.Future()
                    await self._commit(taken)
                    written.set_result(None)
        finally:
            for future in (written, self._written):
                if not future.done():
                    future.set_exception(RuntimeError("The engine's journal has stopped."))
                    future.exception()  # its waiters may be gone by now

    async def _commit(self, batches: Sequence[Batch]) -> None:
        delay_s = _FIRST_RETRY_S
        while True:
            try:
                await self._connection.run(lambda connection: _write(connection, batches))
            except (DBAPIError, OSError) as error:
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


def _forget(connection: sa.Connection, table: sa.Table, query: sa.Select[Any]) -> int:
    keys = [row._asdict() for row in connection.execute(query)]
    _drop(connection, table, keys)
    return len(keys)


def _run(row: Any, memos: dict[str, bytes]) -> Run:
    columns = row._asdict() | _jobs.decode(row.jobs)._asdict()
    return Run(**columns | {"state": RunState(row.state), "memos": memos})


def _row(run: Run) -> dict[str, Any]:
    columns = {column.name: getattr(run, column.name) for column in runs.columns}
    jobs = msgspec.json.encode(_Jobs(run.jobs, run.is_race, run.is_stale))
    return columns | {"state": run.state.value, "jobs": jobs}


def _write(connection: sa.Connection, batches: Sequence[Batch]) -> None:
    """All batches in their order, in few statements: a run that changed twice is written as it is at the end."""
    latest: dict[str, Run] = {}
    memos: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    marked: dict[tuple[str, str], Mark | None] = {}
    for batch in batches:
        latest.update((run.id, run) for run in batch.created)
        for before, after in batch.changed:
            latest[after.id] = after
            for position, (step, memo) in enumerate(after.memos.items()):
                if step not in before.memos:
                    memos[after.id][step] = {"run_id": after.id, "step_id": step, "position": position, "memo": memo}
        marked.update(((mark.kind, mark.key), mark) for mark in batch.marked)
        marked.update((key, None) for key in batch.unmarked)
    over = [{"run_id": run.id} for run in latest.values() if run.state.is_over]
    kept = [row for run_id, of_run in memos.items() if not latest[run_id].state.is_over for row in of_run.values()]
    moved = ["state", "started_ms", "finished_ms", "jobs", "result"]
    _put(connection, runs, [_row(run) for run in latest.values()], moved)
    _put(connection, steps, kept, ["memo"])
    _drop(connection, steps, over)
    _put(connection, marks, [msgspec.structs.asdict(mark) for mark in marked.values() if mark], ["at_ms", "body"])
    _drop(connection, marks, [{"kind": kind, "key": key} for (kind, key), mark in marked.items() if not mark])


def _put(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]], moved: Sequence[str]) -> None:
    if rows:
        statement = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
        news = {name: statement.excluded[name] for name in moved}
        connection.execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=news), rows)


def _drop(connection: sa.Connection, table: sa.Table, keys: list[dict[str, Any]]) -> None:
    if keys:
        is_meant = [table.c[name] == sa.bindparam(f"of_{name}") for name in keys[0]]
        named = [{f"of_{name}": value for name, value in key.items()} for key in keys]
        connection.execute(sa.delete(table).where(*is_meant), named)
