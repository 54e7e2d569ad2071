"""When the next request that creates content may go: below GitHub's limit, and by who waits for it. Pure.

GitHub: "no more than 80 content-generating requests per minute and no more than 500 content-generating requests per
hour" (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api). Comments, reactions and check
runs count. Each urgency has its share, so that those above it always find room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum

MINUTE_S, HOUR_S = 60.0, 3600.0
MARGIN_S = 1.0
"""GitHub counts by the time a request comes in, we by the time it goes out."""


class Urgency(Enum):
    """Who waits for the content; the value is the share of the limit that may be used up for it."""

    REPLY = 0.96
    """Somebody: a reply to a command, a reaction."""
    CHECK = 0.85
    """A push or a pull request has its check run."""
    BACKGROUND = 0.7
    """Nobody: the check runs that follow a batch."""


@dataclass(frozen=True, slots=True)
class ContentLimits:
    """Requests that create content; 0 is no limit, as on an Enterprise Server where they are switched off."""

    per_minute: int = 80
    per_hour: int = 500

    def allowed(self, urgency: Urgency) -> tuple[tuple[float, int], ...]:
        """(seconds, how many within them) for this urgency."""
        limits = ((MINUTE_S, self.per_minute), (HOUR_S, self.per_hour))
        return tuple((period_s, max(1, int(limit * urgency.value))) for period_s, limit in limits if limit > 0)


DOCUMENTED = ContentLimits()
"""GitHub's own limits."""


def wait_s(sent: Sequence[float], now: float, limits: ContentLimits, urgency: Urgency) -> float:
    """Seconds until one more may go, 0 for at once. `sent`: when the earlier ones went, in rising order."""
    waits = [
        sent[-allowed] + period_s + MARGIN_S - now
        for period_s, allowed in limits.allowed(urgency)
        if len(sent) >= allowed
    ]
    return max([0.0, *waits])


def spacing_s(limits: ContentLimits, urgency: Urgency) -> float:
    """Seconds between two in the long run."""
    return max([0.0, *((period_s + MARGIN_S) / allowed for period_s, allowed in limits.allowed(urgency))])


_urgency: ContextVar[Urgency] = ContextVar("content_urgency", default=Urgency.REPLY)


@contextmanager
def content_urgency(urgency: Urgency) -> Iterator[None]:
    """Content that is created inside the block, by this task, is of that urgency at most."""
    current = _urgency.get()
    reset = _urgency.set(urgency if urgency.value < current.value else current)
    try:
        yield
    finally:
        _urgency.reset(reset)


def current_urgency() -> Urgency:
    """The urgency of the block we are in; a reply's where none was said."""
    return _urgency.get()
