"""The line in which the writers of one process wait for SQLite's single pen, in two lanes that take turns."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import IntEnum

from bot.model.errors import WorldError


class Lane(IntEnum):
    """Deliveries wait for at most one other write, whatever is queued; others for at most every second turn."""

    WORK = 0
    INTAKE = 1


class Line:
    """First come, first served within a lane. SQLite itself would let writers poll for its lock.

    `after_turn` is called at the end of each.
    """

    def __init__(self, timeout_s: float, *, after_turn: Callable[[], None] = lambda: None) -> None:
        self._timeout_s = timeout_s
        self._after_turn = after_turn
        self._lanes: tuple[deque[asyncio.Future[None]], deque[asyncio.Future[None]]] = (deque(), deque())
        self._is_held = False
        self._last = Lane.WORK

    @asynccontextmanager
    async def turn(self, lane: Lane = Lane.WORK, *, is_patient: bool = False) -> AsyncIterator[None]:
        """Hold the pen. Raises WorldError when those before take longer than the timeout, unless `is_patient`."""
        if self._is_held:
            await self._wait(lane, None if is_patient else self._timeout_s)
        else:
            self._is_held, self._last = True, lane
        try:
            yield
        finally:
            self._pass_on()
            self._after_turn()

    async def _wait(self, lane: Lane, timeout_s: float | None) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lanes[lane].append(place)
        try:
            async with asyncio.timeout(timeout_s):
                await place
        except BaseException as error:
            self._leave(lane, place)
            if isinstance(error, TimeoutError):
                raise WorldError("The database is busy with other writes.", retry_after_s=1.0) from None
            raise

    def _leave(self, lane: Lane, place: asyncio.Future[None]) -> None:
        """Give up waiting; a pen that came at the same moment goes to the next."""
        if place in self._lanes[lane]:
            self._lanes[lane].remove(place)
        elif not place.cancelled():
            self._pass_on()

    def _pass_on(self) -> None:
        other = Lane(1 - self._last)
        for lane in (other, self._last):
            while self._lanes[lane]:
                place = self._lanes[lane].popleft()
                if not place.done():
                    self._last = lane
                    place.set_result(None)
                    return
        self._is_held = False
