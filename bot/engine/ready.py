"""What may be called next, so that everybody has a share. Pure.

Jobs with the same keys stand in one lane, ordered by their run's age less its priority. Lanes take turns (start-time
fair queueing): each has a tag, a call moves it on by a second, and the lowest tag less the priority of its best job is
next. So a lane with a thousand jobs and a lane with one get the same, and a priority of 300 goes before 300 turns of
others. A lane whose best job finds a key full is parked under that key and comes back when a place is free; one that
finds its throttle shut is parked until that opens: neither costs the other lanes anything.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from bot.engine.configuration import Throttle

Place = tuple[str, int]
_OPEN_LANES: Place = ("", 0)
_NOWHERE: Place = ("", -1)
_TURN_MS = 1000

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
    keys: tuple[tuple[str, int], ...] = ()
    throttle_key: str = ""
    throttle: Throttle | None = None
    ahead_ms: int = 0
    due_ms: int = 0
    is_dead: bool = False

    def __lt__(self, other: Entry) -> bool:
        return self.order < other.order


@dataclass(slots=True, eq=False)
class _Lane:
    """Jobs that share all their keys. `place` is what it is parked under: a key and its limit, or `_OPEN_LANES`."""

    name: tuple[tuple[tuple[str, int], ...], str]
    tag_ms: int
    entries: list[Entry] = field(default_factory=list)
    place: Place = _OPEN_LANES
    came_from: Place = _NOWHERE

    def head(self) -> Entry | None:
        while self.entries and self.entries[0].is_dead:
            heapq.heappop(self.entries)
        return self.entries[0] if self.entries else None


@dataclass(slots=True)
class Ready:
    """The waiting jobs and the places taken."""

    _lanes: dict[tuple[tuple[tuple[str, int], ...], str], _Lane] = field(default_factory=dict)
    _stands: dict[Place, list[tuple[int, Order, int, _Lane]]] = field(default_factory=dict)
    _tag_ms: int = 0
    _taken: dict[str, int] = field(default_factory=dict)
    _limits: dict[str, set[int]] = field(default_factory=dict)
    _arrival_ms: dict[str, float] = field(default_factory=dict)
    _opens: list[tuple[float, str]] = field(default_factory=list)
    _opening: set[str] = field(default_factory=set)
    _ticket: Iterator[int] = field(default_factory=count)

    def add(self, entry: Entry) -> None:
        """A job is due."""
        name = (entry.keys, entry.throttle_key)
        lane = self._lanes.get(name)
        if lane is None or lane.head() is None:
            lane = self._lanes[name] = _Lane(name, self._tag_ms)
        heapq.heappush(lane.entries, entry)
        if lane.entries[0] is entry:
            self._stand(lane, entry)

    def drop(self, entry: Entry) -> None:
        """A job is no longer wanted."""
        entry.is_dead = True
        lane = self._lanes.get((entry.keys, entry.throttle_key))
        if lane is not None and lane.entries and lane.entries[0] is entry and (head := lane.head()) is not None:
            self._stand(lane, head)

    def take(self, now_ms: int) -> Entry | None:
        """The next job that may be called; its places are taken. None when there is none now."""
        while self._opens and self._opens[0][0] <= now_ms:
            _, key = heapq.heappop(self._opens)
            self._opening.discard(key)
            self._unpark((key, 0))
        while (lane := self._next(_OPEN_LANES)) is not None:
            came_from, lane.came_from = lane.came_from, _NOWHERE
            entry = lane.entries[0]
            obstacle = self._obstacle(entry, now_ms)
            if obstacle is None:
                heapq.heappop(lane.entries)
                self._occupy(entry, now_ms)
                self._tag_ms = max(self._tag_ms, lane.tag_ms)
                lane.tag_ms = self._tag_ms + _TURN_MS
                self._stand_again(lane)
                return entry
            lane.place = obstacle
            self._stand(lane, entry)
            if came_from not in {_NOWHERE, obstacle}:
                self._unpark(came_from)
        return None

    def release(self, entry: Entry) -> None:
        """A call has ended; its places go to the next in line."""
        for key, _ in entry.keys:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
            for limit in self._limits.pop(key, ()):
                self._unpark((key, limit))
                if (key, limit) in self._stands:
                    self._limits.setdefault(key, set()).add(limit)

    def opens_at_ms(self) -> float:
        """When the next throttle opens; never (infinity) if no job waits for one."""
        return self._opens[0][0] if self._opens else math.inf

    def waiting(self) -> Iterator[Entry]:
        """Every job that is due and not called."""
        for lane in self._lanes.values():
            yield from (entry for entry in lane.entries if not entry.is_dead)

    def _obstacle(self, entry: Entry, now_ms: int) -> Place | None:
        for key, limit in entry.keys:
            if self._taken.get(key, 0) >= limit:
                self._limits.setdefault(key, set()).add(limit)
                return key, limit
        if entry.throttle is None:
            return None
        # GCRA as Inngest does it: `burst` starts beyond the one that is always allowed
        interval_ms = entry.throttle.period / max(1, entry.throttle.limit)
        opens_ms = max(self._arrival_ms.get(entry.throttle_key, 0), now_ms) - interval_ms * entry.throttle.burst
        if opens_ms <= now_ms:
            return None
        if entry.throttle_key not in self._opening:
            self._opening.add(entry.throttle_key)
            heapq.heappush(self._opens, (opens_ms, entry.throttle_key))
        return entry.throttle_key, 0

    def _occupy(self, entry: Entry, now_ms: int) -> None:
        for key, _ in entry.keys:
            self._taken[key] = self._taken.get(key, 0) + 1
        if entry.throttle is not None:
            interval_ms = entry.throttle.period / max(1, entry.throttle.limit)
            arrival_ms = max(self._arrival_ms.get(entry.throttle_key, 0), now_ms) + interval_ms
            self._arrival_ms[entry.throttle_key] = arrival_ms
            self._unpark((entry.throttle_key, 0))

    def _stand(self, lane: _Lane, head: Entry) -> None:
        stand = (lane.tag_ms - head.ahead_ms, head.order, next(self._ticket), lane)
        heapq.heappush(self._stands.setdefault(lane.place, []), stand)

    def _stand_again(self, lane: _Lane) -> None:
        head = lane.head()
        if head is None:
            self._forget(lane)
        else:
            self._stand(lane, head)

    def _forget(self, lane: _Lane) -> None:
        if self._lanes.get(lane.name) is lane:
            del self._lanes[lane.name]

    def _next(self, place: Place) -> _Lane | None:
        """The lane with the best job at `place`; what stands there from before a change is dropped."""
        stands = self._stands.get(place)
        while stands:
            place_ms, order, _, lane = heapq.heappop(stands)
            if lane.place != place:
                continue
            head = lane.head()
            if head is None:
                self._forget(lane)
                came_from, lane.came_from = lane.came_from, _NOWHERE
                self._unpark(came_from)
            elif (lane.tag_ms - head.ahead_ms, head.order) == (place_ms, order):
                return lane
        if place in self._stands and not self._stands[place]:
            del self._stands[place]
        return None

    def _unpark(self, place: Place) -> None:
        """The best lane under `place` tries again, and passes its chance on if it cannot take it."""
        lane = self._next(place)
        if lane is not None:
            lane.place, lane.came_from = _OPEN_LANES, place
            self._stand(lane, lane.entries[0])
