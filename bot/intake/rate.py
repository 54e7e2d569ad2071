"""How often something happens of late, fading with time. Pure."""

from __future__ import annotations

import math

MEMORY_S = 0.5


class Rate:
    """A moving rate: what happened `MEMORY_S` ago counts a third. `now_s` is any monotonic clock."""

    def __init__(self) -> None:
        self._value = 0.0
        self._at_s = 0.0

    def add(self, count: int, now_s: float) -> None:
        """`count` more happened."""
        self._value = self.per_second(now_s) + count / MEMORY_S
        self._at_s = now_s

    def per_second(self, now_s: float) -> float:
        """The rate as of now."""
        return self._value * math.exp(min(0.0, self._at_s - now_s) / MEMORY_S)
