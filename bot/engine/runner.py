"""Runs functions: takes events in, calls what is due, journals what comes of it, and wakes for the next due time.

One task group owns everything. The loop sleeps until an event wakes it or the next timer is due; it never polls. Memory
is ahead of the journal by the commit under way: what another sees of a transition (an acknowledgement, a further call)
happens after its commit.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import random
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from typing import Any

import msgspec
import structlog

from bot.engine import admission, machine, protocol
from bot.engine.configuration import Debounce, FunctionConfig
from bot.engine.journal import Batch, Journal, Mark
from bot.engine.machine import Backoff, Job, Run, RunState
from bot.engine.protocol import Event, Raised
from bot.engine.ready import Entry, Ready
from bot.engine.schedule import next_cron_ms

log = structlog.get_logger("bot.engine")

Call = Callable[[str, Mapping[str, str], Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]
"""`(method, query, headers, body) -> (status, lower-case headers, body)` of the application's SDK endpoint."""

SEEN_MS = 24 * 3_600_000  # event ids and idempotency keys are remembered for a day, as Inngest does
_PRUNE_EVERY_MS = 3_600_000
_CONTINUES_MS = 60_000  # what has begun goes before what has not, unless that is more urgent by a minute
_CALLS_AT_ONCE = 8  # begun before others get their turn on the event loop
_ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(slots=True, frozen=True, kw_only=True)
class Options:
    """How the engine runs. `backoff` gives the seconds to wait after a failed attempt; `call_timeout_s` bounds a call;
    at most `max_calls` are out at once; runs that are over are kept for `retention_s`.
    """

    clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    backoff: Backoff = field(default_factory=lambda: machine.default_backoff(random.random))
    max_calls: int = 256
    call_timeout_s: float = 3600.0
    retention_s: float = 3 * 86_400.0


class _Debounced(msgspec.Struct, frozen=True):
    """The body of a debounce mark."""

    function_id: str
    event: Event
    deadline_ms: int | None


@dataclass(slots=True, eq=False)
class _Live:
    """A run that is not over. `scheduled` jobs have a timer, an entry or a call; `calls` are under way."""

    run: Run
    config: FunctionConfig
    place: admission.Place
    scheduled: dict[str, Job] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    calls: int = 0
    watched_ms: int = 0


@dataclass(slots=True)
class _Turn:
    """What one occurrence changes: the batch for the journal, and the runs to look at once it is written."""

    now_ms: int
    batch: Batch = field(default_factory=Batch)
    touched: list[_Live] = field(default_factory=list)


