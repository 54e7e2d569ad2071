"""Every transition of a run: `run, what happened -> the run after it`. Pure; times are milliseconds since 1970.

A run is a set of jobs. The root job ("") calls the function to discover what comes next; a job named by a step's hash
calls the function for that one step (a parallel plan) or sleeps until its time and then leaves a null memo. A run goes
on being called until it returns, fails or is cancelled:

    queued  --begin-->  running                                the first call goes out
    running --reply-->  running                                memos added, jobs replaced
    running --due-->    running                                a sleep is over
    queued | running --reply, cancel, time-out--> completed | failed | cancelled     no jobs left

Once over, a run changes no more: late replies are dropped. A job in flight when the process dies is simply still
there afterwards and is called again; a memo that was journaled is sent along, so its step does not run twice.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bot.engine import protocol
from bot.engine.configuration import FunctionConfig
from bot.engine.protocol import Event, Opcode, Raised, Reply, Returned, StepOp, Stepped

ROOT = ""
BACKOFF_S = (15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200)  # Inngest's table
BACKOFF_JITTER_S = 30

Backoff = Callable[[int], float]
"""Seconds to wait after the attempt of that number (0 is the first)."""


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen."""
        return self not in {RunState.QUEUED, RunState.RUNNING}


_TOLD = {
    RunState.COMPLETED: (protocol.FUNCTION_FINISHED,),
    RunState.FAILED: (protocol.FUNCTION_FINISHED, protocol.FUNCTION_FAILED),
    RunState.CANCELLED: (protocol.FUNCTION_FINISHED, protocol.FUNCTION_CANCELLED),
}


class Job(Struct, frozen=True):
    """Something to do at `due_ms`: a call of the function, or the end of a sleep."""

    due_ms: int
    attempt: int = 0
    kind: Literal["call", "sleep"] = "call"


class Run(Struct, frozen=True, kw_only=True):
    """One run. `event` is its JSON; `memos` are finished steps in order; `result` the output or the error.

    `is_race` remembers a parallel group that goes on as each member finishes; `is_stale` that a step finished while
    the root job was out, so that it must be called once more.
    """

    id: str
    function_id: str
    event: bytes
    created_ms: int
    state: RunState = RunState.QUEUED
    started_ms: int | None = None
    finished_ms: int | None = None
    jobs: dict[str, Job] = {}
    memos: dict[str, bytes] = {}
    result: bytes = b"null"
    is_race: bool = False
    is_stale: bool = False


def start(run_id: str, function_id: str, event: bytes, *, now_ms: int, at_ms: int = 0) -> Run:
    """A new run, due now or at `at_ms` if that is later."""
    jobs = {ROOT: Job(max(now_ms, at_ms))}
    return Run(id=run_id, function_id=function_id, event=event, created_ms=now_ms, jobs=jobs)


def begin(run: Run, *, now_ms: int) -> Run:
    """The first call goes out; later calls change nothing."""
    if run.state is not RunState.QUEUED:
        return run
    return replace(run, state=RunState.RUNNING, started_ms=now_ms)


def answer(run: Run, config: FunctionConfig, job_id: str, reply: Reply, *, now_ms: int, backoff: Backoff) -> Run:
    """A call has been answered."""
    if job_id not in run.jobs:
        return run
    if isinstance(reply, Returned):  # in time if its call began in time, as on the server
        return _end(run, RunState.COMPLETED, reply.output, now_ms)
    run = expire(run, config, now_ms=now_ms)
    if run.state.is_over:
        return run
    if isinstance(reply, Raised):
        return _raised(run, config, job_id, reply, now_ms, backoff)
    return _stepped(run, config, job_id, reply, now_ms, backoff)


def wake(run: Run, job_id: str, *, now_ms: int) -> Run:
    """A sleep is over."""
    job = run.jobs.get(job_id)
    if job is None or job.kind != "sleep" or job.due_ms > now_ms:
        return run
    rest = {name: one for name, one in run.jobs.items() if name != job_id}
    return _discover(replace(run, jobs=rest, memos={**run.memos, job_id: b"null"}), now_ms, is_news=True)


def cancel(run: Run, reason: str, *, now_ms: int) -> Run:
    """An event, a time-out, a newer singleton or the operator ends the run."""
    if run.state.is_over:
        return run
    error = {"name": "CancelledError", "message": f"Run cancelled: {reason}"}
    return _end(run, RunState.CANCELLED, msgspec.json.encode(error), now_ms)


def expire(run: Run, config: FunctionConfig, *, now_ms: int) -> Run:
    """Cancels a run that has waited for its start, or gone on since, for longer than its function allows."""
    what, deadline_ms = deadline(run, config)
    return cancel(run, f"{what} timeout", now_ms=now_ms) if now_ms >= deadline_ms else run


