"""Runs functions: takes events in, calls what is due, journals what comes of it, and wakes for the next due time.

One task group owns everything. The loop sleeps until an event wakes it or the next timer is due; it never polls. Memory
is ahead of the journal by the commit under way: what another sees of a transition (an acknowledgement, a further call)
happens after its commit.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import msgspec
import structlog

from bot.engine import admission, machine, protocol
from bot.engine.calls import Call, Options, ask
from bot.engine.configuration import NEVER_MS, Debounce, FunctionConfig
from bot.engine.journal import SEEN, Batch, Journal, Mark
from bot.engine.machine import Job, Run, RunState
from bot.engine.protocol import Event, Reply
from bot.engine.ready import Entry, Ready
from bot.engine.schedule import next_cron_ms
from bot.engine.timers import Timers

log = structlog.get_logger("bot.engine")

Occurrence = Callable[["_Turn"], None]
"""Something that happens at once, in one turn."""

SEEN_MS = 24 * 3_600_000  # event ids and idempotency keys are remembered for a day, as Inngest does
_PRUNE_EVERY_MS = 3_600_000
_CONTINUES_MS = 60_000  # what has begun goes before what has not, unless that is more urgent by a minute
_CALLS_AT_ONCE, _EVENTS_AT_ONCE = 8, 20  # before others get their turn on the event loop
_BUSY_S = 0.004
_CLOCK_SET_BACK_MS = 1000  # less is the clock being kept in time


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

    def goes_on(self) -> bool:
        return not self.run.state.is_over


@dataclass(slots=True)
class _Turn:
    """What one occurrence changes: the batch for the journal, and the jobs that stand or sleep once it is written."""

    now_ms: int
    batch: Batch = field(default_factory=Batch)
    jobs: list[tuple[_Live, str, Job]] = field(default_factory=list)


class Runner:
    """The scheduler of these functions, of the runs that are not over (oldest first) and of the marks.

    `run` until cancelled or drained; everything else from the same loop.
    """

    def __init__(
        self,
        journal: Journal,
        call: Call,
        functions: Mapping[str, FunctionConfig],
        options: Options,
        runs: Sequence[Run] = (),
        marks: Sequence[Mark] = (),
    ) -> None:
        self._journal, self._call, self._functions, self._options = journal, call, functions, options
        self._now_ms = options.clock_ms
        self._routes = admission.Routes(functions.values())
        self._live: dict[str, _Live] = {}
        self._singletons: dict[str, _Live] = {}
        self._marks = {(mark.kind, mark.key): mark for mark in marks}
        self._ready = Ready()
        self._timers = Timers[Occurrence]()
        self._seen_ms = 0
        self._ticket = count()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._tasks = asyncio.TaskGroup()
        self._busy = 0
        self._is_draining = False
        self.in_flight = 0
        """Calls under way."""
        self._recovered = self._recover(runs)

    async def receive(self, events: Sequence[Event]) -> list[str]:
        """Take events in; their ids, once they and the runs they start are durable.

        What has been taken in goes its way, though its sender may give up waiting: sent again it is no news.
        """
        now_ms = self._now_ms()
        named = [msgspec.structs.replace(one, id=one.id or new_id(now_ms), ts=one.ts or now_ms) for one in events]
        turns = []
        for some in (named[at : at + _EVENTS_AT_ONCE] for at in range(0, len(named), _EVENTS_AT_ONCE)):
            turns.append(asyncio.create_task(self._occur(partial(self._take, some))))
            await asyncio.sleep(0)
        await asyncio.shield(asyncio.gather(*turns))
        return [event.id for event in named]

    async def run(self) -> None:
        """Go on with what the journal held, and run until cancelled or, after `drain`, until no call is out."""
        async with self._tasks as tasks:
            tasks.create_task(self._journal.run_writer(), name="engine journal")
            await self._settle(self._recovered)
            await self._loop()
            self._journal.stop_writer()

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

    def _recover(self, runs: Sequence[Run]) -> _Turn:
        """Take up what the process before us left."""
        turn = _Turn(self._now_ms())
        for mark in self._marks.values():
            if mark.kind == "debounce":
                self._at(mark.at_ms, partial(self._let_go, mark))
        for run in runs:
            if (config := self._functions.get(run.function_id)) is not None:
                place = admission.place(config, msgspec.json.decode(run.event, type=Event))
                self._remember(_Live(run, config, place), turn)
        for config in self._functions.values():
            for cron in [trigger.cron for trigger in config.triggers if trigger.cron]:
                due, next_ms = self._marks.get(("cron", f"{config.id}:{cron}")), next_cron_ms(cron, turn.now_ms)
                self._expect(config, cron, min(due.at_ms, next_ms) if due else next_ms, turn)
        self._at(turn.now_ms + _PRUNE_EVERY_MS, self._prune)
        orphans = {run.function_id for run in runs} - self._functions.keys()
        log.info("engine started", functions=len(self._functions), runs=len(self._live), orphans=sorted(orphans))
        return turn

    def _take(self, events: Sequence[Event], turn: _Turn) -> None:
        for event in events:
            if self._is_news("event", event.id, turn):
                self._route(event, turn)

    async def _loop(self) -> None:
        while self._busy or not self._is_draining:
            self._wake.clear()
            self._idle.clear()
            now_ms = self._now_ms()
            self._follow_clock(now_ms)
            if not self._is_draining:
                self._begin_due(now_ms)
            await self._let_others()
            if not self._busy and not self._wake.is_set():
                self._idle.set()
            await self._sleep(now_ms)

    async def _let_others(self) -> None:
        """The process has more to do than this: a turn for all, and where that took long, as long again."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await asyncio.sleep(0)
        if (took_s := loop.time() - began_s) > _BUSY_S:
            await asyncio.sleep(took_s)

    def _begin_due(self, now_ms: int) -> None:
        while (occurrence := self._timers.take(now_ms)) is not None:
            self._spawn(self._occur(occurrence))
        for _ in range(min(_CALLS_AT_ONCE, self._options.max_calls - self.in_flight)):
            entry = self._ready.take(now_ms)
            if entry is None:
                return
            live = self._live[entry.run_id]
            if live.run.state is RunState.QUEUED:
                live.run = machine.begin(live.run, now_ms=now_ms)
                self._watch(live)
            live.calls += 1
            self.in_flight += 1
            self._spawn(self._perform(live, entry, live.run))
            self._wake.set()

    async def _sleep(self, now_ms: int) -> None:
        due_ms = min(self._timers.next_ms(), self._ready.opens_at_ms(now_ms))
        # a minute at most: after a suspended machine wakes up, only the wall clock knows
        delay_s = 60.0 if self._is_draining else min(60.0, max(0.001, (due_ms - now_ms) / 1000))
        alarm = asyncio.get_running_loop().call_later(delay_s, self._wake.set)
        await self._wake.wait()
        alarm.cancel()

    def _at(self, due_ms: int, occurrence: Occurrence, live: _Live | None = None) -> None:
        """`occurrence` is due then, unless it is about a run that is over by then."""
        is_first = self._timers.add(due_ms, occurrence, live.goes_on) if live else self._timers.add(due_ms, occurrence)
        if is_first:
            self.nudge()

    def _follow_clock(self, now_ms: int) -> None:
        """Where the clock was set back, what waits for a time would wait for longer, cron for a day or a year."""
        back_ms, self._seen_ms = self._seen_ms - now_ms, now_ms
        if back_ms > _CLOCK_SET_BACK_MS:
            log.warning("the clock was set back", by_s=back_ms / 1000)
            self._timers.set_back(back_ms)
            self._ready.set_back(back_ms)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self._busy += 1
        self._tasks.create_task(work).add_done_callback(self._done)

    def _done(self, _task: asyncio.Task[Any]) -> None:
        self._busy -= 1
        self.nudge()

    async def _perform(self, live: _Live, entry: Entry, run: Run) -> None:
        reply = await ask(self._call, self._options, run, live.config, entry.job_id)
        self.in_flight -= 1
        live.calls -= 1
        self._ready.release(entry)
        self.nudge()
        live.entries.pop(entry.job_id, None)
        await self._occur(partial(self._answer, live, entry.job_id, reply))

    def _answer(self, live: _Live, job_id: str, reply: Reply, turn: _Turn) -> None:
        now_ms, backoff = turn.now_ms, self._options.backoff
        self._change(live, machine.answer(live.run, live.config, job_id, reply, now_ms=now_ms, backoff=backoff), turn)

    async def _occur(self, occurrence: Occurrence) -> None:
        turn = _Turn(self._now_ms())
        occurrence(turn)
        await self._settle(turn)

    async def _settle(self, turn: _Turn) -> None:
        """Write what was changed; what follows from it comes after that."""
        await self._journal.write(turn.batch)
        turn.now_ms = self._now_ms()
        for live, job_id, job in turn.jobs:
            if job.kind == "sleep":
                self._at(job.due_ms, partial(self._end_sleep, live, job_id, job), live)
            elif job.due_ms > turn.now_ms:
                self._at(job.due_ms, partial(self._stand, live, job_id, job), live)
            else:
                self._stand(live, job_id, job, turn)
        self.nudge()

    def _change(self, live: _Live, after: Run, turn: _Turn) -> None:
        before = live.run
        if after is before:
            return
        live.run = after
        turn.batch.put(after, before)
        turn.jobs += [(live, job_id, job) for job_id, job in after.jobs.items() if before.jobs.get(job_id) is not job]
        if after.state.is_over:
            self._forget(live)
            for event in machine.lifecycle_events(after, self._routes.hear, now_ms=turn.now_ms):
                self._route(event, turn)

    def _remember(self, live: _Live, turn: _Turn) -> None:
        self._live[live.run.id] = live
        if live.place.singleton_key:
            self._singletons[live.place.singleton_key] = live
        self._watch(live)
        turn.jobs += [(live, job_id, job) for job_id, job in live.run.jobs.items()]

    def _forget(self, live: _Live) -> None:
        self._live.pop(live.run.id, None)
        if self._singletons.get(live.place.singleton_key) is live:
            del self._singletons[live.place.singleton_key]
        for entry in live.entries.values():
            self._ready.drop(entry)

    def _watch(self, live: _Live) -> None:
        """Look at the run again when its start or its finish is too late; a call that is out may still end it well."""
        _, deadline_ms = machine.deadline(live.run, live.config)
        if deadline_ms < NEVER_MS:
            self._at(deadline_ms, partial(self._check_time, live), live)

    def _check_time(self, live: _Live, turn: _Turn) -> None:
        if not live.calls:
            self._change(live, machine.expire(live.run, live.config, now_ms=turn.now_ms), turn)

    def _stand(self, live: _Live, job_id: str, job: Job, _turn: _Turn) -> None:
        """The job waits for its call."""
        run, place = live.run, live.place
        if run.jobs.get(job_id) is not job:
            return  # the run is over
        order = (run.created_ms - place.priority_ms, next(self._ticket))
        if run.state is RunState.QUEUED:
            entry = Entry(order, run.id, job_id, place.limits + place.throttles, place.priority_ms)
        else:
            entry = Entry(order, run.id, job_id, place.limits, place.priority_ms + _CONTINUES_MS)
        live.entries[job_id] = entry
        self._ready.add(entry)

    def _end_sleep(self, live: _Live, job_id: str, job: Job, turn: _Turn) -> None:
        self._change(live, machine.wake(live.run, job_id, now_ms=max(turn.now_ms, job.due_ms)), turn)

    def _route(self, event: Event, turn: _Turn) -> None:
        for config, cancel in self._routes.cancels(event):
            for live in [one for one in self._live.values() if one.config is config]:
                if admission.is_cancelled(cancel, live.run, event, turn.now_ms):
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
                self._mark(mark, turn)
                return
            first_ms = held.first_ms
        due_ms = min(turn.now_ms + debounce.period, first_ms + debounce.timeout)
        mark = Mark("debounce", key, due_ms, msgspec.json.encode(_Debounced(config.id, event, first_ms)))
        self._mark(mark, turn)
        self._at(due_ms, partial(self._let_go, mark))

    def _let_go(self, mark: Mark, turn: _Turn) -> None:
        if self._marks.get((mark.kind, mark.key)) is not mark:
            return  # a later event has come
        held = msgspec.json.decode(mark.body, type=_Debounced)
        del self._marks[mark.kind, mark.key]
        turn.batch.marks[mark.kind, mark.key] = None
        if (config := self._functions.get(held.function_id)) is not None:
            self._start(config, held.event, turn)

    def _start(self, config: FunctionConfig, event: Event, turn: _Turn) -> None:
        place = admission.place(config, event)
        holder = self._singletons.get(place.singleton_key)
        if holder is not None and config.singleton is not None and config.singleton.mode == "skip":
            return
        if place.idempotency_key and not self._is_news("idempotency", place.idempotency_key, turn):
            return
        if holder is not None:
            self._change(holder, machine.cancel(holder.run, "a newer run", now_ms=turn.now_ms), turn)
        run = machine.start(
            new_id(turn.now_ms), config.id, msgspec.json.encode(event), now_ms=turn.now_ms, at_ms=event.ts
        )
        turn.batch.put(run)
        self._remember(_Live(run, config, place), turn)

    def _mark(self, mark: Mark, turn: _Turn) -> None:
        self._marks[mark.kind, mark.key] = turn.batch.marks[mark.kind, mark.key] = mark

    def _is_news(self, kind: str, key: str, turn: _Turn) -> bool:
        """Whether this was not seen within a day. It is written either way, so that the answer waits for the commit."""
        key = admission.seen_key(key)
        mark = self._marks.get((kind, key))
        if mark is not None and mark.at_ms > turn.now_ms:
            self._mark(mark, turn)
            return False
        self._mark(Mark(kind, key, turn.now_ms + SEEN_MS), turn)
        return True

    def _expect(self, config: FunctionConfig, cron: str, due_ms: int, turn: _Turn) -> None:
        self._mark(Mark("cron", f"{config.id}:{cron}", due_ms), turn)
        self._at(due_ms, partial(self._strike, config, cron, due_ms))

    def _strike(self, config: FunctionConfig, cron: str, due_ms: int, turn: _Turn) -> None:
        """A cron time has come. What was missed while the engine was down is made up for once."""
        due_ms = min(due_ms, turn.now_ms)  # later only where the clock was set back
        event = Event(name=protocol.SCHEDULED, data={"cron": cron}, id=new_id(turn.now_ms), ts=due_ms)
        self._start(config, event, turn)
        self._expect(config, cron, next_cron_ms(cron, turn.now_ms), turn)

    def _prune(self, turn: _Turn) -> None:
        now_ms = turn.now_ms
        self._at(now_ms + _PRUNE_EVERY_MS, self._prune)
        self._marks = {key: mark for key, mark in self._marks.items() if mark.at_ms > now_ms or mark.kind not in SEEN}
        before_ms = now_ms - int(self._options.retention_s * 1000)
        self._spawn(self._journal.prune(finished_before_ms=before_ms, marks_before_ms=now_ms))


def new_id(now_ms: int) -> str:
    """32 hexadecimal digits, sorted by time."""
    return f"{now_ms:012x}{secrets.token_hex(10)}"
