"""A whole transaction in SQLite's writer thread, statement after statement without a visit to the event loop.

On the event loop a transaction waits for a turn of the loop after each statement, and everybody for the transaction:
with a busy loop a report of 5 ms held SQLite's only pen for 40.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

T = TypeVar("T")


def transact(engine: Engine, work: Callable[[AsyncSession], Coroutine[Any, Any, T]]) -> T:
    """`work(session)` in one transaction, committed when it returns. Raises RuntimeError when it awaits more."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return _drive(work(cast("AsyncSession", _SessionInPlace(session))))


def _drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never has to wait."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast("T", stop.value)
    coroutine.close()
    raise RuntimeError("a transaction apart awaits nothing but its session")


class _SessionInPlace:
    """What storage uses of an AsyncSession, over a session that answers in place."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.add = session.add
        self.get_bind = session.get_bind

    async def execute(self, *args: Any, **options: Any) -> Any:
        return self._session.execute(*args, **options)

    async def scalar(self, *args: Any, **options: Any) -> Any:
        return self._session.scalar(*args, **options)

    async def scalars(self, *args: Any, **options: Any) -> Any:
        return self._session.scalars(*args, **options)

    async def get(self, *args: Any, **options: Any) -> Any:
        return self._session.get(*args, **options)

    async def flush(self) -> None:
        self._session.flush()

    async def connection(self) -> _ConnectionInPlace:
        return _ConnectionInPlace(self._session.connection())


class _ConnectionInPlace:
    """What storage uses of an AsyncConnection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, *args: Any, **options: Any) -> Any:
        return self._connection.execute(*args, **options)
