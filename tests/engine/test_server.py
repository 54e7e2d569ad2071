"""The engine as its owner sees it: start and refusal, restarts, operations, stop."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import inngest
import pytest
from starlette.applications import Starlette

from bot.engine import ConfigurationError, Engine, EngineStoppedError, JournalBusyError, Options, new_signing_key
from bot.web.inngest import in_process_call, inngest_routes
from tests.engine.worlds import Clock, Functions, embedded, send, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A SQLite database."""
    return f"sqlite:///{tmp_path}/engine.db"


def _sleeper(log: list[Any]) -> Any:
    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="sleeper", trigger=inngest.TriggerEvent(event="go"))
        async def sleeper(ctx: inngest.Context) -> None:
            async def work() -> None:
                log.append(("step", ctx.event.data["n"]))

            await ctx.step.run("work", work)
            await ctx.step.sleep("nap", timedelta(seconds=10))
            log.append(("end", ctx.event.data["n"]))

        return [sleeper]

    return build


async def test_a_function_that_needs_a_server_is_refused_at_start(url: str) -> None:
    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(
            fn_id="batched",
            batch_events=inngest.Batch(max_size=9, timeout=1000),
            trigger=inngest.TriggerEvent(event="go"),
        )
        async def batched(ctx: inngest.Context) -> None: ...

        return [batched]

    with pytest.raises(ConfigurationError, match=r"'conformance-batched'.*needs an Inngest server"):
        async with embedded(url, build):
            pytest.fail("started")
    async with embedded(url, _sleeper([])):
        pass  # the database was let go


async def test_steps_that_need_a_server_fail_the_run_by_name(url: str) -> None:
    seen: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        async def failed(ctx: inngest.Context) -> None:
            data: Any = ctx.event.data
            seen.append(data["error"]["message"])

        @client.create_function(fn_id="waits", on_failure=failed, trigger=inngest.TriggerEvent(event="go"))
        async def waits(ctx: inngest.Context) -> None:
            await ctx.step.wait_for_event("answer", event="answer", timeout=timedelta(hours=1))

        @client.create_function(fn_id="invokes", on_failure=failed, trigger=inngest.TriggerEvent(event="go"))
        async def invokes(ctx: inngest.Context) -> None:
            await ctx.step.invoke("other", function=waits)

        return [waits, invokes]

    async with embedded(url, build) as world:
        await send(world, "go")
        await until(lambda: len(seen) == 2)
    for words in ("'conformance-waits' uses step.wait_for_event", "'conformance-invokes' uses step.invoke"):
        assert any(words in message and "needs an Inngest server" in message for message in seen)


async def test_the_wrong_key_registers_nothing(url: str) -> None:
    client = inngest.Inngest(app_id="x", is_production=True, event_key="e", signing_key=new_signing_key())
    app = Starlette(routes=inngest_routes(client, _sleeper([])(client, ""), enable_unauthed_sync=False))
    engine = Engine(url, in_process_call(app), signing_key=new_signing_key())
    with pytest.raises(ValueError, match="401"):
        await engine.start(create_tables=True)


async def test_a_second_engine_is_told_off(url: str) -> None:
    async with embedded(url, _sleeper([])) as world:
        second = Engine(url, world.engine._call, signing_key=new_signing_key())
        with pytest.raises(JournalBusyError, match="Inngest server"):
            await second.start(wait_s=0)


async def test_a_restart_goes_on_where_it_stopped(database_url: str) -> None:
    """A sleep ends in the next process, though its time passed in between; the step before it does not run again."""
    log: list[Any] = []
    clock = Clock()
    async with embedded(database_url, _sleeper(log), clock=clock) as world:
        await send(world, "go", {"n": 1})
        await until(lambda: log == [("step", 1)])
        await world.quiet()
    clock.ahead_ms += 60_000
    async with embedded(database_url, _sleeper(log), clock=clock) as world:
        await until(lambda: ("end", 1) in log)
        await world.quiet()
    assert log == [("step", 1), ("end", 1)]


