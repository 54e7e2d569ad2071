"""What flow control and time do, on the embedded engine and (INNGEST_SERVER_URL) on a real Inngest server alike."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import inngest
import pytest

from tests.engine.conftest import Enter
from tests.engine.worlds import Functions, send, until

pytestmark = pytest.mark.anyio
Trigger = inngest.TriggerEvent


async def test_idempotency(enter: Enter) -> None:
    """An event id has its effect once a day; so has the value of a function's `idempotency`."""
    seen: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="any", trigger=Trigger(event=f"{prefix}go"))
        async def every(ctx: inngest.Context) -> None:
            seen.append(f"any {ctx.event.data['n']}")

        @client.create_function(fn_id="once", idempotency="event.data.key", trigger=Trigger(event=f"{prefix}go"))
        async def once(ctx: inngest.Context) -> None:
            seen.append(f"once {ctx.event.data['n']}")

        return [every, once]

    async with enter(build) as world:
        for number, (key, id) in enumerate([("k", "id1"), ("k", "id1"), ("k", "id2"), ("l", "id3")]):
            await send(world, "go", {"n": number, "key": key}, id=f"{world.prefix}{id}")
            await world.quiet()
        await until(lambda: len(seen) >= 5)
        await world.quiet()
    assert sorted(seen) == ["any 0", "any 2", "any 3", "once 0", "once 3"]


async def test_concurrency_by_key(enter: Enter) -> None:
    """A key has at most its limit of calls; a full key holds up no other; a scope is shared by functions."""
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    ended: list[str] = []
    slow, quick = asyncio.Event(), asyncio.Event()

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        async def work(ctx: inngest.Context) -> None:
            key = str(ctx.event.data["key"])
            running.update([key, "all"])
            for name in running:
                most[name] = max(most[name], running[name])
            try:
                await (slow if key == "slow" else quick).wait()
            finally:
                running.subtract([key, "all"])
            ended.append(key)

        limits = [
            inngest.Concurrency(limit=2, key="event.data.key"),
            inngest.Concurrency(limit=3, scope="env", key="'shared'"),
        ]
        one = client.create_function(fn_id="one", concurrency=limits, trigger=Trigger(event=f"{prefix}one"))(work)
        two = client.create_function(fn_id="two", concurrency=limits, trigger=Trigger(event=f"{prefix}two"))(work)
        return [one, two]

    async with enter(build) as world:
        for _ in range(4):
            await send(world, "one", {"key": "slow"})
        await until(lambda: running["slow"] == 2)
        for number in range(4):
            await send(world, "two", {"key": f"quick {number}"})
        await until(lambda: running["all"] == 3)
        await asyncio.sleep(0.3)  # nobody else gets in
        assert (running["all"], running["slow"]) == (3, 2)
        quick.set()
        await until(lambda: len(ended) == 4)
        assert running["slow"] == 2
        slow.set()
        await until(lambda: len(ended) == 8)
    assert most["slow"] == 2
    assert most["all"] <= 3


async def test_throttle(enter: Enter) -> None:
    """So many starts in a period for each key; the rest wait, and none is lost."""
    started: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        throttle = inngest.Throttle(limit=1, period=enter.lasting(9), burst=1, key="event.data.key")

        @client.create_function(fn_id="throttled", throttle=throttle, trigger=Trigger(event=f"{prefix}go"))
        async def throttled(ctx: inngest.Context) -> None:
            started.append(str(ctx.event.data["key"]))

        return [throttled]

    async with enter(build) as world:
        for _ in range(4):
            await send(world, "go", {"key": "a"})
        await send(world, "go", {"key": "b"})
        await until(lambda: Counter(started) == {"a": 2, "b": 1}, enter.within(6))
        await world.quiet()
        assert Counter(started) == {"a": 2, "b": 1}
        await world.advance(9)
        await until(lambda: started.count("a") == 3)
        await world.quiet()
        assert started.count("a") == 3
        await world.advance(9)
        await until(lambda: started.count("a") == 4)


