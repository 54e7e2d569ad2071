"""The overview's figures, kept for a while: a page view answers with what is there and has it renewed behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.storage.views_figures import Figures
from bot.storage.views_scope import Scope

FRESH_S = 30.0
"""Figures younger than this are shown as they are."""
FRESH_TIMES = 30.0
"""And so are those younger than this many times what they took: reading them never fills a processor."""
STALE_S = 3600.0
"""Older ones than this are not shown: the page waits for new ones."""
KEPT = 200
"""So many scopes are remembered; the oldest go first."""

Key = tuple[Scope, str]
Read = Callable[[], Awaitable[Figures]]


@dataclass
class FigureKeeper:
    """Figures by scope and owner. One renewal a key at a time, however many ask."""

    fresh_s: float = FRESH_S
    _kept: dict[Key, tuple[float, float, Figures]] = field(default_factory=dict)
    _renewals: dict[Key, asyncio.Task[Figures]] = field(default_factory=dict)

    async def get(self, key: Key, now_s: float, read: Read) -> Figures:
        """Figures of at most an hour's age. Errors of `read` reach whoever has to wait for it."""
        kept = self._kept.get(key)
        if kept is not None:
            read_at_s, took_s, found = kept
            age_s = now_s - read_at_s
            if age_s < max(self.fresh_s, took_s * FRESH_TIMES):
                return found
            if age_s < STALE_S:
                self._renew(key, now_s, read).add_done_callback(_retrieve)
                return found
        return await asyncio.shield(self._renew(key, now_s, read))

    def forget(self) -> None:
        """Drop all, so that the next page view reads anew."""
        self._kept.clear()

    async def close(self) -> None:
        """Cancel renewals under way and wait for them."""
        tasks = list(self._renewals.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _renew(self, key: Key, now_s: float, read: Read) -> asyncio.Task[Figures]:
        task = self._renewals.get(key)
        if task is None or task.done():
            task = asyncio.create_task(self._read(key, now_s, read))
            self._renewals[key] = task
        return task

    async def _read(self, key: Key, now_s: float, read: Read) -> Figures:
        started = time.monotonic()
        try:
            found = await read()
        finally:
            self._renewals.pop(key, None)
        self._kept.pop(key, None)
        self._kept[key] = (now_s, time.monotonic() - started, found)
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))
        return found


def _retrieve(task: asyncio.Task[Figures]) -> None:
    """A failed renewal behind a page view is looked at, so that asyncio is quiet; the next view tries again."""
    if not task.cancelled():
        task.exception()