def deadline(run: Run, config: FunctionConfig) -> tuple[str, int]:
    """What the function's time-outs bound next, "start" or "finish", and until when; NEVER_MS or more is no bound."""
    if run.started_ms is None:
        return "start", run.created_ms + config.timeouts.start
    return "finish", run.started_ms + config.timeouts.finish


def plans_only(run: Run, job_id: str) -> bool:
    """Whether a new step must be planned, not run at once: other jobs of the run are still out."""
    return any(other != job_id for other in run.jobs)


def lifecycle_events(run: Run, is_heard: Callable[[str], bool], *, now_ms: int) -> tuple[Event, ...]:
    """What the end of a run tells those who hear it: finished, and failed or cancelled. Runs of such events tell
    nothing further.
    """
    names = [name for name in _TOLD.get(run.state, ()) if is_heard(name)]
    event = msgspec.json.decode(run.event) if names else {}
    if not names or event["name"] in protocol.LIFECYCLE:
        return ()
    outcome = "result" if run.state is RunState.COMPLETED else "error"
    data: dict[str, Any] = {
        "function_id": run.function_id,
        "run_id": run.id,
        "event": event,
        "events": [event],
        outcome: msgspec.json.decode(run.result),
    }
    return tuple(Event(name=name, id=f"{run.id}:{name}", ts=now_ms, data=data) for name in names)


def default_backoff(jitter: Callable[[], float]) -> Backoff:
    """Inngest's retry delays; `jitter` gives 0 to 1."""
    return lambda attempt: BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)] + BACKOFF_JITTER_S * jitter()


def _raised(run: Run, config: FunctionConfig, job_id: str, reply: Raised, now_ms: int, backoff: Backoff) -> Run:
    attempt = run.jobs[job_id].attempt
    if not reply.retriable or attempt + 1 >= config.attempts:
        return _end(run, RunState.FAILED, msgspec.json.encode(reply.error), now_ms)
    due_ms = reply.retry_at_ms if reply.retry_at_ms is not None else now_ms + int(1000 * backoff(attempt))
    return replace(run, jobs={**run.jobs, job_id: Job(due_ms, attempt + 1)})


def _stepped(run: Run, config: FunctionConfig, job_id: str, reply: Stepped, now_ms: int, backoff: Backoff) -> Run:
    attempt = run.jobs[job_id].attempt
    can_retry = reply.retriable and attempt + 1 < config.attempts
    jobs = {name: one for name, one in run.jobs.items() if name != job_id}
    memos = dict(run.memos)
    for op in reply.ops:
        if op.op == Opcode.RUN:
            memos.setdefault(op.id, protocol.memo_data(bytes(op.data)))
        elif op.op == Opcode.ERROR and can_retry:
            jobs[job_id] = Job(now_ms + int(1000 * backoff(attempt)), attempt + 1)
        elif op.op in {Opcode.ERROR, Opcode.FAILED}:
            memos.setdefault(op.id, protocol.memo_error(op.error or {}))
        elif op.op == Opcode.PLANNED and op.id not in memos:
            jobs.setdefault(op.id, Job(now_ms))
        elif op.op == Opcode.SLEEP and op.id not in memos:
            jobs.setdefault(op.id, Job(protocol.timestamp_ms(op.name or ""), kind="sleep"))
        elif op.op not in protocol.OPCODES:
            return _refuse(run, config, op, now_ms)
    is_race = run.is_race or any(op.is_race for op in reply.ops)
    is_news = len(memos) > len(run.memos) or (run.is_stale and job_id == ROOT)
    is_stale = run.is_stale and job_id != ROOT
    return _discover(replace(run, jobs=jobs, memos=memos, is_race=is_race, is_stale=is_stale), now_ms, is_news=is_news)


def _discover(run: Run, now_ms: int, *, is_news: bool) -> Run:
    """The root job comes back when nothing else is left to do, or, in a race, at each piece of news."""
    if ROOT in run.jobs:
        return replace(run, is_stale=run.is_stale or is_news)
    if run.jobs and not (run.is_race and is_news):
        return run
    return replace(run, jobs={**run.jobs, ROOT: Job(now_ms)}, is_race=run.is_race and bool(run.jobs))


def _refuse(run: Run, config: FunctionConfig, op: StepOp, now_ms: int) -> Run:
    what = protocol.REFUSED_OPCODES.get(op.op, op.op)
    message = f"Function {config.id!r} uses {what}, which needs an Inngest server (step {op.display_name or op.id!r})."
    return _end(run, RunState.FAILED, msgspec.json.encode({"name": "EngineError", "message": message}), now_ms)


def _end(run: Run, state: RunState, result: bytes, now_ms: int) -> Run:
    return replace(run, state=state, result=result, finished_ms=now_ms, jobs={})