async def test_debounce_idempotency_and_event_ids_outlive_a_restart(database_url: str) -> None:
    log: list[Any] = []
    clock = Clock()

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(
            fn_id="held",
            debounce=inngest.Debounce(period=timedelta(seconds=5)),
            trigger=inngest.TriggerEvent(event="push"),
        )
        async def held(ctx: inngest.Context) -> None:
            log.append(("push", ctx.event.data["n"]))

        @client.create_function(fn_id="once", idempotency="event.data.key", trigger=inngest.TriggerEvent(event="once"))
        async def once(ctx: inngest.Context) -> None:
            log.append(("once", ctx.event.data["n"]))

        return [held, once]

    async with embedded(database_url, build, clock=clock) as world:
        await send(world, "push", {"n": 1}, id="p1")
        await send(world, "once", {"n": 1, "key": "k"})
        await until(lambda: ("once", 1) in log)
    async with embedded(database_url, build, clock=clock) as world:
        await send(world, "once", {"n": 2, "key": "k"})
        await send(world, "push", {"n": 2}, id="p1")
        await world.quiet()
        await world.advance(6)
        await until(lambda: len(log) == 2)
        await world.quiet()
        await world.advance(24 * 3600)
        await send(world, "once", {"n": 3, "key": "k"})
        await until(lambda: ("once", 3) in log)
    assert log == [("once", 1), ("push", 1), ("once", 3)]


async def test_a_missed_cron_is_made_up_for_once(url: str) -> None:
    log: list[int] = []
    clock = Clock()

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="hourly", trigger=inngest.TriggerCron(cron="0 * * * *"))
        async def hourly(ctx: inngest.Context) -> None:
            log.append(ctx.event.ts)

        return [hourly]

    async with embedded(url, build, clock=clock) as world:
        await world.quiet()
    clock.ahead_ms += 5 * 3_600_000
    async with embedded(url, build, clock=clock) as world:
        await until(lambda: len(log) == 1)
        await world.quiet()
        await world.advance(3600)
        await until(lambda: len(log) == 2)
        await world.quiet()
    assert len(log) == 2
    assert all(ts % 3_600_000 == 0 for ts in log)


async def test_runs_of_a_function_that_is_gone_are_kept(url: str) -> None:
    """A roll-back of the code finds them again."""
    log: list[Any] = []

    def other(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="other", trigger=inngest.TriggerEvent(event="other"))
        async def nothing(ctx: inngest.Context) -> None: ...

        return [nothing]

    clock = Clock()
    async with embedded(url, _sleeper(log), clock=clock) as world:
        await send(world, "go", {"n": 1})
        await until(lambda: len(log) == 1)
        await world.quiet()
    async with embedded(url, other, clock=clock) as world:
        await world.quiet()
        assert await world.engine.journaled_counts() == {("conformance-sleeper", "running"): 1}
    clock.ahead_ms += 10_000
    async with embedded(url, _sleeper(log), clock=clock):
        await until(lambda: ("end", 1) in log)


async def test_operations(url: str) -> None:
    """Counts for metrics, runs found, runs cancelled by their event's data."""
    log: list[Any] = []
    async with embedded(url, _sleeper(log)) as world:
        engine = world.engine
        assert engine.trouble() == ""
        for number in range(3):
            await send(world, "go", {"n": number, "installation_id": number % 2})
        await until(lambda: len(log) == 3)
        await world.quiet()
        assert engine.counts() == {("conformance-sleeper", "running"): 3}
        assert engine.lag_s() == 0
        assert await engine.cancel(data={"installation_id": 0}, reason="uninstalled") == 2
        assert await engine.cancel(function_id="conformance-none") == 0
        assert engine.counts() == {("conformance-sleeper", "running"): 1, ("conformance-sleeper", "cancelled"): 2}
        await world.advance(10)
        await until(lambda: ("end", 1) in log)
        await world.quiet()
        assert await engine.journaled_counts() == {
            ("conformance-sleeper", "cancelled"): 2,
            ("conformance-sleeper", "completed"): 1,
        }
    assert engine.trouble() == "the engine is not running"
    with pytest.raises(EngineStoppedError):
        await engine.receive([{"name": "go"}])


async def test_lag_is_the_age_of_what_waits(url: str) -> None:
    gate = asyncio.Event()

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(
            fn_id="slow", concurrency=[inngest.Concurrency(limit=1)], trigger=inngest.TriggerEvent(event="go")
        )
        async def slow(ctx: inngest.Context) -> None:
            await gate.wait()

        return [slow]

    async with embedded(url, build) as world:
        await send(world, "go")
        await send(world, "go")
        await until(lambda: world.engine.counts().get(("conformance-slow", "queued")) == 1)
        await world.advance(7)
        assert 7 <= world.engine.lag_s() < 20
        gate.set()
        await world.quiet()
        assert world.engine.lag_s() == 0