async def test_debounce(enter: Enter) -> None:
    """The last event of each key runs, once the key was quiet for the period."""
    seen: list[tuple[Any, Any]] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        debounce = inngest.Debounce(period=enter.lasting(2), key="event.data.key")

        @client.create_function(fn_id="settled", debounce=debounce, trigger=Trigger(event=f"{prefix}go"))
        async def settled(ctx: inngest.Context) -> None:
            seen.append((ctx.event.data["key"], ctx.event.data["n"]))

        return [settled]

    async with enter(build) as world:
        for number in range(3):
            await send(world, "go", {"key": "a", "n": number})
        await send(world, "go", {"key": "b", "n": 9})
        await send(world, "go", {"key": "a", "n": "old"}, ts=int((time.time() - 60) * 1000))  # late news is none
        await world.quiet()
        assert seen == []
        await world.advance(3)
        await until(lambda: len(seen) == 2)
        await world.quiet()
    assert sorted(seen) == [("a", 2), ("b", 9)]


async def test_debounce_timeout(enter: Enter) -> None:
    """News that never stops does not put the run off beyond the time-out."""
    seen: list[Any] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        debounce = inngest.Debounce(period=enter.lasting(10), timeout=enter.lasting(12))

        @client.create_function(fn_id="bounded", debounce=debounce, trigger=Trigger(event=f"{prefix}go"))
        async def bounded(ctx: inngest.Context) -> None:
            seen.append(ctx.event.data["n"])

        return [bounded]

    async with enter(build) as world:
        for number in range(3):
            await send(world, "go", {"n": number})
            await world.quiet()
            await world.advance(4)
        await until(lambda: seen == [2], enter.within(3))


async def test_priority(enter: Enter) -> None:
    """Among runs that wait for a place the higher priority goes first, else the older."""
    order: list[str] = []
    gate = asyncio.Event()

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(
            fn_id="queue",
            concurrency=[inngest.Concurrency(limit=1)],
            priority=inngest.Priority(run="event.data.kind == 'command' ? 300 : 0"),
            trigger=Trigger(event=f"{prefix}go"),
        )
        async def queue(ctx: inngest.Context) -> None:
            order.append(str(ctx.event.data["name"]))
            if ctx.event.data["name"] == "first":
                await gate.wait()

        return [queue]

    async with enter(build) as world:
        await send(world, "go", {"name": "first", "kind": "batch"})
        await until(lambda: order == ["first"])
        for name, kind in [("batch 1", "batch"), ("batch 2", "batch"), ("command", "command")]:
            await send(world, "go", {"name": name, "kind": kind})
        gate.set()
        await until(lambda: len(order) == 4)
    assert order == ["first", "command", "batch 1", "batch 2"]


@pytest.mark.parametrize("mode", ["skip", "cancel"])
async def test_singleton(enter: Enter, mode: Any) -> None:
    """One run of a key at a time: a second is skipped, or takes the first one's place."""
    began: list[Any] = []
    ended: list[Any] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        singleton = inngest.Singleton(mode=mode, key="event.data.key")

        @client.create_function(fn_id="alone", singleton=singleton, trigger=Trigger(event=f"{prefix}go"))
        async def alone(ctx: inngest.Context) -> None:
            async def work() -> None:
                began.append(ctx.event.data["n"])

            await ctx.step.run("work", work)
            await ctx.step.sleep("hold", enter.lasting(3))
            ended.append(ctx.event.data["n"])

        return [alone]

    async with enter(build) as world:
        await send(world, "go", {"key": "a", "n": 1})
        await until(lambda: began == [1])
        await send(world, "go", {"key": "b", "n": 2})
        await until(lambda: began == [1, 2])
        await send(world, "go", {"key": "a", "n": 3})
        await world.quiet()
        await world.advance(4)
        await until(lambda: len(ended) == 2)
        await world.quiet()
        assert sorted(ended) == ([1, 2] if mode == "skip" else [2, 3])
        await send(world, "go", {"key": "a", "n": 4})
        await until(lambda: 4 in began)


