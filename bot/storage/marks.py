"""Named marks of background jobs: the cursor one reached, or when it last ran."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.records import Mark
from bot.storage.changed import changed
from bot.storage.tables import MarkRow
from bot.storage.upsert import insert


async def get(session: AsyncSession, name: str) -> Mark | None:
    """The mark, or None before it is first set."""
    row = await session.get(MarkRow, name, populate_existing=True)
    return None if row is None else Mark(name=row.name, value=row.value, updated_at=row.updated_at)


async def put(session: AsyncSession, name: str, value: str, *, now: datetime) -> None:
    """Set the mark."""
    values = {"value": value, "updated_at": now}
    statement = insert(session, MarkRow).values(name=name, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


async def claim(session: AsyncSession, name: str, holder: str, *, now: datetime, lease: timedelta) -> bool:
    """Whether the mark is `holder`'s now: nobody else's, or theirs for longer than `lease`. Atomic."""
    values = {"value": holder, "updated_at": now}
    statement = (
        insert(session, MarkRow)
        .values(name=name, **values)
        .on_conflict_do_update(
            index_elements=["name"],
            set_=values,
            where=or_(MarkRow.value == holder, MarkRow.updated_at < now - lease),
        )
        .returning(MarkRow.name)
    )
    return await session.scalar(statement) is not None


async def release(session: AsyncSession, name: str, holder: str) -> None:
    """The mark is nobody's, if it was `holder`'s."""
    await changed(session, delete(MarkRow).where(MarkRow.name == name, MarkRow.value == holder))