async def test_no_acknowledgement_before_the_commit(url: str) -> None:
    """An event, and its repetition too, is acknowledged only once it is durable."""
    async with embedded(url, _sleeper([])) as world:
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        event = {"name": "go", "data": {"n": 1}, "id": "one"}
        receiving = [asyncio.create_task(world.engine.receive([event])) for _ in range(2)]
        done, _ = await asyncio.wait(receiving, timeout=0.2)
        assert not done
        other.execute("ROLLBACK")
        other.close()
        assert await asyncio.gather(*receiving) == [["one"], ["one"]]


@pytest.mark.parametrize("event", [{"data": {}}, {"name": 5}, {"name": "x", "data": [1]}])
async def test_what_is_no_event_is_refused(url: str, event: Mapping[str, Any]) -> None:
    async with embedded(url, _sleeper([])) as world:
        with pytest.raises(ValueError, match=r"Expected|missing"):
            await world.engine.receive([event])


async def test_old_runs_are_pruned(url: str) -> None:
    log: list[Any] = []
    async with embedded(url, _sleeper(log)) as world:
        await send(world, "go", {"n": 1})
        await until(lambda: len(log) == 1)
        await world.quiet()
        await world.advance(10)
        await until(lambda: len(log) == 2)
        await world.quiet()
        assert await world.engine.journaled_counts() == {("conformance-sleeper", "completed"): 1}
        await world.advance(3 * 86_400 + 3_600)
        await world.quiet()
        assert await world.engine.journaled_counts() == {}


class _App:
    """An application whose endpoint misbehaves as told."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.trouble: list[Any] = []

    async def __call__(self, method: str, query: Any, headers: Any, body: bytes) -> Any:
        if method == "POST" and self.trouble:
            trouble = self.trouble.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            if trouble == "hang":
                await asyncio.Event().wait()
            return trouble
        return await self.call(method, query, headers, body)


async def test_an_application_in_trouble_is_called_again(url: str) -> None:
    """It throws, answers as no SDK does, or does not answer at all: each costs one attempt."""
    log: list[Any] = []
    key = new_signing_key()
    client = inngest.Inngest(app_id="x", is_production=True, event_key="e", signing_key=key)

    @client.create_function(fn_id="f", trigger=inngest.TriggerEvent(event="go"))
    async def function(ctx: inngest.Context) -> None:
        log.append(ctx.attempt)

    app = _App(in_process_call(Starlette(routes=inngest_routes(client, [function], enable_unauthed_sync=False))))
    app.trouble = [OSError("no route"), (502, {}, b"bad gateway"), "hang"]
    options = Options(backoff=lambda attempt: 0.01, call_timeout_s=0.2)
    engine = Engine(url, app, signing_key=key, options=options)
    await engine.start(create_tables=True)
    await engine.receive([{"name": "go"}])
    await until(lambda: log == [3])
    await engine.stop()


async def test_stop_waits_for_calls_and_cuts_off_what_takes_too_long(url: str) -> None:
    """A call that ends in time is journaled; one that does not is repeated at the next start."""
    log: list[Any] = []
    soon, gate = asyncio.Event(), asyncio.Event()

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="slow", trigger=inngest.TriggerEvent(event="go"))
        async def slow(ctx: inngest.Context) -> None:
            log.append(("call", ctx.event.data["n"]))
            await (soon if ctx.event.data["n"] == 1 else gate).wait()
            log.append(("end", ctx.event.data["n"]))

        return [slow]

    async with embedded(url, build) as world:
        await send(world, "go", {"n": 1})
        await send(world, "go", {"n": 2})
        await until(lambda: len(log) == 2)
        asyncio.get_running_loop().call_later(0.1, soon.set)
        await world.engine.stop(drain_timeout_s=2)
    assert ("end", 1) in log
    assert ("end", 2) not in log
    gate.set()
    async with embedded(url, build) as world:
        await until(lambda: ("end", 2) in log)
        await world.quiet()
    assert log.count(("call", 1)) == 1
    assert log.count(("call", 2)) == 2
