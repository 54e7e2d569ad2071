"""What outlives a restart, what waits for its commit, and what is forgotten in time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import inngest
import pytest

from bot.engine.protocol import Event
from bot.engine.runner import Runner
from tests.engine.worlds import Clock, Embedded, Functions, embedded, send, sleeper, stretched, until

pytestmark = pytest.mark.anyio


async def test_debounce_idempotency_and_event_ids_outlive_a_restart(database_url: str) -> None:
    log: list[Any] = []
    clock = Clock()

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(
            fn_id="held",
            debounce=inngest.Debounce(period=stretched(5)),
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
        await world.let_pass(timedelta(days=1))
        await send(world, "once", {"n": 3, "key": "k"})
        await until(lambda: ("once", 3) in log)
    assert log == [("once", 1), ("push", 1), ("once", 3)]


async def test_a_missed_cron_is_made_up_for_once(url: str) -> None:
    log: list[int] = []
    clock = Clock()
    clock.advance(timedelta(minutes=30, milliseconds=-(clock() % 3_600_000)))  # no hour ends while the test runs

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="hourly", trigger=inngest.TriggerCron(cron="0 * * * *"))
        async def hourly(ctx: inngest.Context) -> None:
            log.append(ctx.event.ts)

        return [hourly]

    async with embedded(url, build, clock=clock) as world:
        await world.quiet()
    clock.advance(timedelta(hours=5))
    async with embedded(url, build, clock=clock) as world:
        await until(lambda: len(log) == 1)
        await world.quiet()
        await world.let_pass(timedelta(hours=1))
        await until(lambda: len(log) == 2)
        await world.quiet()
    assert len(log) == 2
    assert all(ts % 3_600_000 == 0 for ts in log)


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_a_clock_that_is_set_back_holds_up_no_cron(url: str, is_restarted: bool) -> None:
    """The machine started with a clock that was a day ahead, and has its time from the network now."""
    log: list[int] = []
    clock = Clock()
    clock.ahead_ms = 86_400_000

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="hourly", trigger=inngest.TriggerCron(cron="0 * * * *"))
        async def hourly(ctx: inngest.Context) -> None:
            log.append(ctx.event.ts)

        return [hourly]

    async def two_hours(world: Embedded) -> None:
        for number in (1, 2):
            await world.let_pass(timedelta(hours=1))
            await until(lambda: len(log) >= number)  # noqa: B023 - waited for at once
            await world.quiet()

    async with embedded(url, build, clock=clock) as world:
        await world.quiet()
        clock.ahead_ms = 0
        if not is_restarted:
            world.engine.nudge()
            await world.quiet()
            await two_hours(world)
    if is_restarted:
        async with embedded(url, build, clock=clock) as world:
            await two_hours(world)
    assert all(ts <= clock() for ts in log)


async def test_a_run_that_is_over_is_not_held_until_its_time_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.timers.LEAST", 10)
    ended: list[Any] = []

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(
            fn_id="short",
            timeouts=inngest.Timeouts(finish=timedelta(days=2)),
            trigger=inngest.TriggerEvent(event="go"),
        )
        async def short(ctx: inngest.Context) -> None:
            ended.append(ctx.event.data["n"])

        return [short]

    async with embedded(url, build) as world:
        runner = world.engine._runner
        assert runner is not None
        for number in range(60):
            await send(world, "go", {"n": number})
            await until(lambda: len(ended) > number)  # noqa: B023 - waited for at once
            await world.quiet()
        assert len(runner._timers) <= 13


async def test_runs_of_a_function_that_is_gone_are_kept(url: str) -> None:
    """A roll-back of the code finds them again."""
    log: list[Any] = []

    def other(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="other", trigger=inngest.TriggerEvent(event="other"))
        async def nothing(ctx: inngest.Context) -> None: ...

        return [nothing]

    clock = Clock()
    async with embedded(url, sleeper(log), clock=clock) as world:
        await send(world, "go", {"n": 1})
        await until(lambda: len(log) == 1)
        await world.quiet()
    async with embedded(url, other, clock=clock) as world:
        await world.quiet()
        assert await world.engine.counts() == {("conformance-sleeper", "running"): 1}
    clock.advance(stretched(10))
    async with embedded(url, sleeper(log), clock=clock):
        await until(lambda: ("end", 1) in log)


async def test_no_acknowledgement_before_the_commit(url: str) -> None:
    """An event, and its repetition too, is acknowledged only once it is durable."""
    async with embedded(url, sleeper([])) as world:
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        event = {"name": "go", "data": {"n": 1}, "id": "one"}
        receiving = [asyncio.create_task(world.engine.receive([event])) for _ in range(2)]
        done, _ = await asyncio.wait(receiving, timeout=0.2)
        assert not done
        other.execute("ROLLBACK")
        other.close()
        assert await asyncio.gather(*receiving) == [["one"], ["one"]]


async def test_a_sender_that_gives_up_waiting_loses_no_run(database_url: str) -> None:
    """The relay waits ten seconds for a database that is away, and sends again: by then the event is no news."""
    log: list[Any] = []
    async with embedded(database_url, sleeper(log)) as world:
        held, written = asyncio.Event(), asyncio.Event()
        write = world.engine._journal._connection.run

        async def slow(work: Any) -> Any:
            held.set()
            await written.wait()
            return await write(work)

        world.engine._journal._connection.run = slow  # type: ignore[method-assign]
        sending = asyncio.create_task(world.engine.receive([{"name": "go", "data": {"n": 1}, "id": "one"}]))
        await held.wait()
        sending.cancel()
        await asyncio.wait({sending})
        assert sending.cancelled()
        written.set()
        assert await world.engine.receive([{"name": "go", "data": {"n": 1}, "id": "one"}]) == ["one"]
        await until(lambda: ("step", 1) in log)
        await world.quiet()
    assert log == [("step", 1)]


async def test_many_events_at_once_leave_turns_to_others(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many come in one call, the event loop goes round between a few and the next, and none is lost."""
    turns: list[tuple[int, int]] = []
    rounds, take = 0, Runner._take

    def noted(runner: Runner, events: Sequence[Event], turn: Any) -> None:
        turns.append((rounds, len(events)))
        take(runner, events, turn)

    async def go_round() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(Runner, "_take", noted)
    async with embedded(url, sleeper([])) as world:
        going = asyncio.create_task(go_round())
        events = [{"name": "go", "data": {"n": n}, "id": f"event {n}"} for n in range(45)]
        assert await world.engine.receive(events) == [one["id"] for one in events]
        going.cancel()
        assert sum((await world.engine.counts()).values()) == 45
    assert [size for _, size in turns] == [20, 20, 5]
    assert len({number for number, _ in turns}) == 3


async def test_old_runs_are_pruned(url: str) -> None:
    log: list[Any] = []
    async with embedded(url, sleeper(log)) as world:
        await send(world, "go", {"n": 1})
        await until(lambda: len(log) == 1)
        await world.quiet()
        await world.advance(10)
        await until(lambda: len(log) == 2)
        await world.quiet()
        assert await world.engine.counts() == {("conformance-sleeper", "completed"): 1}
        await world.let_pass(timedelta(days=3, hours=1))
        await world.quiet()
        assert await world.engine.counts() == {}
