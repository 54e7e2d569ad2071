"""Runs functions: takes events in, calls what is due, journals what comes of it, and wakes for the next due time.

One task group owns everything. The loop sleeps until an event wakes it or the next timer is due; it never polls. Memory
is ahead of the journal by the commit under way: what another sees of a transition (an acknowledgement, a further call)
happens after its commit.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import secrets
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from typing import Any

import msgspec
import structlog

from bot.engine import admission, machine, protocol
from bot.engine.calls import Caller
from bot.engine.configuration import Debounce, FunctionConfig
from bot.engine.journal import SEEN, Batch, Journal, Mark
from bot.engine.machine import Job, Run, RunState
from bot.engine.protocol import Event
from bot.engine.ready import Entry, Ready
from bot.engine.schedule import next_cron_ms

log = structlog.get_logger("bot.engine")

Timer = Callable[[], Coroutine[Any, Any, None]]

SEEN_MS = 24 * 3_600_000  # event ids and idempotency keys are remembered for a day, as Inngest does
_PRUNE_EVERY_MS = 3_600_000
_CONTINUES_MS = 60_000  # what has begun goes before what has not, unless that is more urgent by a minute
_CALLS_AT_ONCE = 8  # begun before others get their turn on the event loop
_ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class _Debounced(msgspec.Struct, frozen=True):
    """The body of a debounce mark: the last event so far, and when the first one came."""

    function_id: str
    event: Event
    first_ms: int


@dataclass(slots=True, eq=False)
class _Live:
    """A run that is not over. `entries` are its jobs that wait for a call; `calls` are under way."""

    run: Run
    config: FunctionConfig
    place: admission.Place
    entries: dict[str, Entry] = field(default_factory=dict)
    calls: int = 0


@dataclass(slots=True)
class _Turn:
    """What one occurrence changes: the batch for the journal, and the jobs to schedule once it is written."""

    now_ms: int
    batch: Batch = field(default_factory=Batch)
    jobs: list[tuple[_Live, str, Job]] = field(default_factory=list)


class Runner:
    """The scheduler of these runs and marks. `run` until cancelled or drained; everything else from the same loop."""

    def __init__(self, journal: Journal, caller: Caller, functions: Mapping[str, FunctionConfig]) -> None:
        self._journal, self._caller, self._functions = journal, caller, functions
        self._options, self._now_ms = caller.options, caller.options.clock_ms
        self._routes = admission.Routes(functions.values())
        self._live: dict[str, _Live] = {}
        self._by_function: dict[str, dict[str, _Live]] = defaultdict(dict)
        self._singletons: dict[str, _Live] = {}
        self._marks: dict[tuple[str, str], Mark] = {}
        self._recovered = _Turn(self._now_ms())
        self._ready = Ready()
        self._timers: list[tuple[int, int, Timer]] = []
        self._ticket = count()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._tasks = asyncio.TaskGroup()
        self._busy = 0
        self._is_draining = False
        self.in_flight = 0
        """Calls under way."""

    async def receive(self, events: Sequence[Event]) -> list[str]:
        """Take events in; their ids, once they and the runs they start are durable."""
        ids = []
        async with self._turn() as turn:
            for given in events:
                event = msgspec.structs.replace(given, id=given.id or new_id(turn.now_ms), ts=given.ts or turn.now_ms)
                ids.append(event.id)
                if not given.id or self._is_news("event", given.id, turn):
                    self._route(event, turn)
        return ids

    async def run(self) -> None:
        """Take up what the journal holds and run until cancelled or, after `drain`, until no call is out."""
        async with self._tasks as tasks:
            tasks.create_task(self._journal.run_writer(), name="engine journal")
            await self._settle(self._recovered)
            await self._loop()
            self._journal.stop_writer()

    def load(self, runs: Sequence[Run], marks: Sequence[Mark]) -> None:
        """What the process before us left: runs that are not over, oldest first, and marks. Before `run`."""
        turn, orphans = self._recovered, Counter[str]()
        self._marks = {(mark.kind, mark.key): mark for mark in marks}
        for mark in marks:
            if mark.kind == "debounce":
                self._at(mark.at_ms, partial(self._let_go, mark))
        for run in runs:
            if run.function_id in self._functions:
                config = self._functions[run.function_id]
                place = admission.place(config, msgspec.json.decode(run.event), run.created_ms)
                self._remember(_Live(run, config, place), turn)
            else:
                orphans[run.function_id] += 1
        for config in self._functions.values():
            for cron in [trigger.cron for trigger in config.triggers if trigger.cron]:
                due = self._marks.get(("cron", f"{config.id}:{cron}"))
                self._expect(config, cron, next_cron_ms(cron, turn.now_ms) if due is None else due.at_ms, turn)
        self._at(turn.now_ms + _PRUNE_EVERY_MS, self._prune)
        log.info("engine started", functions=len(self._functions), runs=len(self._live), orphans=dict(orphans))

    def drain(self) -> None:
        """Begin no further calls; `run` ends when those under way are done and written."""
        self._is_draining = True
        self.nudge()

    def nudge(self) -> None:
        """Look again: something has changed, or a given clock has moved."""
        self._idle.clear()
        self._wake.set()

    async def idle(self) -> None:
        """Until nothing is under way and nothing can be called before the next timer."""
        await self._idle.wait()

    async def _loop(self) -> None:
        while True:
            self._wake.clear()
            now_ms = self._now_ms()
            while self._timers and self._timers[0][0] <= now_ms and not self._is_draining:
                self._spawn(heapq.heappop(self._timers)[2]())
            places = 0 if self._is_draining else min(_CALLS_AT_ONCE, self._options.max_calls - self.in_flight)
            for entry in islice(iter(partial(self._ready.take, now_ms), None), places):
                self._begin(entry, now_ms)
                self._wake.set()
            await asyncio.sleep(0)  # the process has more to do than this
            if not self._busy and self._is_draining:
                return
            if not self._busy and not self._wake.is_set():
                self._idle.set()
            await self._sleep(now_ms)

    async def _sleep(self, now_ms: int) -> None:
        timer_ms = self._timers[0][0] if self._timers else math.inf
        due_ms = math.inf if self._is_draining else min(timer_ms, self._ready.opens_at_ms())
        try:
            # a minute at most: after a suspended machine wakes up, only the wall clock knows
            async with asyncio.timeout(min(60.0, max(0.001, (due_ms - now_ms) / 1000))):
                await self._wake.wait()
        except TimeoutError:
            self._idle.clear()

    def _at(self, due_ms: int, timer: Timer) -> None:
        heapq.heappush(self._timers, (due_ms, next(self._ticket), timer))
        if self._timers[0][2] is timer:
            self._wake.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._busy += 1
        self._idle.clear()
        self._tasks.create_task(work).add_done_callback(self._done)

    def _done(self, _task: asyncio.Task[None]) -> None:
        self._busy -= 1
        self._wake.set()

    def _begin(self, entry: Entry, now_ms: int) -> None:
        live = self._live[entry.run_id]
        if live.run.state is RunState.QUEUED:
            live.run = machine.begin(live.run, now_ms=now_ms)
            self._watch(live)
        live.calls += 1
        self.in_flight += 1
        self._spawn(self._perform(live, entry, live.run))

    async def _perform(self, live: _Live, entry: Entry, run: Run) -> None:
        reply = await self._caller.ask(run, live.config, entry.job_id)
        self.in_flight -= 1
        live.calls -= 1
        self._ready.release(entry)
        self.nudge()
        live.entries.pop(entry.job_id, None)
        async with self._turn() as turn:
            now_ms, backoff = turn.now_ms, self._options.backoff
            after = machine.answer(live.run, live.config, entry.job_id, reply, now_ms=now_ms, backoff=backoff)
            self._change(live, after, turn)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[_Turn]:
        """What is changed inside is written at the end; what follows from it comes after that."""
        turn = _Turn(self._now_ms())
        yield turn
        await self._settle(turn)

    async def _settle(self, turn: _Turn) -> None:
        await self._journal.write(turn.batch)
        now_ms = self._now_ms()
        for live, job_id, job in turn.jobs:
            if job.kind == "sleep":
                self._at(job.due_ms, partial(self._end_sleep, live, job_id, job))
            elif job.due_ms > now_ms:
                self._at(job.due_ms, partial(self._stand, live, job_id, job))
            else:
                await self._stand(live, job_id, job)
        self.nudge()

    def _change(self, live: _Live, after: Run, turn: _Turn) -> None:
        before = live.run
        if after is before:
            return
        live.run = after
        turn.batch.changed.append((before, after))
        turn.jobs += [(live, job_id, job) for job_id, job in after.jobs.items() if before.jobs.get(job_id) is not job]
        if after.state.is_over:
            self._forget(live)
            for event in machine.lifecycle_events(after, self._routes.hear, now_ms=turn.now_ms):
                self._route(event, turn)

    def _remember(self, live: _Live, turn: _Turn) -> None:
        run = live.run
        self._live[run.id] = self._by_function[run.function_id][run.id] = live
        if live.place.singleton_key:
            self._singletons[live.place.singleton_key] = live
        self._watch(live)
        turn.jobs += [(live, job_id, job) for job_id, job in run.jobs.items()]

    def _forget(self, live: _Live) -> None:
        self._live.pop(live.run.id, None)
        self._by_function[live.config.id].pop(live.run.id, None)
        if self._singletons.get(live.place.singleton_key) is live:
            del self._singletons[live.place.singleton_key]
        for entry in live.entries.values():
            self._ready.drop(entry)

    def _watch(self, live: _Live) -> None:
        """Look at the run again when its start or its finish is too late; a call that is out may still end it well."""
        _, deadline_ms = machine.deadline(live.run, live.config)
        if deadline_ms is not None:
            self._at(deadline_ms, partial(self._check_time, live))

    async def _check_time(self, live: _Live) -> None:
        if not live.calls:
            async with self._turn() as turn:
                self._change(live, machine.expire(live.run, live.config, now_ms=turn.now_ms), turn)

    async def _stand(self, live: _Live, job_id: str, job: Job) -> None:
        """The job waits for its call."""
        if live.run.jobs.get(job_id) is not job:
            return  # the run is over
        place, order = live.place, (live.place.order_ms, next(self._ticket))
        if live.run.state is RunState.QUEUED:
            entry = Entry(
                order, live.run.id, job_id, place.limits, place.throttle_key, live.config.throttle, place.priority_ms
            )
        else:
            entry = Entry(order, live.run.id, job_id, place.limits, ahead_ms=place.priority_ms + _CONTINUES_MS)
        live.entries[job_id] = entry
        self._ready.add(entry)

    async def _end_sleep(self, live: _Live, job_id: str, job: Job) -> None:
        async with self._turn() as turn:
            self._change(live, machine.wake(live.run, job_id, now_ms=max(turn.now_ms, job.due_ms)), turn)

    def _route(self, event: Event, turn: _Turn) -> None:
        for config in self._routes.cancels(event):
            for live in list(self._by_function[config.id].values()):
                if admission.is_cancelled_by(config, live.run, event, turn.now_ms):
                    self._change(live, machine.cancel(live.run, f"event {event.name}", now_ms=turn.now_ms), turn)
        for config in self._routes.starts(event):
            if config.debounce is None:
                self._start(config, event, turn)
            else:
                self._hold(config, config.debounce, event, turn)

    def _hold(self, config: FunctionConfig, debounce: Debounce, event: Event, turn: _Turn) -> None:
        """Debounce: the run waits for the last event, until the deadline that the first one set."""
        key, first_ms = admission.debounce_key(config, event), turn.now_ms
        if (mark := self._marks.get(("debounce", key))) is not None:
            held = msgspec.json.decode(mark.body, type=_Debounced)
            if held.event.ts > event.ts:  # late news changes nothing
                turn.batch.marked.append(mark)
                return
            first_ms = held.first_ms
        due_ms = turn.now_ms + debounce.period
        if debounce.timeout is not None:
            due_ms = min(due_ms, first_ms + debounce.timeout)
        mark = Mark("debounce", key, due_ms, msgspec.json.encode(_Debounced(config.id, event, first_ms)))
        self._mark(mark, turn)
        self._at(due_ms, partial(self._let_go, mark))

    async def _let_go(self, mark: Mark) -> None:
        if self._marks.get((mark.kind, mark.key)) is not mark:
            return  # a later event has come
        async with self._turn() as turn:
            del self._marks[mark.kind, mark.key]
            turn.batch.unmarked.append((mark.kind, mark.key))
            held = msgspec.json.decode(mark.body, type=_Debounced)
            if held.function_id in self._functions:
                self._start(self._functions[held.function_id], held.event, turn)

    def _start(self, config: FunctionConfig, event: Event, turn: _Turn) -> None:
        run = machine.start(new_id(turn.now_ms), config.id, event.encode(), now_ms=turn.now_ms, at_ms=event.ts)
        place = admission.place(config, event.members(), run.created_ms)
        holder = self._singletons.get(place.singleton_key)
        if holder is not None and config.singleton is not None and config.singleton.mode == "skip":
            return
        key = admission.idempotency_key(config, event)
        if key and not self._is_news("idempotency", key, turn):
            return
        if holder is not None:
            self._change(holder, machine.cancel(holder.run, "a newer run", now_ms=turn.now_ms), turn)
        turn.batch.created.append(run)
        self._remember(_Live(run, config, place), turn)

    def _mark(self, mark: Mark, turn: _Turn) -> None:
        self._marks[mark.kind, mark.key] = mark
        turn.batch.marked.append(mark)

    def _is_news(self, kind: str, key: str, turn: _Turn) -> bool:
        """Whether this was not seen within a day. It is written either way, so that the answer waits for the commit."""
        key = admission.seen_key(key)
        mark = self._marks.get((kind, key))
        is_news = mark is None or mark.at_ms <= turn.now_ms
        self._mark(Mark(kind, key, turn.now_ms + SEEN_MS) if mark is None or is_news else mark, turn)
        return is_news

    def _expect(self, config: FunctionConfig, cron: str, due_ms: int, turn: _Turn) -> None:
        self._mark(Mark("cron", f"{config.id}:{cron}", due_ms), turn)
        self._at(due_ms, partial(self._strike, config, cron, due_ms))

    async def _strike(self, config: FunctionConfig, cron: str, due_ms: int) -> None:
        """A cron time has come. What was missed while the engine was down is made up for once."""
        async with self._turn() as turn:
            event = Event(name=protocol.SCHEDULED, data={"cron": cron}, id=new_id(turn.now_ms), ts=due_ms)
            self._start(config, event, turn)
            self._expect(config, cron, next_cron_ms(cron, max(due_ms, turn.now_ms)), turn)

    async def _prune(self) -> None:
        now_ms = self._now_ms()
        self._at(now_ms + _PRUNE_EVERY_MS, self._prune)
        self._marks = {key: mark for key, mark in self._marks.items() if mark.at_ms > now_ms or mark.kind not in SEEN}
        before_ms = now_ms - int(self._options.retention_s * 1000)
        pruned = await self._journal.prune(finished_before_ms=before_ms, marks_before_ms=now_ms)
        log.debug("journal pruned", runs=pruned)


def new_id(now_ms: int) -> str:
    """A ULID: sorted by time, 26 characters."""
    number = (now_ms << 80) | secrets.randbits(80)
    return "".join(_ULID[(number >> shift) & 31] for shift in range(125, -5, -5))
