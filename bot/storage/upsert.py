"""INSERT … ON CONFLICT in either dialect, typed as PostgreSQL's form of it."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def insert(session: AsyncSession, row: type[Any]) -> postgresql.Insert:
    """An insert into the table of `row` that knows `on_conflict_do_nothing` and `on_conflict_do_update`.

    SQLite's construct has the same two methods and `excluded`, which is all that storage uses.
    """
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(row)
    return cast("postgresql.Insert", sqlite.insert(row))
