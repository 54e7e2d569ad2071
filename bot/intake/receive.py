"""Makes deliveries durable before they are answered; deliveries that come at the same time share one commit.

On SQLite a burst is staged (`storage.inbox_direct`) and moved to the inbox when it is over, so that it is answered as
fast as the disk takes it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType

import structlog

from bot.intake.rate import Rate
from bot.model.delivery import NewDelivery
from bot.model.errors import WorldError
from bot.storage.database import Database
from bot.storage.inbox_direct import move_staged, stage, store_now

log = structlog.get_logger("bot.intake.receive")

MAX_SHARED = 256
"""Deliveries to a commit."""
MAX_SHARED_BYTES = 32 * 1024 * 1024
"""A commit that holds more than this waits too long on the disk."""
STORE_TIMEOUT_S = 8.0
"""GitHub hangs up after ten seconds."""
STUCK_S = 1.0
"""How long a delivery waits behind a commit that has taken too long already."""

STAGED_FROM = 8
"""Deliveries that share a commit, from which on they are only staged: a burst is on its way."""
POURS_PER_SECOND = 300.0
MOST_STAGED = 200_000
STAGED_AT_MOST_S = 60.0
"""Beyond these, moving takes turns with receiving, however hard it pours."""
MOVED_IN_TURN = 64
MOVED_IN_PEACE = 500
"""Deliveries to a move: others wait for it."""
QUIET_S = 0.05
"""Without a delivery, and what is staged is moved."""
MOVE_PAUSE_S = 1.0
"""After a move that failed."""

_Waiting = tuple[NewDelivery, asyncio.Future[bool]]


class Receiver:
    """`async with Receiver(...)` runs its committer; leaving waits for what was handed in before.

    `on_stored` is called after each commit that brought something new: it wakes the relay.
    """

    def __init__(
        self, database: Database, *, on_stored: Callable[[], None] = lambda: None, timeout_s: float = STORE_TIMEOUT_S
    ) -> None:
        self._database = database
        self._on_stored = on_stored
        self._timeout_s = timeout_s
        self._waiting: list[_Waiting] = []
        self._news = asyncio.Event()
        self._is_open = False
        self._tasks: asyncio.TaskGroup | None = None
        self._rate = Rate()
        self._staged: set[str] = set()
        self._staged_since = time.monotonic()
        self._may_hold_staged = database.direct is not None  # a process before us may have left some
        self._move_from = 0.0
        self._patience: asyncio.TimerHandle

    async def __aenter__(self) -> Receiver:
        self._tasks = await asyncio.TaskGroup().__aenter__()
        self._is_open = True
        self._tasks.create_task(self._commit_forever(), name="receiver")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_open = False
        self._news.set()
        if self._tasks is not None:
            await self._tasks.__aexit__(kind, error, traceback)

    def per_second(self) -> float:
        """Deliveries a second of late; the relay rests while they rain."""
        return self._rate.per_second(time.monotonic())

    def _pours(self) -> bool:
        return self.per_second() > POURS_PER_SECOND

    async def store(self, delivery: NewDelivery) -> bool:
        """Return once the delivery is on disk: whether its GUID was new (in a burst: as far as is known at once).

        Raises WorldError when it is not known to be durable: the sender must hear of a failure.
        """
        if not self._is_open:
            raise WorldError("The bot is stopping.", retry_after_s=5.0)
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, future))
        self._news.set()
        return await future

    async def _commit_forever(self) -> None:
        while self._is_open or self._waiting or self._may_hold_staged:
            await self._until_news_or_quiet()
            shared = self._take()
            if shared:
                await self._commit(shared)
            if self._may_hold_staged and (not self._waiting or self._is_overdue()):
                await self._move_if_due(is_quiet=not shared)

    async def _until_news_or_quiet(self) -> None:
        """Until a delivery waits or the end has come; with something staged, for a moment only."""
        if self._waiting or not self._is_open:
            return
        self._news.clear()
        try:
            async with asyncio.timeout(QUIET_S if self._may_hold_staged else None):
                await self._news.wait()
        except TimeoutError:
            return

    def _is_overdue(self) -> bool:
        return len(self._staged) > MOST_STAGED or time.monotonic() > self._staged_since + STAGED_AT_MOST_S

    async def _move_if_due(self, *, is_quiet: bool) -> None:
        """Move some of what is staged, unless more is to be expected at once."""
        pours = self._pours() and not self._is_overdue()
        if self._is_open and ((pours and not is_quiet) or time.monotonic() < self._move_from):
            return
        try:
            moved = await move_staged(self._database, MOVED_IN_PEACE if is_quiet else MOVED_IN_TURN)
        except Exception as error:
            if isinstance(error, WorldError):
                log.warning("staged deliveries wait", reason=error.message)
            else:
                log.error("staged deliveries are kept, but cannot be moved to the inbox", exc_info=error)
            self._move_from = time.monotonic() + MOVE_PAUSE_S
            self._may_hold_staged = self._is_open  # the next start moves them
            return
        if moved:
            self._on_stored()
        else:
            self._may_hold_staged = False
            self._staged.clear()

    def _take(self) -> list[_Waiting]:
        """The next deliveries to commit together; those whose sender gave up are dropped."""
        size, count = 0, 0
        for delivery, _ in self._waiting[:MAX_SHARED]:
            size += len(delivery.body)
            if count and size > MAX_SHARED_BYTES:
                break
            count += 1
        shared, self._waiting = self._waiting[:count], self._waiting[count:]
        return [(delivery, future) for delivery, future in shared if not future.done()]

    async def _commit(self, shared: list[_Waiting]) -> None:
        self._wait_for(shared, self._timeout_s)
        try:
            new = set(await self._store([delivery for delivery, _ in shared]))
        except Exception as error:
            self._patience.cancel()
            await self._after_failure(shared, error)
            return
        finally:
            self._patience.cancel()
        self._rate.add(len(shared), time.monotonic())
        for delivery, future in shared:
            if not future.done():
                future.set_result(delivery.guid in new)
            new.discard(delivery.guid)  # the second of two equal GUIDs in one commit was not new

    def _wait_for(self, shared: list[_Waiting], patience_s: float) -> None:
        self._patience = asyncio.get_running_loop().call_later(patience_s, self._give_up, shared)

    def _give_up(self, shared: list[_Waiting]) -> None:
        """The commit under way takes too long: answer for it, and for those who wait behind it.

        A database that hangs may do so for hours: who comes meanwhile is answered sooner, and not held in memory.
        """
        for _, future in (*shared, *self._waiting):
            if not future.done():
                future.set_exception(WorldError("The database took too long to store the delivery.", retry_after_s=5.0))
        self._waiting = []
        self._wait_for([], min(STUCK_S, self._timeout_s))

    async def _store(self, deliveries: list[NewDelivery]) -> frozenset[str]:
        unstaged = [delivery for delivery in deliveries if delivery.guid not in self._staged]
        is_burst = len(unstaged) >= STAGED_FROM or self._pours()
        if is_burst and unstaged and self._database.direct is not None:
            new = await stage(self._database, unstaged)
            if not self._may_hold_staged:
                self._staged_since = time.monotonic()
            self._staged |= new
            self._may_hold_staged = True
            return new
        new = await store_now(self._database, unstaged) if unstaged else frozenset()
        if new:
            self._on_stored()
        return new

    async def _after_failure(self, shared: list[_Waiting], error: Exception) -> None:
        """The world's trouble concerns all; a delivery that cannot be stored must not take the others along."""
        if len(shared) > 1 and not isinstance(error, WorldError):
            for one in shared:
                await self._commit([one])
            return
        if not isinstance(error, WorldError):
            log.error("delivery cannot be stored", delivery=shared[0][0].guid, exc_info=error)
        for _, future in shared:
            if not future.done():
                future.set_exception(error)