class Runner:
    """The scheduler. `run` until cancelled or drained; everything else from the same event loop."""

    def __init__(
        self, journal: Journal, call: Call, signing_key: str, functions: Mapping[str, FunctionConfig], options: Options
    ) -> None:
        self._journal, self._call, self._signing_key = journal, call, signing_key
        self._functions, self._options = functions, options
        self._routes = admission.Routes(functions.values())
        self._live: dict[str, _Live] = {}
        self._by_function: dict[str, dict[str, _Live]] = defaultdict(dict)
        self._singletons: dict[str, _Live] = {}
        self._debounces: dict[str, Mark] = {}
        self._seen: dict[tuple[str, str], int] = {}
        self._ready = Ready()
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._ticket = count()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._busy = 0
        self._is_draining = False
        self.started = asyncio.Event()
        self.in_flight = 0
        """Calls under way."""
        self.finished: Counter[tuple[str, str]] = Counter()
        """Runs that ended since the start, by (function id, state)."""

    async def receive(self, events: Sequence[Event]) -> list[str]:
        """Take events in; their ids, once they and the runs they start are durable."""
        turn = _Turn(self._options.clock_ms())
        ids = []
        for given in events:
            event = msgspec.structs.replace(given, id=given.id or new_id(turn.now_ms), ts=given.ts or turn.now_ms)
            ids.append(event.id)
            if not given.id or self._is_news("event", given.id, turn):
                self._route(event, turn)
        await self._settle(turn)
        return ids

    async def cancel(self, *, function_id: str = "", data: Mapping[str, Any] | None = None, reason: str) -> int:
        """Cancel the runs of a function (of all, when "") whose event data has these members; returns how many."""
        turn = _Turn(self._options.clock_ms())
        for live in list(self._live.values()):
            if function_id in {"", live.config.id} and admission.has_data(live.run, data or {}):
                self._change(live, machine.cancel(live.run, reason, now_ms=turn.now_ms), turn)
        await self._settle(turn)
        return len(turn.batch.changed)

    async def run(self) -> None:
        """Load the journal and run until cancelled or, after `drain`, until no call is out."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._journal.run_writer(), name="engine journal")
            await self._recover()
            self.started.set()
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

    def counts(self) -> dict[tuple[str, str], int]:
        """Runs that are not over, by (function id, queued | running)."""
        return dict(Counter((live.config.id, live.run.state.value) for live in self._live.values()))

    def lag_s(self) -> float:
        """How long the job that has waited longest for its call is overdue."""
        now_ms = self._options.clock_ms()
        return max((now_ms - entry.due_ms for entry in self._ready.waiting()), default=0) / 1000

    async def _loop(self) -> None:
        while True:
            self._wake.clear()
            now_ms = self._options.clock_ms()
            while self._timers and self._timers[0][0] <= now_ms and not self._is_draining:
                heapq.heappop(self._timers)[2]()
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

    def _at(self, due_ms: int, callback: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (due_ms, next(self._ticket), callback))
        if self._timers[0][2] is callback:
            self._wake.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self._tasks is None:
            raise RuntimeError("the engine is not running")
        self._busy += 1
        self._idle.clear()
        self._tasks.create_task(work).add_done_callback(self._done)

    def _done(self, _task: asyncio.Task[None]) -> None:
        self._busy -= 1
        self._wake.set()

    def _begin(self, entry: Entry, now_ms: int) -> None:
        live = self._live[entry.run_id]
        live.run = machine.begin(live.run, now_ms=now_ms)
        self._watch(live)
        live.calls += 1
        self.in_flight += 1
        self._spawn(self._perform(live, entry, live.run))

    async def _perform(self, live: _Live, entry: Entry, run: Run) -> None:
        reply = await self._ask(run, live.config, entry.job_id)
        self.in_flight -= 1
        live.calls -= 1
        self._ready.release(entry)
        self.nudge()
        live.entries.pop(entry.job_id, None)
        live.scheduled.pop(entry.job_id, None)
        turn = _Turn(self._options.clock_ms(), touched=[live])
        after = machine.answer(
            live.run, live.config, entry.job_id, reply, now_ms=turn.now_ms, backoff=self._options.backoff
        )
        self._change(live, after, turn)
        await self._settle(turn)

    async def _ask(self, run: Run, config: FunctionConfig, job_id: str) -> protocol.Reply:
        body = protocol.call_body(
            run_id=run.id,
            function_id=config.id,
            event=run.event,
            memos=run.memos,
            attempt=run.jobs[job_id].attempt,
            max_attempts=config.attempts,
            plan_only=machine.plans_only(run, job_id),
        )
        now_ms = self._options.clock_ms()
        query = {"fnId": config.id, "stepId": job_id or protocol.ROOT_STEP}
        headers = protocol.request_headers(body, self._signing_key, now_ms)
        try:
            async with asyncio.timeout(self._options.call_timeout_s):
                status, answered, content = await self._call("POST", query, headers, body)
        except TimeoutError:
            return Raised({"name": "TimeoutError", "message": f"no answer within {self._options.call_timeout_s:g} s"})
        except Exception as error:  # whatever the application throws is the call's failure, not the engine's
            log.exception("call failed", function=config.id, run_id=run.id)
            return Raised({"name": type(error).__name__, "message": str(error)})
        return protocol.parse_reply(status, answered, content, self._options.clock_ms())

    def _watch(self, live: _Live) -> None:
        """Look at the run again when its start or its finish is too late; a call that is out may still end it well."""
        started_ms, timeouts = live.run.started_ms, live.config.timeouts
        from_ms, timeout_ms = (
            (live.run.created_ms, timeouts.start) if started_ms is None else (started_ms, timeouts.finish)
        )
        if timeout_ms is not None and live.watched_ms != from_ms + timeout_ms:
            live.watched_ms = from_ms + timeout_ms
            self._at(live.watched_ms, partial(self._check_time, live))

    def _check_time(self, live: _Live) -> None:
        if live.calls:
            return
        turn = _Turn(self._options.clock_ms())
        self._change(live, machine.expire(live.run, live.config, now_ms=turn.now_ms), turn)
        self._spawn(self._settle(turn))

    def _change(self, live: _Live, after: Run, turn: _Turn) -> None:
        before = live.run
        if after is before:
            return
        live.run = after
        turn.batch.changed.append((before, after))
        if after.state.is_over:
            self._forget(live)
            for event in machine.lifecycle_events(after, self._routes.hear, now_ms=turn.now_ms):
                self._route(event, turn)

    def _forget(self, live: _Live) -> None:
        self.finished[live.config.id, live.run.state.value] += 1
        self._live.pop(live.run.id, None)
        self._by_function[live.config.id].pop(live.run.id, None)
        if self._singletons.get(live.place.singleton_key) is live:
            del self._singletons[live.place.singleton_key]
        for entry in live.entries.values():
            self._ready.drop(entry)

    async def _settle(self, turn: _Turn) -> None:
        await self._journal.write(turn.batch)
        for live in turn.touched:
            self._schedule(live)
        self.nudge()

    def _schedule(self, live: _Live) -> None:
        now_ms = self._options.clock_ms()
        for job_id, job in live.run.jobs.items():
            if live.scheduled.get(job_id) is job:
                continue
            live.scheduled[job_id] = job
            if job.due_ms > now_ms:
                self._at(job.due_ms, partial(self._due, live, job_id, job))
            else:
                self._due(live, job_id, job)

    def _due(self, live: _Live, job_id: str, job: Job) -> None:
        if live.run.state.is_over or live.scheduled.get(job_id) is not job:
            return
        if job.kind == "sleep":
            self._spawn(self._end_sleep(live, job_id, job))
            return
        is_start = live.run.state is RunState.QUEUED
        entry = live.entries[job_id] = Entry(
            order=(live.place.order_ms, next(self._ticket)),
            run_id=live.run.id,
            job_id=job_id,
            keys=live.place.limits,
            throttle_key=live.place.throttle_key if is_start else "",
            throttle=live.config.throttle if is_start else None,
            ahead_ms=live.place.priority_ms + (0 if is_start else _CONTINUES_MS),
            due_ms=job.due_ms,
        )
        self._ready.add(entry)

    async def _end_sleep(self, live: _Live, job_id: str, job: Job) -> None:
        live.scheduled.pop(job_id, None)
        turn = _Turn(max(self._options.clock_ms(), job.due_ms), touched=[live])
        self._change(live, machine.wake(live.run, job_id, now_ms=turn.now_ms), turn)
        await self._settle(turn)

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
        key = admission.debounce_key(config, event)
        deadline_ms = None if debounce.timeout is None else turn.now_ms + debounce.timeout
        if key in self._debounces:
            held = msgspec.json.decode(self._debounces[key].body, type=_Debounced)
            if held.event.ts > event.ts:  # late news changes nothing
                turn.batch.marked.append(self._debounces[key])
                return
            deadline_ms = held.deadline_ms
        due_ms = turn.now_ms + debounce.period
        due_ms = due_ms if deadline_ms is None else min(due_ms, deadline_ms)
        mark = Mark("debounce", key, due_ms, msgspec.json.encode(_Debounced(config.id, event, deadline_ms)))
        self._debounces[key] = mark
        turn.batch.marked.append(mark)
        self._at(due_ms, partial(self._let_go, mark))

    def _let_go(self, mark: Mark) -> None:
        if self._debounces.get(mark.key) is not mark:
            return
        del self._debounces[mark.key]
        turn = _Turn(self._options.clock_ms())
        turn.batch.unmarked.append((mark.kind, mark.key))
        held = msgspec.json.decode(mark.body, type=_Debounced)
        if held.function_id in self._functions:
            self._start(self._functions[held.function_id], held.event, turn)
        self._spawn(self._settle(turn))

    def _start(self, config: FunctionConfig, event: Event, turn: _Turn) -> None:
        run = machine.start(new_id(turn.now_ms), config.id, event.encode(), now_ms=turn.now_ms, at_ms=event.ts)
        place = admission.place(config, msgspec.json.decode(run.event), run.created_ms)
        holder = self._singletons.get(place.singleton_key)
        if holder is not None and config.singleton is not None and config.singleton.mode == "skip":
            return
        key = admission.idempotency_key(config, event)
        if key and not self._is_news("idempotency", key, turn):
            return
        if holder is not None:
            self._change(holder, machine.cancel(holder.run, "a newer run", now_ms=turn.now_ms), turn)
        turn.batch.created.append(run)
        turn.touched.append(self._remember(_Live(run, config, place)))

    def _remember(self, live: _Live) -> _Live:
        run, config = live.run, live.config
        self._live[run.id] = self._by_function[config.id][run.id] = live
        if live.place.singleton_key:
            self._singletons[live.place.singleton_key] = live
        self._watch(live)
        return live

    def _is_news(self, kind: str, key: str, turn: _Turn) -> bool:
        """Whether this was not seen within a day. It is written either way, so that the answer waits for the commit."""
        key = admission.seen_key(key)
        until_ms = self._seen.get((kind, key), 0)
        is_news = until_ms <= turn.now_ms
        if is_news:
            until_ms = self._seen[kind, key] = turn.now_ms + SEEN_MS
        turn.batch.marked.append(Mark(kind, key, until_ms))
        return is_news

    async def _recover(self) -> None:
        runs, marks = await self._journal.load()
        now_ms = self._options.clock_ms()
        orphans: Counter[str] = Counter()
        for run in runs:
            config = self._functions.get(run.function_id)
            if config is None:
                orphans[run.function_id] += 1
                continue
            place = admission.place(config, msgspec.json.decode(run.event), run.created_ms)
            self._schedule(self._remember(_Live(run, config, place)))
        crons: dict[str, int] = {}
        for mark in marks:
            if mark.kind == "debounce":
                self._debounces[mark.key] = mark
                self._at(mark.at_ms, partial(self._let_go, mark))
            elif mark.kind == "cron":
                crons[mark.key] = mark.at_ms
            else:
                self._seen[mark.kind, mark.key] = mark.at_ms
        for config in self._functions.values():
            for cron in [trigger.cron for trigger in config.triggers if trigger.cron]:
                due_ms = crons.get(f"{config.id}:{cron}")
                self._expect(config, cron, next_cron_ms(cron, now_ms) if due_ms is None else due_ms, _Turn(now_ms))
        self._at(now_ms + _PRUNE_EVERY_MS, self._prune)
        log.info("engine started", functions=len(self._functions), runs=len(self._live), orphans=dict(orphans))

    def _expect(self, config: FunctionConfig, cron: str, due_ms: int, turn: _Turn) -> None:
        turn.batch.marked.append(Mark("cron", f"{config.id}:{cron}", due_ms))
        self._at(due_ms, partial(self._strike, config, cron, due_ms))
        self._spawn(self._settle(turn))

    def _strike(self, config: FunctionConfig, cron: str, due_ms: int) -> None:
        """A cron time has come. What was missed while the engine was down is made up for once."""
        turn = _Turn(self._options.clock_ms())
        event = Event(name=protocol.SCHEDULED, data={"cron": cron}, id=new_id(turn.now_ms), ts=due_ms)
        self._start(config, event, turn)
        self._expect(config, cron, next_cron_ms(cron, max(due_ms, turn.now_ms)), turn)

    def _prune(self) -> None:
        now_ms = self._options.clock_ms()
        self._at(now_ms + _PRUNE_EVERY_MS, self._prune)
        self._seen = {key: until_ms for key, until_ms in self._seen.items() if until_ms > now_ms}
        self._spawn(self._prune_journal(now_ms))

    async def _prune_journal(self, now_ms: int) -> None:
        before_ms = now_ms - int(self._options.retention_s * 1000)
        pruned = await self._journal.prune(finished_before_ms=before_ms, marks_before_ms=now_ms)
        log.debug("journal pruned", runs=pruned)


def new_id(now_ms: int) -> str:
    """A ULID: sorted by time, 26 characters."""
    number = (now_ms << 80) | secrets.randbits(80)
    return "".join(_ULID[(number >> shift) & 31] for shift in range(125, -5, -5))
