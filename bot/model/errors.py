"""What can go wrong, in three kinds with one root; each edge maps them once.

`UserError`   somebody's slip: shown to them, never retried.
`WorldError`  the world's trouble: retried, at `retry_after_s` when that is known.
`FinalError`  the world's last word (gone, forbidden, over a limit): recorded with its reason, never retried.
Anything else is ours: logged with its traceback and raised.
"""

from __future__ import annotations

from enum import StrEnum


class RadarError(Exception):
    """Root of what we raise on purpose. `message` is for a person, `next_step` tells what to do about it."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class UserError(RadarError):
    """Somebody's slip: a wrong setting, command, path or argument."""


class WorldError(RadarError):
    """Trouble that may pass by itself: a 5xx, a time-out, a rate limit, a locked database."""

    def __init__(self, message: str, *, next_step: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, next_step=next_step)
        self.retry_after_s = retry_after_s


class Finality(StrEnum):
    """Why trying again is pointless."""

    GONE = "gone"
    BLOCKED = "blocked"
    FORBIDDEN = "forbidden"
    SUSPENDED = "suspended"
    UNINSTALLED = "uninstalled"
    ARCHIVE_REFUSED = "archive-refused"
    LIMIT_PASSED = "limit-passed"
    EMPTY = "empty"
    CLOSED = "closed"
    REFUSED = "refused"


class FinalError(RadarError):
    """The last word on this piece of work; `finality` says which."""

    def __init__(self, finality: Finality, message: str, *, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.finality = finality
