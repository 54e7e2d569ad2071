"""What is due when, as long as anybody wants it. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")

LEAST = 1000
"""So many cost nothing: below that nothing is looked through."""


def _always() -> bool:
    return True


class Timers(Generic[T]):
    """Things with a time, the earliest first; of two at the same time the one that was added first.

    What is no longer wanted goes before it is due: a run that may take two days, and is over in a second, is not held
    in memory for two days.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, T, Callable[[], bool]]] = []
        self._ticket = count()
        self._look_through_at = LEAST

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, due_ms: int, what: T, is_wanted: Callable[[], bool] = _always) -> bool:
        """`what` is due then, while `is_wanted`; whether nothing is due before it."""
        ticket = next(self._ticket)
        heapq.heappush(self._heap, (due_ms, ticket, what, is_wanted))
        if len(self._heap) > self._look_through_at:
            self._replace([one for one in self._heap if one[3]()])
            self._look_through_at = max(LEAST, 2 * len(self._heap))
        return bool(self._heap) and self._heap[0][1] == ticket

    def take(self, now_ms: int) -> T | None:
        """The next one that is due and wanted; None when there is none."""
        while self._heap and self._heap[0][0] <= now_ms:
            _, _, what, is_wanted = heapq.heappop(self._heap)
            if is_wanted():
                return what
        return None

    def next_ms(self) -> float:
        """When the next one is due; never (infinity) if there is none."""
        return self._heap[0][0] if self._heap else math.inf

    def set_back(self, by_ms: int) -> None:
        """The clock was set back: all stay as far ahead as they were."""
        self._replace([(due_ms - by_ms, ticket, what, is_wanted) for due_ms, ticket, what, is_wanted in self._heap])

    def _replace(self, timers: list[tuple[int, int, T, Callable[[], bool]]]) -> None:
        heapq.heapify(timers)
        self._heap = timers
