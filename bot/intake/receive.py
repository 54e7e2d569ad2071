"""Makes deliveries durable before they are answered; deliveries that come at the same time share one commit."""

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
from bot.storage.inbox_direct import store_now

log = structlog.get_logger("bot.intake.receive")

MAX_SHARED = 256
"""Deliveries to a commit."""
MAX_SHARED_BYTES = 32 * 1024 * 1024
"""A commit that holds more than this waits too long on the disk."""
STORE_TIMEOUT_S = 8.0
"""GitHub hangs up after ten seconds."""

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

    async def store(self, delivery: NewDelivery) -> bool:
        """Return once the delivery is on disk: whether its GUID was new.

        Raises WorldError when it is not known to be durable: the sender must hear of a failure.
        """
        if not self._is_open:
            raise WorldError("The bot is stopping.", retry_after_s=5.0)
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, future))
        self._news.set()
        return await future

    async def _commit_forever(self) -> None:
        while self._is_open or self._waiting:
            await self._news.wait()
            while self._waiting:
                shared = self._take()
                if shared:
                    await self._commit(shared)
            if self._is_open:
                self._news.clear()

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
        watch = asyncio.get_running_loop().call_later(self._timeout_s, self._give_up, shared)
        try:
            new = set(await self._store([delivery for delivery, _ in shared]))
        except Exception as error:
            await self._after_failure(shared, error)
            return
        finally:
            watch.cancel()
        self._rate.add(len(shared), time.monotonic())
        for delivery, future in shared:
            if not future.done():
                future.set_result(delivery.guid in new)
            new.discard(delivery.guid)  # the second of two equal GUIDs in one commit was not new

    def _give_up(self, shared: list[_Waiting]) -> None:
        """The commit under way takes too long: answer for it, and for those who wait behind it."""
        for _, future in (*shared, *self._waiting):
            if not future.done():
                future.set_exception(WorldError("The database took too long to store the delivery.", retry_after_s=5.0))

    async def _store(self, deliveries: list[NewDelivery]) -> frozenset[str]:
        new = await store_now(self._database, deliveries)
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
            log.error("delivery cannot be stored", guid=shared[0][0].guid, exc_info=error)
        for _, future in shared:
            if not future.done():
                future.set_exception(error)
