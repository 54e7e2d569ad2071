"""Who waits for a worker, and who goes to one together. Pure."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

TOGETHER = 8
"""Small repositories that a worker takes at once: they share what a look at their workflows costs."""
TOGETHER_BYTES = 1_000_000
"""Of their archives, so that nobody waits long for the others."""

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Place(Generic[T]):
    """One that waits. `size_bytes` is None where it has to go alone; the urgent go before those that are not."""

    who: T
    size_bytes: int | None
    is_urgent: bool = False


@dataclass(slots=True)
class Waiting(Generic[T]):
    """First come, first served, urgent ones first."""

    _urgent: deque[Place[T]] = field(default_factory=deque)
    _others: deque[Place[T]] = field(default_factory=deque)

    def add(self, place: Place[T]) -> None:
        """At the end of its lane."""
        self._lane(place).append(place)

    def put_back(self, place: Place[T]) -> None:
        """At the head of its lane, to go alone."""
        place.size_bytes = None
        self._lane(place).appendleft(place)

    def leave(self, place: Place[T]) -> bool:
        """Give up; whether it was waiting still."""
        if place not in self._lane(place):
            return False
        self._lane(place).remove(place)
        return True

    def take(self, free: int) -> list[Place[T]]:
        """Those who go to one of `free` workers now: a fair share of the lane's small ones, or the one at its head."""
        lane = self._urgent or self._others
        group: list[Place[T]] = []
        held = 0
        most = min(TOGETHER, math.ceil(len(lane) / free))
        while lane and len(group) < max(most, 1):
            size = lane[0].size_bytes
            if group and (size is None or held + size > TOGETHER_BYTES):
                break
            group.append(lane.popleft())
            if size is None:
                break
            held += size
        return group

    def _lane(self, place: Place[T]) -> deque[Place[T]]:
        return self._urgent if place.is_urgent else self._others
