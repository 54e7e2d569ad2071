"""What may be called next, so that everybody has a share. Pure.

Jobs with the same keys stand in one lane, ordered by their run's age less its priority. Lanes take turns (start-time
fair queueing): each has a tag, a call moves it on by a second, and the lowest tag less the priority of its best job is
next. So a lane with a thousand jobs and a lane with one get the same, and a priority of 300 goes before 300 turns of
others. A lane whose best job finds a key full is parked there and looked at again when a place is free; one that finds
its throttle shut is parked until that opens: neither costs the other lanes anything.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from bot.engine.configuration import Throttle

Place = tuple[str, int]
"""Where lanes are parked: a full key and its limit, a shut throttle and 0, or `_OPEN`."""
_OPEN: Place = ("", 0)
_TURN_MS = 1000

Keys = tuple[tuple[str, int], ...]
Order = tuple[int, int]
"""Milliseconds of the run's creation less its priority, then arrival."""


@dataclass(slots=True, eq=False)
class Entry:
    """One job that waits for its call. `keys` are (concurrency key, limit); `throttle` only for a run's first call.

    `ahead_ms` is its priority against other lanes; `order` its place in its own.
    """

    order: Order
    run_id: str
    job_id: str
    keys: Keys = ()
    throttle_key: str = ""
    throttle: Throttle | None = None
    ahead_ms: int = 0
    is_dead: bool = False

    def __lt__(self, other: Entry) -> bool:
        return self.order < other.order


@dataclass(slots=True, eq=False)
class _Lane:
    """Jobs that share all their keys."""

    name: tuple[Keys, str]
    tag_ms: int
    entries: list[Entry] = field(default_factory=list)
    place: Place = _OPEN

    def head(self) -> Entry | None:
        while self.entries and self.entries[0].is_dead:
            heapq.heappop(self.entries)
        return self.entries[0] if self.entries else None


@dataclass(slots=True)
class Ready:
    """The waiting jobs and the places taken. `_hopeful` are the places where a lane may go on."""

    _lanes: dict[tuple[Keys, str], _Lane] = field(default_factory=dict)
    _stands: dict[str, dict[int, list[tuple[int, Order, int, _Lane]]]] = field(default_factory=dict)
    _hopeful: set[Place] = field(default_factory=set)
    _tag_ms: int = 0
    _taken: Counter[str] = field(default_factory=Counter)
    _arrival_ms: dict[str, float] = field(default_factory=dict)
    _opens: list[tuple[float, Place]] = field(default_factory=list)
    _ticket: Iterator[int] = field(default_factory=count)

    def add(self, entry: Entry) -> None:
        """A job is due."""
        name = (entry.keys, entry.throttle_key)
        lane = self._lanes.get(name)
        if lane is None or lane.head() is None:
            lane = self._lanes[name] = _Lane(name, self._tag_ms)
        heapq.heappush(lane.entries, entry)
        if lane.entries[0] is entry:
            self._stand(lane, lane.place)

    def drop(self, entry: Entry) -> None:
        """A job is no longer wanted."""
        entry.is_dead = True
        lane = self._lanes.get((entry.keys, entry.throttle_key))
        if lane is not None and lane.entries and lane.entries[0] is entry:
            self._stand(lane, lane.place)

    def take(self, now_ms: int) -> Entry | None:
        """The next job that may be called; its places are taken. None when there is none now."""
        while self._opens and self._opens[0][0] <= now_ms:
            self._hopeful.add(heapq.heappop(self._opens)[1])
        while (lane := self._next()) is not None:
            obstacle = self._obstacle(lane.entries[0], now_ms)
            if obstacle is None:
                entry = heapq.heappop(lane.entries)
                self._occupy(entry, now_ms)
                self._tag_ms = max(self._tag_ms, lane.tag_ms)
                lane.tag_ms = self._tag_ms + _TURN_MS
                self._stand(lane, _OPEN)
                return entry
            if obstacle == lane.place:
                self._hopeful.discard(obstacle)  # nobody else there can go on either
            else:
                self._stand(lane, obstacle)
        return None

    def release(self, entry: Entry) -> None:
        """A call has ended; its places go to the next in line."""
        for key, _ in entry.keys:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
            self._hopeful.update((key, limit) for limit in self._stands.get(key, ()))

    def opens_at_ms(self) -> float:
        """When the next throttle opens; never (infinity) if no job waits for one."""
        return self._opens[0][0] if self._opens else math.inf

    def _obstacle(self, entry: Entry, now_ms: int) -> Place | None:
        for key, limit in entry.keys:
            if self._taken[key] >= limit:
                return key, limit
        if entry.throttle is None:
            return None
        # GCRA as Inngest does it: `burst` starts beyond the one that is always allowed
        opens_ms = self._arrives_ms(entry, now_ms) - _interval_ms(entry.throttle) * entry.throttle.burst
        if opens_ms <= now_ms:
            return None
        heapq.heappush(self._opens, (opens_ms, (entry.throttle_key, 0)))
        return entry.throttle_key, 0

    def _occupy(self, entry: Entry, now_ms: int) -> None:
        self._taken.update(key for key, _ in entry.keys)
        if entry.throttle is not None:
            self._arrival_ms[entry.throttle_key] = self._arrives_ms(entry, now_ms) + _interval_ms(entry.throttle)

    def _arrives_ms(self, entry: Entry, now_ms: int) -> float:
        return max(self._arrival_ms.get(entry.throttle_key, 0), now_ms)

    def _stand(self, lane: _Lane, place: Place) -> None:
        """The lane waits at `place` with its best job; one that has none is forgotten."""
        head = lane.head()
        if head is None:
            if self._lanes.get(lane.name) is lane:
                del self._lanes[lane.name]
            return
        lane.place = place
        stands = self._stands.setdefault(place[0], {}).setdefault(place[1], [])
        heapq.heappush(stands, (lane.tag_ms - head.ahead_ms, head.order, next(self._ticket), lane))
        if place == _OPEN:
            self._hopeful.add(place)

    def _next(self) -> _Lane | None:
        """The lane with the best job at the hopeful places."""
        return min(filter(None, map(self._first, list(self._hopeful))), default=(None,))[-1]

    def _first(self, place: Place) -> tuple[int, Order, int, _Lane] | None:
        """The best that stands at `place`; what stands there from before a change is dropped."""
        stands = self._stands.get(place[0], {}).get(place[1], [])
        while stands:
            ahead_ms, order, _, lane = stands[0]
            head = lane.head() if lane.place == place else None
            if head is not None and (lane.tag_ms - head.ahead_ms, head.order) == (ahead_ms, order):
                return stands[0]
            heapq.heappop(stands)
        self._hopeful.discard(place)
        self._stands.get(place[0], {}).pop(place[1], None)
        if not self._stands.get(place[0], True):
            del self._stands[place[0]]
        return None


def _interval_ms(throttle: Throttle) -> float:
    return throttle.period / max(1, throttle.limit)
