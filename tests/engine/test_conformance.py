"""What steps and failures do, on the embedded engine and (INNGEST_SERVER_URL) on a real Inngest server alike."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import inngest
import pytest

from tests.engine.conftest import Enter
from tests.engine.worlds import Functions, send, until

pytestmark = pytest.mark.anyio
Trigger = inngest.TriggerEvent


async def test_step_run(enter: Enter) -> None:
    """Each step runs once; its result comes back from memory in the later calls, and the last one ends the run."""
    seen: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="steps", trigger=Trigger(event=f"{prefix}go"))
        async def steps(ctx: inngest.Context) -> int:
            seen.append("call")

            async def work(number: int) -> dict[str, int]:
                seen.append(f"step {number}")
                return {"number": number}

            first = await ctx.step.run("same", work, 1)
            second = await ctx.step.run("same", work, first["number"] + 1)
            seen.append(f"end {ctx.event.data['x']} {first} {second} {ctx.attempt}")
            return second["number"]

        return [steps]

    async with enter(build) as world:
        await send(world, "go", {"x": "y"})
        await until(lambda: bool(seen) and seen[-1].startswith("end"))
        await world.quiet()
    assert seen == [
        "call",
        "step 1",
        "call",
        "step 2",
        "call",
        "end y {'number': 1} {'number': 2} 0",
    ]


async def test_a_function_without_steps(enter: Enter) -> None:
    """One call is the whole run, also for a function that is no coroutine; an event tells what it returned."""
    seen: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="plain", trigger=Trigger(event=f"{prefix}go"))
        def plain(ctx: inngest.ContextSync) -> str:
            ctx.step.run("sync", lambda: seen.append("step"))
            ctx.step.send_event("on", inngest.Event(name=f"{prefix}on", data={"n": 1}))
            seen.append("end")
            return "done"

        is_plain = f"event.data.function_id == '{client.app_id}-plain'"

        @client.create_function(fn_id="over", trigger=Trigger(event="inngest/function.finished", expression=is_plain))
        async def over(ctx: inngest.Context) -> None:
            seen.append(f"over {ctx.event.data['result']}")

        @client.create_function(fn_id="next", trigger=Trigger(event=f"{prefix}on"))
        async def following(ctx: inngest.Context) -> None:
            seen.append(f"next {ctx.event.data['n']}")

        return [plain, over, following]

    async with enter(build) as world:
        await send(world, "go")
        await until(lambda: {"end", "next 1", "over done"} <= set(seen))
        await world.quiet()
    assert Counter(seen) == {"step": 1, "end": 1, "next 1": 1, "over done": 1}


async def test_parallel_steps(enter: Enter) -> None:
    """A group's steps are out at the same time and each runs once; the next step follows when all are done."""
    seen: list[str] = []
    both = asyncio.Barrier(2)

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="parallel", trigger=Trigger(event=f"{prefix}go"))
        async def parallel(ctx: inngest.Context) -> None:
            async def work(name: str) -> str:
                await both.wait()
                seen.append(name)
                return name.upper()

            results = await ctx.group.parallel(
                (lambda: ctx.step.run("a", work, "a"), lambda: ctx.step.run("b", work, "b"))
            )

            async def after() -> None:
                seen.append("after")

            await ctx.step.run("after", after)
            seen.append(f"end {results}")

        return [parallel]

    async with enter(build) as world:
        await send(world, "go")
        await until(lambda: "end ('A', 'B')" in seen)
        await world.quiet()
    assert sorted(seen[:2]) == ["a", "b"]
    assert seen[2:] == ["after", "end ('A', 'B')"]


async def test_parallel_race(enter: Enter) -> None:
    """In race mode a branch's second step does not wait for the other branch."""
    seen: list[str] = []
    slow = asyncio.Event()

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="race", trigger=Trigger(event=f"{prefix}go"))
        async def race(ctx: inngest.Context) -> None:
            async def note(name: str) -> None:
                seen.append(name)

            async def wait() -> None:
                await slow.wait()
                seen.append("slow")

            async def branch() -> None:
                await ctx.step.run("fast 1", note, "fast 1")
                await ctx.step.run("fast 2", note, "fast 2")

            await ctx.group.parallel(
                (branch, lambda: ctx.step.run("slow", wait)), parallel_mode=inngest.ParallelMode.RACE
            )
            seen.append("end")

        return [race]

    async with enter(build) as world:
        await send(world, "go")
        await until(lambda: "fast 2" in seen)
        slow.set()
        await until(lambda: "end" in seen)
        await world.quiet()
    assert seen[:3] == ["fast 1", "fast 2", "slow"]
    assert Counter(seen)["slow"] == 1


async def test_sleep_and_sleep_until(enter: Enter) -> None:
    """A sleep ends at its time, not before, also beside other steps."""
    seen: list[str] = []
    until_when = datetime.now(UTC) + enter.lasting(14)

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="sleep", trigger=Trigger(event=f"{prefix}go"))
        async def sleeper(ctx: inngest.Context) -> None:
            async def note() -> None:
                seen.append("beside")

            await ctx.group.parallel(
                (lambda: ctx.step.sleep("nap", enter.lasting(3)), lambda: ctx.step.run("beside", note))
            )
            seen.append("slept")
            await ctx.step.sleep_until("rest", until_when)
            seen.append("end")

        return [sleeper]

    async with enter(build) as world:
        await send(world, "go")
        await until(lambda: "beside" in seen)
        await world.quiet()
        assert "slept" not in seen
        await world.advance(3)
        await until(lambda: "slept" in seen)
        await world.quiet()
        assert "end" not in seen
        await world.advance(11)
        await until(lambda: "end" in seen)


