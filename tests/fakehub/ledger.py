"""Every request the fake GitHub got, by kind, with the rate limits they are charged to."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

RequestKind = Literal["rest", "graphql", "archive", "codeload", "app", "token", "web"]

BILLABLE: frozenset[RequestKind] = frozenset({"rest", "graphql", "archive"})
"""What counts against an installation's limit: not the App's own calls (JWT), not the redirected download."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request. `principal` is whose limit it is charged to, as "installation:7" or "user:octo"."""

    kind: RequestKind
    method: str
    path: str
    principal: str
    at: float
    status: int = 0


@dataclass(slots=True)
class Budget:
    """One hourly limit."""

    limit: int
    used: int = 0
    reset_at: float = 0.0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


@dataclass(slots=True)
class Ledger:
    """Requests and budgets. `points_per_minute` (off by default) enforces the secondary limit of requests.

    `content_per_minute` and `content_per_hour` (off by default) enforce that of content, by the time of `clock`.
    """

    seen: list[Seen] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    budgets: dict[tuple[str, str], Budget] = field(default_factory=dict)
    points_per_minute: int | None = None
    content_per_minute: int | None = None
    content_per_hour: int | None = None
    content_hits: int = 0
    clock: Callable[[], float] = time.monotonic
    in_flight: int = 0
    peak_in_flight: int = 0
    secondary_hits: int = 0
    peak_points: int = 0
    _points: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)
    _sums: Counter[str] = field(default_factory=Counter)
    _content: dict[str, deque[float]] = field(default_factory=dict)

    @property
    def billable(self) -> int:
        """Requests charged to a rate limit so far."""
        return sum(self.counts[kind] for kind in BILLABLE)

    def record(self, seen: Seen) -> None:
        self.seen.append(seen)
        self.counts[seen.kind] += 1

    def clear(self) -> None:
        """Start counting anew; budgets stay."""
        self.seen.clear()
        self.counts.clear()
        self.peak_in_flight = self.in_flight
        self.secondary_hits = self.peak_points = self.content_hits = 0

    def budget(self, principal: str, resource: str, limit: int, now: float) -> Budget:
        """The limit of this principal, renewed when its hour is over."""
        key = (principal, resource)
        found = self.budgets.get(key)
        if found is None or now >= found.reset_at:
            limit = found.limit if found is not None else limit
            found = self.budgets[key] = Budget(limit, 0, now + 3600)
        return found

    def spend_points(self, principal: str, points: int) -> float:
        """Charge the secondary limit; seconds to wait when it is passed, else 0."""
        now = time.monotonic()
        window = self._points.setdefault(principal, deque())
        while window and window[0][0] <= now - 60:
            self._sums[principal] -= window.popleft()[1]
        if self.points_per_minute is not None and self._sums[principal] + points > self.points_per_minute:
            self.secondary_hits += 1
            return max(1.0, 60 - (now - window[0][0]))
        window.append((now, points))
        self._sums[principal] += points
        self.peak_points = max(self.peak_points, self._sums[principal])
        return 0.0

    def create_content(self, principal: str) -> float:
        """Charge the limit of content; seconds to wait when it is passed, else 0."""
        now = self.clock()
        created = self._content.setdefault(principal, deque())
        while created and created[0] <= now - 3600:
            created.popleft()
        for limit, period_s in ((self.content_per_minute, 60), (self.content_per_hour, 3600)):
            within = [at for at in created if at > now - period_s]
            if limit is not None and len(within) >= limit:
                self.content_hits += 1
                return max(1.0, within[0] + period_s - now)
        created.append(now)
        return 0.0
