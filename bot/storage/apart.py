"""Whole transactions in threads of their own, statement after statement without a visit to the event loop.

On the event loop a transaction waits for a turn of the loop after each statement, and everybody for the transaction:
with a busy loop a report of 5 ms held SQLite's only pen for 40. What waits for the pen at the same time is written
together, each behind a savepoint of its own: one visit to the thread and one commit do for all.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

T = TypeVar("T")

Work: TypeAlias = Callable[[AsyncSession], Coroutine[Any, Any, T]]
"""A transaction's content; awaits nothing but its session."""

READERS: Final = 4
TOGETHER: Final = 16
"""Transactions written together at most."""
TOGETHER_S: Final = 0.004
"""No further one begins after so long: a delivery may wait for the pen."""


@dataclass(slots=True, eq=False)
class _Waits:
    work: Work[Any]
    is_durable: bool
    result: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: Exception | None = None


class Apart:
    """Reads and writes of a SQLite file. `turn` gives the pen; `in_writer` runs a function in the writer's thread."""

    def __init__(
        self,
        writer: Engine,
        reader: Engine,
        *,
        turn: Callable[[], AbstractAsyncContextManager[None]],
        in_writer: Callable[[Callable[[], Any]], Coroutine[Any, Any, Any]],
    ) -> None:
        self._durable = writer
        self._relaxed = writer.execution_options(radar_relaxed=True)
        self._reader = reader
        self._turn = turn
        self._in_writer = in_writer
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._waiting: deque[_Waits] = deque()
        self._task: asyncio.Task[None] | None = None

    async def read(self, work: Work[T]) -> T:
        """What `work(session)` returns, in one transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(transact, self._reader, work))

    async def write(self, work: Work[T], *, is_durable: bool) -> T:
        """As `read`; committed when this returns. Where `work` raises, nothing of it is kept, and all of the others."""
        waits = _Waits(work, is_durable, asyncio.get_running_loop().create_future())
        self._waiting.append(waits)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work_off(), name="writes apart")
        return cast("T", await waits.result)

    async def close(self) -> None:
        """Write what waits, then close the connections."""
        if self._task is not None:
            await self._task
        await self._in_writer(self._durable.dispose)
        await asyncio.to_thread(self._threads.shutdown)
        self._reader.dispose()

    async def _work_off(self) -> None:
        while self._waiting:
            chosen: list[_Waits] = []
            try:
                async with self._turn():
                    chosen = self._choose()
                    outcomes = await self._in_writer(partial(self._transact, chosen))
            except Exception as error:  # none of them is kept
                _tell(chosen or self._choose(), [_Outcome(error=error)] * TOGETHER)
            else:
                _tell(chosen, outcomes)
                self._waiting.extendleft(reversed(chosen[len(outcomes) :]))

    def _choose(self) -> list[_Waits]:
        """The next ones, without those that nobody waits for any more."""
        chosen: list[_Waits] = []
        while self._waiting and len(chosen) < TOGETHER:
            if not (waits := self._waiting.popleft()).result.done():
                chosen.append(waits)
        return chosen

    def _transact(self, chosen: Sequence[_Waits]) -> list[_Outcome]:
        """All in one transaction, as many as there is time for. Raises when nothing of it was kept."""
        if not chosen:
            return []
        outcomes: list[_Outcome] = []
        until = time.monotonic() + TOGETHER_S
        engine = self._durable if any(waits.is_durable for waits in chosen) else self._relaxed
        with engine.connect() as connection, connection.begin():
            for waits in chosen:
                if outcomes and time.monotonic() > until:
                    break
                outcomes.append(_attempt(connection, waits.work))
        return outcomes


def _attempt(connection: Connection, work: Work[Any]) -> _Outcome:
    """One of several. Raises where SQLite has undone the others too, as it does when the disk is full."""
    try:
        return _Outcome(transact(connection, work))
    except Exception as error:
        if not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr] # sqlite3's
            raise
        return _Outcome(error=error)


def _tell(told: Sequence[_Waits], outcomes: Sequence[_Outcome]) -> None:
    for waits, outcome in zip(told, outcomes, strict=False):  # those left over come next
        if waits.result.done():
            continue
        if outcome.error is None:
            waits.result.set_result(outcome.value)
        else:
            waits.result.set_exception(outcome.error)


def transact(bind: Engine | Connection, work: Work[T]) -> T:
    """`work(session)` in one transaction, committed when it returns; in a connection's behind a savepoint.

    Raises RuntimeError when it awaits more than its session.
    """
    with Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint") as session, session.begin():
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
