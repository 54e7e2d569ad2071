"""How fast one API token may ask: a fixed window of a minute, shared by all web processes on one PostgreSQL.

A process takes a twentieth of the rate at a time and counts that down by itself, so that one request in twenty costs
a write. What a process has taken and not used is lost to the others for that minute. SQLite has one process.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.storage import rates
from bot.storage.database import Database

SHARE = 20
"""The part of the rate that a process takes at a time."""


@dataclass(frozen=True)
class Allowance:
    """What is left of the window. `reset_s`: seconds until it begins anew."""

    limit: int
    remaining: int
    reset_s: int
    allowed: bool

    def headers(self) -> dict[str, str]:
        """The usual headers; `Retry-After` only when refused."""
        found = {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset_s),
        }
        if not self.allowed:
            found["retry-after"] = str(self.reset_s)
        return found


@dataclass
class _Window:
    """One key's minute. `mine`: taken and not used. `others`: what any process may still take."""

    minute: int
    mine: int
    others: int


@dataclass
class RateLimiter:
    """Requests per minute and key."""

    db: Database
    _windows: dict[str, _Window] = field(default_factory=dict)

    async def take(self, key: str, now_s: float, *, per_minute: int) -> Allowance:
        """Count one request of `key` at `now_s` (seconds, any epoch). Raises WorldError when it cannot be counted."""
        minute = int(now_s // 60)
        reset_s = max(1, round((minute + 1) * 60 - now_s))
        window = self._windows.get(key)
        if window is None or window.minute != minute:
            window = self._begin(key, minute, per_minute)
        if not window.mine and window.others:
            await self._take_share(key, window, per_minute)
        if not window.mine:
            return Allowance(per_minute, 0, reset_s, allowed=False)
        window.mine -= 1
        return Allowance(per_minute, window.mine + window.others, reset_s, allowed=True)

    def _begin(self, key: str, minute: int, per_minute: int) -> _Window:
        if len(self._windows) > 10_000:
            self._windows = {name: window for name, window in self._windows.items() if window.minute == minute}
        is_shared = self.db.dialect == "postgresql"
        window = _Window(minute, 0, per_minute) if is_shared else _Window(minute, per_minute, 0)
        self._windows[key] = window
        return window

    async def _take_share(self, key: str, window: _Window, per_minute: int) -> None:
        share = max(1, per_minute // SHARE)
        async with self.db.write(durable=False) as session:
            taken = await rates.take(session, key, window.minute, share)
        before = taken - share
        window.mine += max(0, min(share, per_minute - before))
        window.others = max(0, per_minute - taken)
