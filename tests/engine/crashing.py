"""A process with an engine, made to be killed: `python -m tests.engine.crashing DATABASE_URL LOG RUNS LINES DELAY_MS`.

Every execution of a step appends one line to LOG at once: `run step token`. The token is also the step's result, and
the end of a run logs those that it was given. Ends with 0 when all runs are over, or by SIGKILL so long after that many
lines (0: never): by its own hand, because nobody else is sure to be quick enough.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from datetime import timedelta
from threading import Timer

import inngest

from tests.engine.worlds import Functions, embedded, send


def main(url: str, log: str, count: int, lines_left: int, delay_ms: int) -> None:
    """Send the events (again: their ids make them the same), and stay until all is done."""
    lines = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(*words: object) -> None:
        nonlocal lines_left
        os.write(lines, (" ".join(map(str, words)) + "\n").encode())
        lines_left -= 1
        if lines_left == 0:
            Timer(delay_ms / 1000, os.kill, (os.getpid(), signal.SIGKILL)).start()

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(
            fn_id="work",
            concurrency=[inngest.Concurrency(limit=5, key="event.data.key")],
            idempotency="event.data.n",
            trigger=inngest.TriggerEvent(event="work"),
        )
        async def work(ctx: inngest.Context) -> None:
            number = ctx.event.data["n"]

            async def step(name: str) -> str:
                token = uuid.uuid4().hex
                note(number, name, token)
                await asyncio.sleep(0.002)
                return token

            first = await ctx.step.run("first", step, "first")
            pair = await ctx.group.parallel(
                (lambda: ctx.step.run("left", step, "left"), lambda: ctx.step.run("right", step, "right"))
            )
            await ctx.step.sleep("nap", timedelta(milliseconds=20))
            event = inngest.Event(name="child", data={"n": number}, id=f"child {number}")
            await ctx.step.send_event("on", event)
            last = await ctx.step.run("last", step, "last")
            note(number, "end", first, *pair, last)

        @client.create_function(fn_id="child", trigger=inngest.TriggerEvent(event="child"))
        async def child(ctx: inngest.Context) -> None:
            note(ctx.event.data["n"], "child", ctx.run_id)

        return [work, child]

    async def run() -> None:
        async with embedded(url, build) as world:
            for number in range(count):
                await send(world, "work", {"n": number, "key": number % 3}, id=f"work {number}")
            while any(state in {"queued", "running"} for _, state in await world.engine.counts()):
                await asyncio.sleep(0.01)
            await world.engine.idle()
            assert await world.engine.counts() == {
                ("conformance-work", "completed"): count,
                ("conformance-child", "completed"): count,
            }

    asyncio.run(run())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
