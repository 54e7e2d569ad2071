"""The transitions: random programs, failures and crashes; nothing may be lost and nothing doubled."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import machine
from bot.engine.configuration import NEVER_MS, Duration, FunctionConfig, Retries, Step, Timeouts
from bot.engine.machine import ROOT, Job, Run, RunState
from bot.engine.protocol import Event, Raised, Reply, Returned, StepOp, Stepped, memo_data


def _config(attempts: int, **more: Any) -> FunctionConfig:
    return FunctionConfig(id="app-f", steps={"step": Step(retries=Retries(attempts=attempts - 1))}, **more)


CONFIG = _config(3)
EVENT = msgspec.json.encode(Event(name="go", data={"a": 1}, id="e", ts=1))

Stage = tuple[str, ...]
"""Names of the steps of one stage; several are a parallel group. A name that starts with z is a sleep."""


def _start() -> Run:
    return machine.begin(machine.start("run", CONFIG.id, EVENT, now_ms=0), now_ms=0)


def _answer(run: Run, reply: Reply, job_id: str = ROOT, now_ms: int = 0, config: FunctionConfig = CONFIG) -> Run:
    return machine.answer(run, config, job_id, reply, now_ms=now_ms, backoff=lambda attempt: 10.0 * (attempt + 1))


def _op(op: str, id: str, **more: Any) -> StepOp:
    return StepOp(id=id, op=op, **more)


def _sleep(id: str, seconds: int) -> StepOp:
    return _op("Sleep", id, name=f"1970-01-01T00:00:{seconds:02d}.000Z")


@dataclass
class _World:
    """A program, an SDK that runs it as inngest-py does, a journal, and what the steps have done."""

    stages: list[Stage]
    executed: Counter[str] = field(default_factory=Counter)
    journaled_when_executed: list[str] = field(default_factory=list)

    def call(self, run: Run, job_id: str, fails: bool) -> Reply:
        """What the SDK answers to a call for the root or for one step."""
        if job_id != ROOT:
            return self._execute(run, job_id, fails)
        for number, stage in enumerate(self.stages):
            missing = [name for name in stage if name not in run.memos]
            if not missing:
                continue
            for earlier in self.stages[:number]:
                assert set(earlier) <= run.memos.keys()
            if len(stage) > 1 or stage[0].startswith("z"):
                return Stepped(tuple(_sleep(n, 1) if n[0] == "z" else _op("StepPlanned", n) for n in missing))
            if machine.plans_only(run, ROOT):
                return Stepped((_op("StepPlanned", stage[0]),))
            return self._execute(run, stage[0], fails)
        return Raised({"message": "at the end"}) if fails else Returned(b'"end"')

    def _execute(self, run: Run, name: str, fails: bool) -> Reply:
        if name in run.memos:
            self.journaled_when_executed.append(name)
        if fails:
            return Stepped((_op("StepError", name, error={"message": "no", "name": "E"}),))
        self.executed[name] += 1
        return Stepped((_op("StepRun", name, data=_raw(name)),))


def _message(run: Run) -> str:
    return str(json.loads(run.result)["message"])


def _raw(value: Any) -> Any:
    return msgspec.Raw(json.dumps(value).encode())


@st.composite
def _programs(draw: st.DrawFn) -> list[Stage]:
    kinds = draw(st.lists(st.lists(st.sampled_from("sz"), min_size=1, max_size=3), min_size=1, max_size=4))
    return [tuple(f"{kind}{stage}{place}" for place, kind in enumerate(row)) for stage, row in enumerate(kinds)]


@settings(max_examples=150, deadline=None)
@given(
    _programs(),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["ok", "ok", "fail", "lost", "late"])), max_size=60),
)
def test_nothing_lost_nothing_doubled(stages: list[Stage], luck: list[tuple[int, str]]) -> None:
    """Whatever fails, is lost with the process or comes twice: a journaled step never runs again, and the run ends."""
    config = _config(1000)
    world = _World(stages)
    run = machine.start("run", config.id, EVENT, now_ms=0)
    lost: Counter[str] = Counter()
    now_ms = 0
    choices = iter(luck)
    for _ in range(2000):
        if run.state.is_over:
            break
        assert run.jobs, "a run that is not over has something to do"
        place, outcome = next(choices, (0, "ok"))
        job_id = sorted(run.jobs)[place % len(run.jobs)]
        now_ms = max(now_ms, run.jobs[job_id].due_ms)
        if run.jobs[job_id].kind == "sleep":
            run = machine.wake(run, job_id, now_ms=now_ms)
            continue
        run = machine.begin(run, now_ms=now_ms)
        before = Counter(world.executed)
        reply = world.call(run, job_id, outcome == "fail")
        if outcome == "lost":  # killed before the journal knew: the call is repeated
            lost.update(world.executed - before)
            continue
        after = _answer(run, reply, job_id, now_ms, config)
        if outcome == "late":  # the same answer once more changes nothing
            again = _answer(after, reply, job_id, now_ms, config)
            assert again.memos == after.memos
        run = after
    assert run.state is RunState.COMPLETED
    assert run.result == b'"end"'
    assert not run.jobs
    assert world.journaled_when_executed == []
    for name in {name for stage in stages for name in stage}:
        if name.startswith("s"):
            assert world.executed[name] - lost[name] == 1
            assert run.memos[name] == memo_data(json.dumps(name).encode())
        else:
            assert run.memos[name] == b"null"


def test_a_run_is_due_at_once_or_when_its_event_is() -> None:
    for at_ms, due_ms in ((0, 7), (6, 7), (8, 8)):
        run = machine.start("run", CONFIG.id, EVENT, now_ms=7, at_ms=at_ms)
        assert (run.created_ms, run.state, run.jobs) == (7, RunState.QUEUED, {ROOT: Job(due_ms)})
    assert machine.start("run", CONFIG.id, EVENT, now_ms=7).jobs == {ROOT: Job(7)}


def test_a_run_begins_with_its_first_call() -> None:
    begun = machine.begin(machine.start("run", CONFIG.id, EVENT, now_ms=0), now_ms=3)
    assert (begun.state, begun.started_ms) == (RunState.RUNNING, 3)
    assert machine.begin(begun, now_ms=4) is begun


def test_answers_and_wake_ups_that_nobody_waits_for_change_nothing() -> None:
    run = _answer(_start(), Stepped((_op("StepPlanned", "a"), _sleep("z", 5))))
    assert _answer(run, Stepped((_op("StepRun", "b"),)), "b") is run
    assert machine.wake(run, "b", now_ms=9_000) is run
    assert machine.wake(run, "a", now_ms=9_000) is run, "a call is no sleep"


def test_a_run_that_is_over_stays_as_it_is() -> None:
    """Late answers, wake-ups and cancellations change nothing."""
    over = _answer(_start(), Returned(b"1"), now_ms=5)
    assert (over.state, over.finished_ms, over.result) == (RunState.COMPLETED, 5, b"1")
    assert _answer(over, Returned(b"2")) is over
    assert machine.cancel(over, "late", now_ms=9) is over
    assert machine.wake(over, "x", now_ms=9) is over


def test_attempts_count_for_each_job() -> None:
    """An error retries the same job later; after a success the next call starts counting anew."""
    failing = Stepped((_op("StepError", "a", error={"message": "m", "name": "E"}),))
    once = _answer(_start(), failing)
    assert once.jobs == {ROOT: Job(10_000, 1)}
    twice = _answer(once, failing, now_ms=10_000)
    assert twice.jobs == {ROOT: Job(30_000, 2)}
    done = _answer(twice, Stepped((_op("StepRun", "a"),)), now_ms=30_000)
    assert done.jobs == {ROOT: Job(30_000, 0)}
    last = _answer(twice, failing, now_ms=30_000)
    assert last.jobs == {ROOT: Job(30_000, 0)}
    assert json.loads(last.memos["a"]) == {"error": {"message": "m", "name": "E", "stack": None}}


def test_attempts_of_a_function_are_counted_to_the_last() -> None:
    """A call that fails outside of steps is repeated, beside what else is under way, and fails the run in the end."""
    raised = Raised({"message": "m"})
    run = _answer(_start(), Stepped((_sleep("z", 39), _op("StepPlanned", "a"))))
    first = _answer(run, raised, "a")
    assert first.jobs == {"z": Job(39_000, kind="sleep"), "a": Job(10_000, 1)}
    second = _answer(first, raised, "a", now_ms=10_000)
    assert second.jobs["a"] == Job(30_000, 2)
    third = _answer(second, raised, "a", now_ms=30_000)
    assert (third.state, third.jobs, json.loads(third.result)) == (RunState.FAILED, {}, {"message": "m"})


def test_a_step_that_failed_for_good_is_remembered() -> None:
    for reply in (Stepped((_op("StepFailed", "a"),)), Stepped((_op("StepError", "a"),), retriable=False)):
        error = json.loads(_answer(_start(), reply).memos["a"])["error"]
        assert (error["name"], error["message"]) == ("Error", "")


def test_a_new_step_is_planned_while_other_jobs_are_out() -> None:
    run = _answer(_start(), Stepped((_op("StepPlanned", "a"),)))
    assert not machine.plans_only(run, "a")
    run = _answer(_start(), Stepped((_op("StepPlanned", "a"), _sleep("z", 5))))
    assert machine.plans_only(run, "a")


@pytest.mark.parametrize(
    ("reply", "state", "due_ms"),
    [
        (Raised({"message": "m"}), RunState.RUNNING, 10_000),
        (Raised({"message": "m"}, retry_at_ms=77_000), RunState.RUNNING, 77_000),
        (Raised({"message": "m"}, retriable=False), RunState.FAILED, None),
        (Stepped((_op("StepError", "a", error={}),), retriable=False), RunState.RUNNING, 0),
        (Stepped((_op("StepFailed", "a", error={}),)), RunState.RUNNING, 0),
        (Stepped(()), RunState.RUNNING, 0),
    ],
    ids=["retried", "retried at its time", "final", "final step", "last attempt of a step", "nothing"],
)
def test_errors(reply: Reply, state: RunState, due_ms: int | None) -> None:
    after = _answer(_start(), reply)
    assert after.state is state
    assert (after.jobs[ROOT].due_ms if after.jobs else None) == due_ms


@pytest.mark.parametrize(
    ("op", "words"),
    [("WaitForEvent", "step.wait_for_event"), ("InvokeFunction", "step.invoke"), ("AIGateway", "step.ai.infer")],
)
def test_steps_that_need_a_server_end_the_run(op: str, words: str) -> None:
    after = _answer(_start(), Stepped((_op(op, "x", display_name="my step"),)))
    message = json.loads(after.result)["message"]
    assert after.state is RunState.FAILED
    for part in (words, "app-f", "my step", "needs an Inngest server"):
        assert part in message


def test_a_step_without_a_name_is_called_by_its_id() -> None:
    after = _answer(_start(), Stepped((_op("Quantum", "x"),)), now_ms=4)
    message = "Function 'app-f' uses Quantum, which needs an Inngest server (step 'x')."
    assert json.loads(after.result) == {"name": "EngineError", "message": message}
    assert (after.finished_ms, after.jobs) == (4, {})


def test_what_is_known_or_under_way_stays_as_it_is() -> None:
    """An answer that names a step again neither replaces its memo nor its job; an unknown nothing asks for nothing."""
    run = _answer(_start(), Stepped((_op("StepPlanned", "a"), _sleep("z", 5), _op("StepRun", "m", data=_raw(1)))))
    again = (
        _op("StepPlanned", "a"), _sleep("z", 9), _op("StepRun", "m", data=_raw(2)), _op("StepFailed", "m"),
        _op("StepPlanned", "m"), _sleep("m", 9), _op("None", "n"),
    )  # fmt: skip
    after = _answer(run, Stepped((*again, _op("StepPlanned", "b"))), "a", now_ms=3)
    assert after.jobs == {"a": Job(3), "z": Job(5_000, kind="sleep"), "b": Job(3)}
    assert after.memos == {"m": memo_data(b"1")}


def test_a_wait_group_is_discovered_again_when_all_are_done() -> None:
    planned = _answer(_start(), Stepped((_op("StepPlanned", "a"), _sleep("z", 5))))
    assert set(planned.jobs) == {"a", "z"}
    one = _answer(planned, Stepped((_op("StepRun", "a"),)), "a")
    assert set(one.jobs) == {"z"}
    assert machine.wake(one, "z", now_ms=4_999) is one
    both = machine.wake(one, "z", now_ms=5_000)
    assert both.jobs == {ROOT: Job(5_000)}
    assert list(both.memos) == ["a", "z"]


def test_a_race_is_discovered_again_at_each_news() -> None:
    race = {"parallelMode": "race"}
    ops = (_op("StepPlanned", "a", opts=race), _op("StepPlanned", "b", opts=race), _op("StepPlanned", "c", opts=race))
    planned = _answer(_start(), Stepped(ops))
    one = _answer(planned, Stepped((_op("StepRun", "a"),)), "a")
    assert set(one.jobs) == {ROOT, "b", "c"}
    assert machine.plans_only(one, ROOT)
    stale = _answer(one, Stepped((_op("StepRun", "b"),)), "b")  # while the root job is out
    again = _answer(stale, Stepped(ops[2:]))
    assert set(again.jobs) == {ROOT, "c"}
    settled = _answer(again, Stepped(ops[2:]))
    assert set(settled.jobs) == {"c"}


def test_the_end_of_a_sleep_is_news_in_a_race() -> None:
    race = {"parallelMode": "race"}
    sleep = StepOp(id="z", op="Sleep", name="1970-01-01T00:00:05.000Z", opts=race)
    run = _answer(_start(), Stepped((_op("StepPlanned", "a", opts=race), sleep)))
    assert set(machine.wake(run, "z", now_ms=5_000).jobs) == {ROOT, "a"}


def test_after_a_race_a_wait_group_waits() -> None:
    """What a race leaves behind does not hurry the next group."""
    race = {"parallelMode": "race"}
    run = _answer(_start(), Stepped((_op("StepPlanned", "a", opts=race),)))
    run = _answer(run, Stepped((_op("StepRun", "a"),)), "a")
    assert set(run.jobs) == {ROOT}
    run = _answer(run, Stepped((_op("StepPlanned", "b"), _op("StepPlanned", "c"))))
    run = _answer(run, Stepped((_op("StepRun", "b"),)), "b")
    assert set(run.jobs) == {"c"}


def test_timeouts() -> None:
    config = _config(3, timeouts=Timeouts(start=Duration(1000), finish=Duration(2000)))
    queued = machine.start("run", config.id, EVENT, now_ms=500)
    assert machine.expire(queued, config, now_ms=1499) is queued
    assert _message(machine.expire(queued, config, now_ms=1500)) == "Run cancelled: start timeout"
    running = machine.begin(queued, now_ms=1000)
    assert machine.expire(running, config, now_ms=2999) is running
    assert _message(machine.expire(running, config, now_ms=3000)) == "Run cancelled: finish timeout"
    for reply in (Stepped((_op("StepRun", "a"),)), Raised({}, retriable=False)):
        assert _answer(running, reply, now_ms=3000, config=config).state is RunState.CANCELLED
        assert _answer(running, reply, now_ms=2999, config=config).state is not RunState.CANCELLED
    in_time = _answer(running, Returned(b"1"), now_ms=3000, config=config)
    assert in_time.state is RunState.COMPLETED  # a last call that began in time counts, as on the server
    assert machine.deadline(running, CONFIG)[1] >= NEVER_MS


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (_answer(_start(), Returned(b"1")), ["inngest/function.finished"]),
        (
            _answer(_start(), Raised({"message": "m"}, retriable=False)),
            ["inngest/function.finished", "inngest/function.failed"],
        ),
        (machine.cancel(_start(), "why", now_ms=0), ["inngest/function.finished", "inngest/function.cancelled"]),
        (_start(), []),
    ],
    ids=["completed", "failed", "cancelled", "not over"],
)
def test_lifecycle_events(after: Run, names: list[str]) -> None:
    events = machine.lifecycle_events(after, lambda name: True, now_ms=9)
    assert [one.name for one in events] == names
    for event in events:
        assert (event.id, event.ts) == (f"run:{event.name}", 9)
        heard = machine.lifecycle_events(after, event.name.__eq__, now_ms=9)
        assert heard == (event,)
        data = dict(event.data)
        outcome = data.pop("result" if after.state is RunState.COMPLETED else "error")
        assert outcome == json.loads(after.result)
        told = json.loads(EVENT)
        assert data == {"function_id": "app-f", "run_id": "run", "event": told, "events": [told]}


def test_a_cancelled_run_says_why() -> None:
    cancelled = machine.cancel(_start(), "why", now_ms=8)
    assert json.loads(cancelled.result) == {"name": "CancelledError", "message": "Run cancelled: why"}
    assert (cancelled.finished_ms, cancelled.jobs) == (8, {})


def test_the_end_of_a_lifecycle_run_tells_nothing_further() -> None:
    event = msgspec.json.encode(Event(name="inngest/function.failed", data={}))
    run = machine.start("run", "app-f-failure", event, now_ms=0)
    assert machine.lifecycle_events(_answer(run, Raised({}, retriable=False)), lambda name: True, now_ms=0) == ()


def test_backoff_is_inngests_table() -> None:
    backoff = machine.default_backoff(lambda: 0.5)
    waits = [backoff(attempt) - 15 for attempt in (*range(10), 30)]
    assert waits == [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 7200]


def test_what_the_journal_stores_keeps_its_names() -> None:
    """Runs of the version before are read by the one after."""
    assert [str(state) for state in RunState] == ["queued", "running", "completed", "failed", "cancelled"]
    run = machine.start("run", CONFIG.id, EVENT, now_ms=0)
    assert msgspec.to_builtins(run.jobs) == {"": {"due_ms": 0, "attempt": 0, "kind": "call"}}
    assert (run.result, run.memos, run.is_race, run.is_stale) == (b"null", {}, False, False)
