"""The outbox: events of our own making (API, pages, batches) on their way to the engine, each sent once by id."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.event import ClaimedEvent, OutgoingEvent
from bot.storage.changed import changed
from bot.storage.tables import OutboxRow
from bot.storage.upsert import insert

CLAIMED = (OutboxRow.id, OutboxRow.name, OutboxRow.data, OutboxRow.created_at, OutboxRow.attempts)


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


async def list_due(session: AsyncSession, *, now: datetime, limit: int) -> list[str]:
    """Ids of unsent events that are due, oldest first; a look that borrows nothing."""
    statement = (
        select(OutboxRow.id)
        .where(OutboxRow.sent_at.is_(None), OutboxRow.next_attempt_at <= now)
        .order_by(OutboxRow.next_attempt_at, OutboxRow.created_at)
        .limit(limit)
    )
    return list(await session.scalars(statement))


async def claim(session: AsyncSession, *, now: datetime, limit: int, lease_s: float) -> list[ClaimedEvent]:
    """Look and borrow in one transaction."""
    return await borrow(session, await list_due(session, now=now, limit=limit), now=now, lease_s=lease_s)


async def borrow(session: AsyncSession, due: Sequence[str], *, now: datetime, lease_s: float) -> list[ClaimedEvent]:
    """Borrow those of `due` that still are, for `lease_s` seconds; they come oldest first."""
    if not due:
        return []
    free = (
        select(OutboxRow.id)
        .where(OutboxRow.id.in_(due), OutboxRow.sent_at.is_(None), OutboxRow.next_attempt_at <= now)
        .with_for_update(skip_locked=True)
    )
    borrowed = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(free.scalar_subquery()))
        .values(next_attempt_at=now + timedelta(seconds=lease_s), attempts=OutboxRow.attempts + 1)
        .returning(*CLAIMED)
        .execution_options(synchronize_session=False)
    )
    rows = sorted(await session.execute(borrowed), key=lambda row: (row[3], row[0]))
    return [
        ClaimedEvent(
            event=OutgoingEvent(id=id_, name=name, data=data, ts_ms=int(created_at.timestamp() * 1000)),
            attempts=attempts,
        )
        for id_, name, data, created_at, attempts in rows
    ]


async def settle(session: AsyncSession, errors: Mapping[str, str], *, now: datetime) -> None:
    """The engine has accepted these events (by id: ""), or never will, with the reason: they are given up."""
    if not errors:
        return
    statement = (
        update(OutboxRow)
        .where(OutboxRow.__table__.c.id == bindparam("the_id"))
        .values(sent_at=now, next_attempt_at=None, error=bindparam("why"))
    )
    rows = [{"the_id": id_, "why": error} for id_, error in sorted(errors.items())]
    await (await session.connection()).execute(statement, rows)


async def retry_later(
    session: AsyncSession, ids: Collection[str], *, at: datetime, error: str, is_try: bool = True
) -> None:
    """Give borrowed events back, to be tried again at `at`. Without `is_try` this time does not count."""
    if not ids:
        return
    values: dict[str, Any] = {"next_attempt_at": at, "error": error}
    if not is_try:
        values["attempts"] = OutboxRow.attempts - 1
    await changed(
        session, update(OutboxRow).where(OutboxRow.id.in_(sorted(ids)), OutboxRow.sent_at.is_(None)).values(**values)
    )


async def end_leases(session: AsyncSession, *, now: datetime) -> None:
    """Every unsent event is due at once: whoever had borrowed some is gone."""
    await changed(
        session,
        update(OutboxRow)
        .where(OutboxRow.sent_at.is_(None), OutboxRow.next_attempt_at > now)
        .values(next_attempt_at=now),
    )


async def waiting(session: AsyncSession) -> int:
    """How many events have yet to be sent."""
    return await session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.sent_at.is_(None))) or 0


async def oldest_waiting_at(session: AsyncSession) -> datetime | None:
    """When the oldest unsent event was made; None when none waits."""
    return await session.scalar(select(func.min(OutboxRow.created_at)).where(OutboxRow.sent_at.is_(None)))


async def prune(session: AsyncSession, *, older_than: datetime, limit: int = 5000) -> int:
    """Drop sent events by age, at most `limit`; the number dropped."""
    old = select(OutboxRow.id).where(OutboxRow.sent_at < older_than).order_by(OutboxRow.sent_at).limit(limit)
    return await changed(session, delete(OutboxRow).where(OutboxRow.id.in_(old.scalar_subquery())))
