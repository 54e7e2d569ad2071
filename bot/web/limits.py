"""How fast one API token may ask: a fixed window of a minute, counted in this process."""

from __future__ import annotations

from dataclasses import dataclass, field


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
class RateLimiter:
    """Requests per minute and key. With several web processes each counts its own."""

    _windows: dict[str, tuple[int, int]] = field(default_factory=dict)

    def take(self, key: str, now_s: float, *, per_minute: int) -> Allowance:
        """Count one request of `key` at `now_s` (seconds, any epoch)."""
        window = int(now_s // 60)
        seen_window, used = self._windows.get(key, (window, 0))
        if seen_window != window:
            used = 0
            if len(self._windows) > 10_000:
                self._windows = {name: entry for name, entry in self._windows.items() if entry[0] == window}
        reset_s = max(1, round((window + 1) * 60 - now_s))
        if used >= per_minute:
            return Allowance(per_minute, 0, reset_s, allowed=False)
        self._windows[key] = (window, used + 1)
        return Allowance(per_minute, per_minute - used - 1, reset_s, allowed=True)
