"""How many rows share a value, roughly and in a moment: what decides the way in which a list is found."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

_ROWS = re.compile(r" rows=(\d+) ")


async def about(session: AsyncSession, column: InstrumentedAttribute[Any], value: object, *, at_most: int) -> int:
    """Rows with that value in `column`: PostgreSQL's estimate, which costs no look at them (at least 1); on SQLite,
    which keeps no such statistics, counted in the column's index up to `at_most`."""
    if not is_sqlite(session):
        plan = str(await session.scalar(_explained(column), {"value": value}))
        return int(_ROWS.search(plan)[1])  # type: ignore[index] # EXPLAIN's first line always has it
    few = select(column).where(column == value).limit(at_most).subquery()
    return int(await session.scalar(select(func.count()).select_from(few)) or 0)


def is_sqlite(session: AsyncSession) -> bool:
    """Whether the session is one of SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def _explained(column: InstrumentedAttribute[Any]) -> TextClause:
    return text(f"EXPLAIN SELECT 1 FROM {column.class_.__tablename__} WHERE {column.key} = :value")  # noqa: S608 - names of ours
