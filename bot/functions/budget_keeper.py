"""Keeps what GitHub says of the rate limit: the newest word on each installation, written at most once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import structlog

from bot.metrics import Metrics
from bot.model.errors import WorldError
from bot.model.repository import RateBudget
from bot.storage import budgets
from bot.storage.database import Database, Session

log = structlog.get_logger("bot.functions.budgets")

PAUSE_S = 1.0


class BudgetKeeper:
    """`note` is the observer of GitHub's responses and never blocks; `run` writes until cancelled."""

    def __init__(self, database: Database, metrics: Metrics, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._metrics = metrics
        self._clock = clock
        self._news: dict[tuple[int | None, str], RateBudget] = {}
        self._wake = asyncio.Event()

    def note(self, budget: RateBudget) -> None:
        """A response has told the rate limit."""
        self._metrics.github_requests.labels(budget.resource).inc()
        self._news[budget.installation_id, budget.resource] = budget
        self._wake.set()

    async def run(self) -> None:
        """Write what was noted, a second's worth at a time."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            news, self._news = self._news, {}
            try:
                await self._database.write_apart(partial(self._write, news=list(news.values())), durable=False)
            except WorldError as error:
                # Figures of the past second only: the next response brings newer ones.
                log.warning("rate limit not written", error=str(error))
            except Exception:  # what a proxy wrote into a header, say: figures must not end the bot
                log.exception("rate limit not written")
            await asyncio.sleep(PAUSE_S)

    async def _write(self, session: Session, news: Sequence[RateBudget]) -> None:
        for budget in news:
            await budgets.note(session, budget, now=self._clock())
