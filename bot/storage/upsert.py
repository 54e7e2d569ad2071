"""INSERT … ON CONFLICT in either dialect, typed as PostgreSQL's form of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

PASSING_AT_MOST: Final = timedelta(minutes=10)
"""What GitHub is said to have told longer ahead than this was stored by a clock that has been set back since."""


def insert(session: AsyncSession, row: type[Any]) -> postgresql.Insert:
    """An insert into the table of `row` that knows `on_conflict_do_nothing` and `on_conflict_do_update`.

    SQLite's construct has the same two methods and `excluded`, which is all that storage uses.
    """
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(row)
    return cast("postgresql.Insert", sqlite.insert(row))


def told_before(column: InstrumentedAttribute[datetime], asked_at: datetime) -> ColumnElement[bool]:
    """Whether what is stored was told by GitHub no later than `asked_at`, by the column that says when it was asked.

    Two that ask and store at once may store in the other order; the one that asked later knows better.
    """
    return or_(column <= asked_at, column > asked_at + PASSING_AT_MOST)
