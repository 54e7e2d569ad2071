"""How many rows a statement changed, which is how a transition knows whether it was the one that made it."""

from __future__ import annotations

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.ext.asyncio import AsyncSession


async def changed(session: AsyncSession, statement: Update | Delete) -> int:
    """Execute `statement`; the number of rows it touched."""
    result = await session.execute(statement.execution_options(synchronize_session=False))
    if not isinstance(result, CursorResult):
        raise TypeError("only a statement that changes rows can be counted")
    return result.rowcount
