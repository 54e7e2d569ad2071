"""Two-step runs a second of the embedded engine on SQLite and PostgreSQL, the SDK's handling of each call included."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import inngest
import uvloop

from tests.databases import fresh_url, postgresql_server
from tests.engine.worlds import Functions, embedded

RUNS = 1000
TARGET = 80
DEV_SERVER = 76  # measured on two cores, `inngest-cli dev --tick 20` (docs/engine.md)


def main() -> None:
    """Print the figures, and whether the target is met."""
    for kind in ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory() as folder,
            _server(kind) as server,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            rate, cpu_ms = runner.run(_rate(kind, Path(folder), server))
        verdict = "met" if rate >= TARGET else "missed"
        print(
            f"engine, {kind}: {rate:.0f} two-step runs/s, {cpu_ms:.1f} ms of CPU each "
            f"(target {TARGET}: {verdict}; the dev server does about {DEV_SERVER})"
        )


@contextmanager
def _server(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    with postgresql_server() as uri:
        yield uri


async def _rate(kind: str, folder: Path, server: str) -> tuple[float, float]:
    """Runs a second, and this process's CPU milliseconds for each."""
    ended = 0

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="two-steps", trigger=inngest.TriggerEvent(event="go"))
        async def two_steps(ctx: inngest.Context) -> int:
            nonlocal ended

            async def work(number: int) -> int:
                return number

            first = await ctx.step.run("first", work, 1)
            second = await ctx.step.run("second", work, 2)
            ended += 1
            return first + second

        return [two_steps]

    async with embedded(await fresh_url(kind, folder, server), build) as world:
        events = [inngest.Event(name="go", data={"number": number}, id=f"event {number}") for number in range(RUNS)]
        started, cpu_started = time.perf_counter(), time.process_time()
        for at in range(0, RUNS, 50):
            await world.client.send(events[at : at + 50])
        await world.quiet()
        elapsed_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu_started
    assert ended == RUNS
    return RUNS / elapsed_s, 1000 * cpu_s / RUNS


if __name__ == "__main__":
    main()
