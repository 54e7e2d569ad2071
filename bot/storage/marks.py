"""Named marks of background jobs: the cursor one reached, or when it last ran."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.records import Mark
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
