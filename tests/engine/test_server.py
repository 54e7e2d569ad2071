"""The engine as its owner sees it: start and refusal, restarts, operations, stop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import inngest
import pytest

from bot.engine.configuration import ConfigurationError
from bot.engine.connection import JournalBusyError
from bot.engine.journal import EngineStoppedError
from bot.engine.server import Engine
from tests.engine.worlds import Clock, Functions, embedded, send, sleeper, stretched, until

pytestmark = pytest.mark.anyio


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
    async with embedded(url, sleeper([])):
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


async def test_a_second_engine_is_told_off(url: str) -> None:
    async with embedded(url, sleeper([])) as world:
        second = Engine(url, world.engine._functions, world.engine._call)
        with pytest.raises(JournalBusyError, match="Inngest server"):
            await second.start(wait_s=0)


async def test_a_restart_goes_on_where_it_stopped(database_url: str) -> None:
    """A sleep ends in the next process, though its time passed in between; the step before it does not run again."""
    log: list[Any] = []
    clock = Clock()
    async with embedded(database_url, sleeper(log), clock=clock) as world:
        await send(world, "go", {"n": 1})
        await until(lambda: log == [("step", 1)])
        await world.quiet()
    clock.advance(stretched(60))
    async with embedded(database_url, sleeper(log), clock=clock) as world:
        await until(lambda: ("end", 1) in log)
        await world.quiet()
    assert log == [("step", 1), ("end", 1)]


async def test_operations(url: str) -> None:
    """Runs are counted by function and state; an engine that stopped says so."""
    log: list[Any] = []
    async with embedded(url, sleeper(log)) as world:
        engine = world.engine
        assert engine.trouble() == ""
        for number in range(3):
            await send(world, "go", {"n": number})
        await until(lambda: len(log) == 3)
        await world.quiet()
        assert await engine.counts() == {("conformance-sleeper", "running"): 3}
        await world.advance(10)
        await until(lambda: len(log) == 6)
        await world.quiet()
        assert await engine.counts() == {("conformance-sleeper", "completed"): 3}
    assert engine.trouble() == "the engine is not running"
    with pytest.raises(EngineStoppedError):
        await engine.receive([{"name": "go"}])


LONE = {"name": "x", "data": {"half a character": "\ud800"}}


@pytest.mark.parametrize("event", [{"data": {}}, {"name": 5}, {"name": "x", "data": [1]}, LONE])
async def test_what_is_no_event_is_refused(url: str, event: Mapping[str, Any]) -> None:
    async with embedded(url, sleeper([])) as world:
        with pytest.raises(ValueError, match=r"Expected|missing|surrogates"):
            await world.engine.receive([{"name": "go", "data": {"n": 1}}, event])
        await world.quiet()
        assert await world.engine.counts() == {}


async def test_stop_waits_for_calls_and_cuts_off_what_takes_too_long(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
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

    wait = asyncio.wait

    async def wait_for_the_first(tasks: Any, *, timeout: float | None = None) -> Any:
        """The time to drain ends when the first is journaled: no number of seconds is surely enough for that."""
        if timeout is not None:
            soon.set()
            while (await world.engine.counts()).get(("conformance-slow", "completed")) != 1:
                await asyncio.sleep(0)
            return await wait(tasks, timeout=0)
        return await wait(tasks)

    async with embedded(url, build) as world:
        await send(world, "go", {"n": 1})
        await send(world, "go", {"n": 2})
        await until(lambda: len(log) == 2)
        monkeypatch.setattr(asyncio, "wait", wait_for_the_first)
        await world.engine.stop()
        monkeypatch.undo()
    assert ("end", 1) in log
    assert ("end", 2) not in log
    gate.set()
    async with embedded(url, build) as world:
        await until(lambda: ("end", 2) in log)
        await world.quiet()
    assert log.count(("call", 1)) == 1
    assert log.count(("call", 2)) == 2