async def test_send_event(enter: Enter) -> None:
    """Events of a step start functions; several at once, each with its data; their ids are given back."""
    seen: list[Any] = []
    ids: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="source", trigger=Trigger(event=f"{prefix}go"))
        async def source(ctx: inngest.Context) -> None:
            events = [inngest.Event(name=f"{prefix}child", data={"n": n}) for n in range(3)]
            ids[:] = await ctx.step.send_event("fan", events)

        @client.create_function(fn_id="child", trigger=Trigger(event=f"{prefix}child"))
        async def child(ctx: inngest.Context) -> None:
            seen.append(ctx.event.data["n"])

        @client.create_function(
            fn_id="picky", trigger=Trigger(event=f"{prefix}child", expression="event.data.n == 2 && event.data.n > 1")
        )
        async def picky(ctx: inngest.Context) -> None:
            seen.append(f"picky {ctx.event.data['n']}")

        return [source, child, picky]

    async with enter(build) as world:
        await send(world, "go")
        await until(lambda: len(seen) == 4 and len(ids) == 3)
        await world.quiet()
    assert sorted(map(str, seen)) == ["0", "1", "2", "picky 2"]
    assert len(set(ids)) == 3


async def test_retries_with_backoff(enter: Enter) -> None:
    """A step and then the function's own code fail and are tried again, later; what has succeeded is not repeated."""
    seen: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="retry", retries=2, trigger=Trigger(event=f"{prefix}go"))
        async def retry(ctx: inngest.Context) -> None:
            async def work() -> str:
                seen.append(f"step {ctx.attempt}")
                if ctx.attempt < 1:
                    raise ValueError("not yet")
                return "done"

            await ctx.step.run("work", work)
            seen.append(f"function {ctx.attempt}")
            if ctx.attempt < 1:
                raise ValueError("not yet either")
            seen.append("end")

        return [retry]

    async with enter(build) as world:
        await send(world, "go")
        await until(lambda: seen == ["step 0"])
        await world.quiet()
        assert seen == ["step 0"]
        await world.advance(15)
        await until(lambda: len(seen) == 3)
        await world.quiet()
        assert seen == ["step 0", "step 1", "function 0"]
        await world.advance(15)
        await until(lambda: "end" in seen)
    assert seen == ["step 0", "step 1", "function 0", "function 1", "end"]


async def test_retry_after(enter: Enter) -> None:
    """RetryAfterError names the time of the next attempt, in a step and outside."""
    seen: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="later", retries=3, trigger=Trigger(event=f"{prefix}go"))
        async def later(ctx: inngest.Context) -> None:
            async def work() -> None:
                seen.append(f"step {ctx.attempt}")
                if ctx.attempt == 0:
                    raise inngest.RetryAfterError("wait", enter.lasting(4))

            await ctx.step.run("work", work)
            seen.append("end")

        return [later]

    async with enter(build) as world:
        await send(world, "go")
        await until(lambda: seen == ["step 0"])
        await world.advance(2)
        await world.quiet()
        assert seen == ["step 0"]
        await world.advance(2.5)
        await until(lambda: "end" in seen, enter.within(5))
    assert seen == ["step 0", "step 1", "end"]


async def test_failure_functions(enter: Enter) -> None:
    """The last failure runs `on_failure` with the error and the event; a NonRetriableError is the first and last."""
    seen: list[Any] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        async def failed(ctx: inngest.Context) -> None:
            data: Any = ctx.event.data
            seen.append((data["error"]["message"], data["event"]["data"]["kind"], data["function_id"], data["run_id"]))

        @client.create_function(fn_id="fail", retries=1, on_failure=failed, trigger=Trigger(event=f"{prefix}go"))
        async def fail(ctx: inngest.Context) -> None:
            seen.append(("call", ctx.event.data["kind"], ctx.attempt, ctx.run_id))
            if ctx.event.data["kind"] == "final":
                raise inngest.NonRetriableError("never")
            raise ValueError("always")

        return [fail]

    async with enter(build) as world:
        await send(world, "go", {"kind": "final"})
        await until(lambda: len(seen) == 2)
        run_id = seen[0][3]
        assert seen == [("call", "final", 0, run_id), ("never", "final", f"{world.client.app_id}-fail", run_id)]
        seen.clear()
        await send(world, "go", {"kind": "usual"})
        await until(lambda: len(seen) == 1)
        await world.quiet()
        await world.advance(15)
        await until(lambda: len(seen) == 3)
        await world.quiet()
    run_id = seen[0][3]
    assert seen == [
        ("call", "usual", 0, run_id),
        ("call", "usual", 1, run_id),
        ("always", "usual", f"{world.client.app_id}-fail", run_id),
    ]


async def test_a_failed_step_can_be_caught(enter: Enter) -> None:
    """A step that used up its attempts raises StepError in the function, which may go on with other steps."""
    seen: list[str] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="catch", retries=0, trigger=Trigger(event=f"{prefix}go"))
        async def catch(ctx: inngest.Context) -> None:
            async def fail() -> None:
                seen.append("step")
                raise KeyError("gone")

            async def mend() -> None:
                seen.append("mended")

            try:
                await ctx.step.run("fail", fail)
            except inngest.StepError as error:
                await ctx.step.run("mend", mend)
                seen.append(f"{error.name} {error.message}")

        return [catch]

    async with enter(build) as world:
        await send(world, "go")
        await until(lambda: len(seen) == 3)
        await world.quiet()
    assert seen == ["step", "mended", "KeyError 'gone'"]
