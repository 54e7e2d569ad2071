"""The overview's figures, kept half a minute: a page view answers with what is there and has it renewed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.storage.views_figures import Figures
from bot.storage.views_scope import Scope

FRESH_S = 30.0
"""Figures younger than this are shown as they are."""
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
    _kept: dict[Key, tuple[float, Figures]] = field(default_factory=dict)
    _renewals: dict[Key, asyncio.Task[Figures]] = field(default_factory=dict)

    async def get(self, key: Key, now_s: float, read: Read) -> Figures:
        """Figures of at most an hour's age. Errors of `read` reach whoever has to wait for it."""
        kept = self._kept.get(key)
        if kept is not None:
            age = now_s - kept[0]
            if age < self.fresh_s:
                return kept[1]
            if age < STALE_S:
                self._renew(key, now_s, read).add_done_callback(_retrieve)
                return kept[1]
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
        try:
            found = await read()
        finally:
            self._renewals.pop(key, None)
        self._kept.pop(key, None)
        self._kept[key] = (now_s, found)
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))
        return found


def _retrieve(task: asyncio.Task[Figures]) -> None:
    """A failed renewal behind a page view is looked at, so that asyncio is quiet; the next view tries again."""
    if not task.cancelled():
        task.exception()
