"""What may be called next, so that everybody has a share. Pure.

Jobs with the same gates stand in one lane, ordered by their run's age less its priority. Lanes take turns (start-time
fair queueing): each has a tag, a call moves it on by a second, and the lowest tag less the priority of its best job is
next. So a lane with a thousand jobs and a lane with one get the same, and a priority of 300 goes before 300 turns of
others. A lane whose best job finds a gate shut waits there and is looked at again when it opens: it costs the other
lanes nothing but a look at the gate, and no more gates can be shut than calls are out or began just now.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count

from bot.engine.configuration import Throttle

Gate = tuple[str, int | Throttle]
"""A concurrency key and how many calls may share it, or a throttle's key and its rate."""
_OPEN: Gate = ("", 1)
_TURN_MS = 1000


@dataclass(slots=True, eq=False)
class Entry:
    """One job that waits for its call: a throttle is a gate only for a run's first.

    `ahead_ms` is its priority against other lanes; `order` its place in its own: milliseconds of the run's creation
    less its priority, then arrival.
    """

    order: tuple[int, int]
    run_id: str
    job_id: str
    gates: tuple[Gate, ...] = ()
    ahead_ms: int = 0
    is_dead: bool = False

    def __lt__(self, other: Entry) -> bool:
        return self.order < other.order


@dataclass(slots=True, eq=False)
class _Lane:
    """Jobs that share all their gates."""

    gates: tuple[Gate, ...]
    tag_ms: int
    entries: list[Entry] = field(default_factory=list)
    gate: Gate = _OPEN

    def head(self) -> Entry | None:
        while self.entries and self.entries[0].is_dead:
            heapq.heappop(self.entries)
        return self.entries[0] if self.entries else None


_Stand = tuple[int, tuple[int, int], int, _Lane]
"""A lane with its tag less the priority of its best job, that job's order, and a number that makes it comparable."""


class Ready:
    """The waiting jobs and the calls that are out."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[Gate, ...], _Lane] = {}
        self._stands: dict[Gate, list[_Stand]] = defaultdict(list)
        self._tag_ms = 0
        self._out = Counter[str]()
        self._arrival_ms: dict[str, float] = {}
        self._ticket = count()

    def add(self, entry: Entry) -> None:
        """A job is due."""
        lane = self._lanes.get(entry.gates)
        if lane is None:
            lane = self._lanes[entry.gates] = _Lane(entry.gates, self._tag_ms)
        heapq.heappush(lane.entries, entry)
        if lane.entries[0] is entry:
            self._stand(lane, lane.gate)

    def drop(self, entry: Entry) -> None:
        """A job is no longer wanted."""
        entry.is_dead = True
        lane = self._lanes.get(entry.gates)
        if lane is not None and lane.entries[0] is entry:
            self._stand(lane, lane.gate)

    def take(self, now_ms: int) -> Entry | None:
        """The next job that may be called; its gates count it. None when there is none now."""
        while (lane := self._next(now_ms)) is not None:
            shut = next((gate for gate in lane.entries[0].gates if self._opens_ms(gate) > now_ms), None)
            if shut is not None:
                self._stand(lane, shut)
                continue
            entry = heapq.heappop(lane.entries)
            for key, limit in entry.gates:
                if isinstance(limit, Throttle):
                    self._arrival_ms[key] = max(self._arrival_ms.get(key, 0), now_ms) + _interval_ms(limit)
                else:
                    self._out[key] += 1
            self._tag_ms = max(self._tag_ms, lane.tag_ms)
            lane.tag_ms = self._tag_ms + _TURN_MS
            self._stand(lane, _OPEN)
            return entry
        return None

    def release(self, entry: Entry) -> None:
        """A call has ended; its places go to the next in line."""
        for key, limit in entry.gates:
            if not isinstance(limit, Throttle):
                self._out[key] -= 1
                if not self._out[key]:
                    del self._out[key]

    def set_back(self, by_ms: int) -> None:
        """The clock was set back: throttles open as far ahead as they would have."""
        for key in self._arrival_ms:
            self._arrival_ms[key] -= by_ms

    def opens_at_ms(self, now_ms: int) -> float:
        """When the next throttle opens; never (infinity) if no job waits for one."""
        return min((at_ms for at_ms in map(self._opens_ms, self._stands) if at_ms > now_ms), default=math.inf)

    def _opens_ms(self, gate: Gate) -> float:
        """When the gate opens: never (infinity) by itself for a key that is full."""
        key, limit = gate
        if isinstance(limit, Throttle):  # GCRA as Inngest does it: `burst` starts beyond the one that is always allowed
            return self._arrival_ms.get(key, 0) - _interval_ms(limit) * limit.burst
        return 0 if self._out[key] < limit else math.inf

    def _stand(self, lane: _Lane, gate: Gate) -> None:
        """The lane waits at `gate` with its best job; one that has none is forgotten."""
        head = lane.head()
        if head is None:
            del self._lanes[lane.gates]
            return
        lane.gate = gate
        heapq.heappush(self._stands[gate], (lane.tag_ms - head.ahead_ms, head.order, next(self._ticket), lane))

    def _next(self, now_ms: int) -> _Lane | None:
        """The lane with the best job at the gates that are open."""
        gates = [gate for gate in self._stands if self._opens_ms(gate) <= now_ms]
        return min(filter(None, map(self._first, gates)), default=(None,))[-1]

    def _first(self, gate: Gate) -> _Stand | None:
        """The best that stands at `gate`; what stands there from before a change is dropped."""
        stands = self._stands[gate]
        while stands:
            ahead_ms, order, _, lane = stands[0]
            head = lane.head() if lane.gate == gate else None
            if head is not None and (lane.tag_ms - head.ahead_ms, head.order) == (ahead_ms, order):
                return stands[0]
            heapq.heappop(stands)
        del self._stands[gate]
        return None


def _interval_ms(throttle: Throttle) -> float:
    return throttle.period / max(1, throttle.limit)
