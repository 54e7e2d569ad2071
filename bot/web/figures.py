"""The overview's figures, kept for a while: a page view answers with what is there and has it renewed behind it.

Counting reads every repository of a viewer, a second or more for 100,000. So no page waits for it longer than
`PATIENCE_S`: then it shows what was counted before, in this process or another, or what is known without the rest.
Figures are counted once for everybody who sees everything, once for the public, and for a signed-in person only over
what GitHub shows them beyond the public.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.model.errors import WorldError
from bot.storage.database import Database
from bot.storage.kept_figures import KeptFigures, key_of, load, save
from bot.storage.views_figures import NO_FIGURES, Figures, figures, is_large, together
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope

FRESH_S = 2.0
"""Figures younger than this are shown as they are."""
FRESH_TIMES = 30.0
"""And so are those younger than this many times what they took: reading them never fills a processor."""
STALE_S = 3600.0
"""For fresh ones in the place of those older than this, a page waits a moment."""
PATIENCE_S = 0.15
"""The first page waits so long, unless that would be in vain.

What takes less than a third of it is counted anew for the page that asks."""
KEPT = 200
"""So many scopes are remembered; the oldest go first."""
WEEK = timedelta(days=7)

log = structlog.get_logger()

Key = tuple[Scope, str]


@dataclass
class FigureKeeper:
    """Figures by scope and owner. One renewal a key at a time, however many ask."""

    db: Database
    clock: Callable[[], datetime]
    fresh_s: float = FRESH_S
    patience_s: float = PATIENCE_S
    monotonic: Callable[[], float] = time.monotonic
    _kept: dict[Key, KeptFigures] = field(default_factory=dict)
    _renewals: dict[Key, asyncio.Task[KeptFigures]] = field(default_factory=dict)
    _outdated: set[Key] = field(default_factory=set)
    _sums: dict[Key, tuple[Figures, Figures, Figures]] = field(default_factory=dict)

    async def of(self, scope: Scope, owner: str = "", *, is_patient: bool = False) -> Figures:
        """Figures of what `scope` sees, of one owner (as GitHub writes it) or of all.

        `counting` is set where they are old or not whole; a patient caller waits instead. Errors of the database
        reach who waits.
        """
        if scope.user_id is None or scope.beyond_public:
            return await self._one(scope, owner, is_patient)
        known = await self._one(PUBLIC, owner, is_patient)
        own = await self._one(replace(scope, beyond_public=True), owner, is_patient)
        return self._together((scope, owner), known, own)

    def warm(self) -> None:
        """Begin to count what most people look at first, so that the first page finds it. Call when the bot starts."""
        for scope in (EVERYTHING, PUBLIC):
            self._behind((scope, ""))

    def begin(self, scope: Scope) -> None:
        """Begin to count what a person sees beyond the public: they have just signed in, and look at it next."""
        self._behind((replace(scope, beyond_public=True), ""))

    def forget(self) -> None:
        """Have what this process keeps read anew at the next page view."""
        self._outdated = set(self._kept)

    async def close(self) -> None:
        """Cancel renewals under way and wait for them."""
        tasks = list(self._renewals.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, scope: Scope, owner: str, is_patient: bool) -> Figures:
        key = (scope, owner)
        kept = self._kept.get(key) or await self._load(key)
        if kept is not None and self._is_fresh(key, kept):
            return kept.figures
        if kept is not None and self._age_s(key, kept) < STALE_S and not self._is_quick(kept):
            self._behind(key)
            return kept.figures
        patience_s = self.patience_s / (10 if key in self._renewals else 1)  # somebody has waited for it already
        if kept is None and not is_patient and await self._is_large(key):
            patience_s = 0.0
        task = self._renew(key)
        if is_patient:
            return (await asyncio.shield(task)).figures
        done, _ = await asyncio.wait({task}, timeout=patience_s)
        if done:
            return task.result().figures
        task.add_done_callback(_retrieve)
        is_old = kept is None or self._age_s(key, kept) >= STALE_S
        return replace(kept.figures if kept else NO_FIGURES, counting=is_old)

    async def _is_large(self, key: Key) -> bool:
        """Whether waiting is in vain. An account's part is counted sooner."""
        async with self.db.read() as session:
            return not key[1] and await is_large(session, key[0])

    def _together(self, key: Key, known: Figures, own: Figures) -> Figures:
        """The sum of the two, kept while both are the same: it takes as long as drawing half a page."""
        summed = self._sums.pop(key, None)
        if summed is None or summed[0] is not known or summed[1] is not own:
            summed = (known, own, together(known, own))
        self._sums[key] = summed
        while len(self._sums) > KEPT:
            self._sums.pop(next(iter(self._sums)))
        return summed[2]

    def _age_s(self, key: Key, kept: KeptFigures) -> float:
        return STALE_S if key in self._outdated else (self.clock() - kept.read_at).total_seconds()

    def _is_fresh(self, key: Key, kept: KeptFigures) -> bool:
        return self._age_s(key, kept) < min(STALE_S, max(self.fresh_s, kept.took_s * FRESH_TIMES))

    def _is_quick(self, kept: KeptFigures) -> bool:
        return kept.took_s <= self.patience_s / 3

    def _behind(self, key: Key) -> None:
        self._renew(key).add_done_callback(_retrieve)

    def _renew(self, key: Key) -> asyncio.Task[KeptFigures]:
        task = self._renewals.get(key)
        if task is None or task.done():
            task = asyncio.create_task(self._read(key))
            self._renewals[key] = task
        return task

    async def _load(self, key: Key) -> KeptFigures | None:
        """What another process or an earlier run counted."""
        async with self.db.read() as session:
            kept = await load(session, key_of(*key))
        if kept is not None:
            self._remember(key, kept)
        return kept

    async def _read(self, key: Key) -> KeptFigures:
        try:
            kept = await self._load(key)
            if kept is None or not self._is_fresh(key, kept):
                kept = await self._count(key)
        finally:
            self._renewals.pop(key, None)
        return kept

    async def _count(self, key: Key) -> KeptFigures:
        now = self.clock()
        started = self.monotonic()
        self._outdated.discard(key)
        async with self.db.read() as session:
            found = await figures(session, key[0], owner=key[1], since=now - WEEK)
        kept = KeptFigures(now, self.monotonic() - started, found)
        self._remember(key, kept)
        if self._is_quick(kept):
            return kept
        try:
            async with self.db.write(durable=False) as session:
                await save(session, key_of(*key), kept)
        except WorldError as error:  # counted is counted: only the next process has to do it again
            log.info("figures not kept", reason=error.message)
        return kept

    def _remember(self, key: Key, kept: KeptFigures) -> None:
        self._kept.pop(key, None)
        self._kept[key] = kept
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))


def _retrieve(task: asyncio.Task[KeptFigures]) -> None:
    """A failed renewal behind a page view is told to the log; the next view tries again."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("figures not counted", reason=str(error))
