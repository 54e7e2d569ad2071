"""The gate of one installation: keeps requests back while GitHub asks for it, paces content, bounds concurrency.

What it remembers is this process's: after a restart, or beside other processes, GitHub's own refusal is the last word,
and closes the gate.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from bot.github import limits
from bot.github.pace import HOUR_S, MARGIN_S, ContentLimits, Urgency, current_urgency, spacing_s, wait_s

PROBE_S = 60.0
"""While GitHub asks us to wait longer than this, one request a minute finds out whether it still does."""
INLINE_S = 2.0
"""A shorter wait is waited out on the spot; a longer one is for the caller, who then holds neither worker nor slot."""
CONTENT = "content"


class Gate:
    """Hammering on through a limit gets an App banned: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api

    `content` None paces nothing: for the App itself and for people, who create none.
    """

    def __init__(
        self,
        concurrency: int,
        *,
        content: ContentLimits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.slots = asyncio.Semaphore(concurrency)
        self._content = ContentPace(content, monotonic=monotonic, sleep=sleep) if content is not None else None
        self._monotonic = monotonic
        self._closed: dict[str, tuple[float, float, limits.RateLimited]] = {}

    def close(self, resource: str, error: limits.RateLimited) -> None:
        """GitHub refused `resource`; a secondary limit closes all of them, but for that of content, which is alone."""
        now, pause = self._monotonic(), error.retry_after_s or limits.SECONDARY_PAUSE_S
        key = CONTENT if error.is_content else "" if error.is_secondary else resource
        self._closed[key] = (now + pause, now + min(pause, PROBE_S), error)

    def check(self, resource: str) -> None:
        """Raises RateLimited, with the seconds left, while the gate is closed for `resource`."""
        for key in ("", resource):
            until, probe_at, error = self._closed.get(key, (0.0, 0.0, None))
            if error is None:
                continue
            now = self._monotonic()
            if now < probe_at:
                raise limits.RateLimited(
                    error.message,
                    retry_after_s=until - now,
                    is_secondary=error.is_secondary,
                    is_content=error.is_content,
                )
            self._closed.pop(key)

    async def content_turn(self) -> None:
        """Returns when one request that creates content may go. Raises RateLimited where that takes long."""
        self.check(CONTENT)
        if self._content is not None:
            await self._content.turn(current_urgency())

    def require_content_room(self, urgency: Urgency) -> None:
        """Raises RateLimited where content would have to wait for long: asked before work that leads to it."""
        self.check(CONTENT)
        if self._content is not None:
            self._content.require_room(urgency)


class ContentPace:
    """Counts what went out within the hour."""

    def __init__(
        self,
        allowed: ContentLimits,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = allowed
        self._monotonic = monotonic
        self._sleep = sleep
        self._sent: deque[float] = deque()
        self._told: dict[Urgency, float] = {}

    async def turn(self, urgency: Urgency) -> None:
        """Returns when it is our turn, which counts. Raises RateLimited for a wait that is not waited out here."""
        while (wait := self._wait_s(urgency)) > 0:
            if wait > INLINE_S:
                raise self._refusal(urgency, wait)
            await self._sleep(wait)
        self._sent.append(self._monotonic())

    def require_room(self, urgency: Urgency) -> None:
        """Raises RateLimited where a turn would have to wait for long; counts nothing."""
        wait = self._wait_s(urgency)
        if wait > INLINE_S:
            raise self._refusal(urgency, wait)

    def _wait_s(self, urgency: Urgency) -> float:
        now = self._monotonic()
        while self._sent and self._sent[0] < now - HOUR_S - MARGIN_S:
            self._sent.popleft()
        return wait_s(self._sent, now, self._limits, urgency)

    def _refusal(self, urgency: Urgency, wait: float) -> limits.RateLimited:
        """Those who wait are told times one after the other, as room comes free: they do not all come at once."""
        now = self._monotonic()
        last = self._told.get(urgency, now)
        at = max(now + wait, last + spacing_s(self._limits, urgency) if last > now else now)
        at = min(at, now + limits.MAX_PAUSE_S)
        self._told[urgency] = at
        return limits.RateLimited(
            f"Content on GitHub is paced below its limit; the next may go in {round(at - now)} s.",
            retry_after_s=at - now,
            is_secondary=False,
            is_content=True,
        )
