"""What each API token has taken of the running minute, counted over all web processes of one database."""

from __future__ import annotations

from sqlalchemy import case
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import RateWindowRow
from bot.storage.upsert import insert


async def take(session: AsyncSession, key: str, minute: int, requests: int) -> int:
    """Take `requests` of `key`'s minute (minutes since the epoch) and begin a new one; what is taken of it by now.

    A process whose clock is behind counts in the minute that the others are in.
    """
    row = RateWindowRow
    statement = insert(session, row).values(key=key[:128], minute=minute, used=requests)
    new = statement.excluded
    goes_on = row.minute >= new.minute
    counted = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "minute": case((goes_on, row.minute), else_=new.minute),
            "used": case((goes_on, row.used + new.used), else_=new.used),
        },
    ).returning(row.used)
    return (await session.scalars(counted)).one()
