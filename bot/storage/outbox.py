"""The outbox: events of our own making (API, pages, batches) on their way to the engine, each sent once by id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.event import OutgoingEvent
from bot.storage.changed import changed
from bot.storage.tables import OutboxRow
from bot.storage.upsert import insert


async def add(session: AsyncSession, events: Sequence[OutgoingEvent], *, now: datetime) -> frozenset[str]:
    """Queue events; the ids that were new. Commit, then wake the relay."""
    if not events:
        return frozenset()
    rows = {
        one.id: {"id": one.id, "name": one.name, "data": one.data, "created_at": now, "next_attempt_at": now}
        for one in events
    }
    statement = insert(session, OutboxRow).on_conflict_do_nothing(index_elements=["id"]).returning(OutboxRow.id)
    return frozenset(await session.scalars(statement, [rows[key] for key in sorted(rows)]))


async def claim(session: AsyncSession, *, now: datetime, limit: int, lease_s: float) -> list[OutgoingEvent]:
    """Borrow up to `limit` unsent events that are due, for `lease_s` seconds."""
    due = (
        select(OutboxRow.id)
        .where(OutboxRow.sent_at.is_(None), OutboxRow.next_attempt_at <= now)
        .order_by(OutboxRow.next_attempt_at, OutboxRow.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = sorted(await session.scalars(due))
    if not ids:
        return []
    borrowed = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids))
        .values(next_attempt_at=now + timedelta(seconds=lease_s), attempts=OutboxRow.attempts + 1)
        .returning(OutboxRow.id, OutboxRow.name, OutboxRow.data, OutboxRow.created_at)
        .execution_options(synchronize_session=False)
    )
    rows = sorted((await session.execute(borrowed)).tuples(), key=lambda row: (row[3], row[0]))
    return [
        OutgoingEvent(id=id_, name=name, data=data, ts_ms=int(created_at.timestamp() * 1000))
        for id_, name, data, created_at in rows
    ]


async def attempts(session: AsyncSession, ids: Iterable[str]) -> dict[str, int]:
    """How often each event has been borrowed."""
    statement = select(OutboxRow.id, OutboxRow.attempts).where(OutboxRow.id.in_(sorted(ids)))
    return dict(iter((await session.execute(statement)).tuples()))


async def mark_sent(session: AsyncSession, ids: Iterable[str], *, now: datetime, error: str = "") -> None:
    """The engine has accepted these; or with `error`, it never will and they are given up."""
    await session.execute(
        update(OutboxRow).where(OutboxRow.id.in_(sorted(ids))).values(sent_at=now, next_attempt_at=None, error=error)
    )


async def retry_later(session: AsyncSession, ids: Iterable[str], *, at: datetime, error: str) -> None:
    """Give borrowed events back, to be tried again at `at`."""
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(sorted(ids)), OutboxRow.sent_at.is_(None))
        .values(next_attempt_at=at, error=error)
    )


async def waiting(session: AsyncSession) -> int:
    """How many events have yet to be sent."""
    return await session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.sent_at.is_(None))) or 0


async def oldest_waiting_at(session: AsyncSession) -> datetime | None:
    """When the oldest unsent event was made; None when none waits."""
    return await session.scalar(select(func.min(OutboxRow.created_at)).where(OutboxRow.sent_at.is_(None)))


async def prune(session: AsyncSession, *, older_than: datetime) -> int:
    """Drop sent events by age; the number dropped."""
    return await changed(session, delete(OutboxRow).where(OutboxRow.sent_at < older_than))