async def test_cancel_by_event(enter: Enter) -> None:
    """An event cancels the runs that its expression names, asleep or waiting for a retry, and no others."""
    ended: list[Any] = []
    began: list[Any] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        cancel = inngest.Cancel(event=f"{prefix}stop", if_exp="async.data.id == event.data.id")

        async def failed(ctx: inngest.Context) -> None:
            ended.append("failed")

        @client.create_function(
            fn_id="cancellable", cancel=[cancel], on_failure=failed, trigger=Trigger(event=f"{prefix}go")
        )
        async def cancellable(ctx: inngest.Context) -> None:
            async def work() -> None:
                began.append(ctx.event.data["id"])

            await ctx.step.run("work", work)
            await ctx.step.sleep("wait", enter.lasting(3))
            ended.append(ctx.event.data["id"])

        return [cancellable]

    async with enter(build) as world:
        await send(world, "go", {"id": 1})
        await send(world, "go", {"id": 2})
        await until(lambda: len(began) == 2)
        await world.quiet()
        await send(world, "stop", {"id": 1})
        await send(world, "stop", {"other": 2})
        await world.quiet()
        await world.advance(4)
        await until(lambda: ended == [2])
        await world.quiet()
    assert ended == [2]


async def test_a_cancellation_ends_with_its_timeout(enter: Enter) -> None:
    """An event that comes later than the time-out of `cancel` cancels nothing."""
    ended: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        cancel = inngest.Cancel(event=f"{prefix}stop", timeout=enter.lasting(2))

        @client.create_function(fn_id="for-a-while", cancel=[cancel], trigger=Trigger(event=f"{prefix}go"))
        async def for_a_while(ctx: inngest.Context) -> None:
            await ctx.step.sleep("wait", enter.lasting(7))
            ended.append("end")

        return [for_a_while]

    async with enter(build) as world:
        await send(world, "go")
        await world.quiet()
        await world.advance(3)
        await send(world, "stop")
        await world.quiet()
        await world.advance(4)
        await until(lambda: ended == ["end"], enter.within(10))


async def test_timeouts(enter: Enter) -> None:
    """A run that waits too long for its start, or goes on for too long, is cancelled."""
    began: list[Any] = []
    ended: list[Any] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        async def body(ctx: inngest.Context) -> None:
            async def work() -> None:
                began.append(ctx.event.data["n"])

            await ctx.step.run("work", work)
            await ctx.step.sleep("long", enter.lasting(5))
            ended.append(ctx.event.data["n"])

        start = client.create_function(
            fn_id="start",
            throttle=inngest.Throttle(limit=1, period=enter.lasting(60), burst=0),
            timeouts=inngest.Timeouts(start=enter.lasting(3)),
            trigger=Trigger(event=f"{prefix}start"),
        )(body)
        finish = client.create_function(
            fn_id="finish",
            timeouts=inngest.Timeouts(finish=enter.lasting(3)),
            trigger=Trigger(event=f"{prefix}finish"),
        )(body)
        return [start, finish]

    async with enter(build) as world:
        await send(world, "start", {"n": "in time"})
        await until(lambda: began == ["in time"])
        await send(world, "start", {"n": "too late"})
        await send(world, "finish", {"n": "too long"})
        await until(lambda: "too long" in began)
        await world.quiet()
        await world.advance(6)
        await until(lambda: ended == ["in time"])
        await world.advance(60)
        await world.quiet()
    assert began == ["in time", "too long"]
    assert ended == ["in time"]


async def test_an_event_of_the_future(enter: Enter) -> None:
    """An event's `ts` ahead of now puts its runs off until then."""
    seen: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="future", trigger=Trigger(event=f"{prefix}go"))
        async def future(ctx: inngest.Context) -> None:
            seen.append("ran")

        return [future]

    async with enter(build) as world:
        await send(world, "go", ts=int((time.time() + enter.lasting(4).total_seconds()) * 1000))
        await world.quiet()
        assert seen == []
        await world.advance(4)
        await until(lambda: seen == ["ran"])


async def test_cron(enter: Enter) -> None:
    """A cron function runs at each of its times, with the event that the SDK expects."""
    seen: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="clockwork", trigger=inngest.TriggerCron(cron="* * * * *"))
        async def clockwork(ctx: inngest.Context) -> None:
            seen.append(ctx.event.name)

        return [clockwork]

    async with enter(build) as world:
        for times in (1, 2):
            await world.advance(60)
            await until(lambda times=times: len(seen) >= times)  # type: ignore[misc]
    assert set(seen) == {"inngest/scheduled.timer"}
