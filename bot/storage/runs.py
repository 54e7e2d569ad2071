"""Function runs as the bot saw them, so that a page can tell what became of an event, on whichever engine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.records import Run, RunState
from bot.storage.changed import changed
from bot.storage.tables import RunRow
from bot.storage.upsert import insert


async def start(session: AsyncSession, run: Run) -> None:
    """A run begins, or is tried again (`attempt`); its beginning stays."""
    values = {name: getattr(run, name) for name in Run.__dataclass_fields__}
    statement = insert(session, RunRow).values(values)
    again = {"attempt": statement.excluded["attempt"], "state": RunState.RUNNING, "finished_at": None, "reason": ""}
    unfinished = RunRow.state.in_((RunState.RUNNING, RunState.FAILED))
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=again, where=unfinished))


async def finish(session: AsyncSession, run_id: str, state: RunState, *, reason: str = "", now: datetime) -> bool:
    """A run ended; `reason` tells a person why it failed or was cancelled. False when it is not known."""
    statement = update(RunRow).where(RunRow.id == run_id).values(state=state, reason=reason, finished_at=now)
    return await changed(session, statement) == 1


async def get(session: AsyncSession, run_id: str) -> Run | None:
    """One run."""
    row = await session.get(RunRow, run_id, populate_existing=True)
    return None if row is None else _run(row)


async def list_lost(session: AsyncSession, *, started_before: datetime, limit: int) -> list[Run]:
    """Runs that began before then and never ended, oldest first."""
    statement = (
        select(RunRow)
        .where(RunRow.state == RunState.RUNNING, RunRow.started_at < started_before)
        .order_by(RunRow.started_at)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [_run(row) for row in await session.scalars(statement)]


async def prune(session: AsyncSession, *, older_than: datetime) -> int:
    """Drop finished runs by age; the number dropped."""
    old = delete(RunRow).where(RunRow.state != RunState.RUNNING, RunRow.started_at < older_than)
    return await changed(session, old)


def _run(row: RunRow) -> Run:
    values: dict[str, Any] = {name: getattr(row, name) for name in Run.__dataclass_fields__ if name != "state"}
    return Run(**values, state=RunState(row.state))
