"""Two worlds for one conformance test: the embedded engine with a given clock, and an Inngest server in real time."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

import httpx
import inngest
import uvicorn
from starlette.applications import Starlette

from bot.engine.calls import Options
from bot.engine.machine import default_backoff
from bot.engine.server import Engine
from bot.web.inngest import InProcess, close_client, inngest_routes, send_in_process
from tests.patience import PATIENCE_S

Functions = list[inngest.Function[Any]]
Build = Callable[[inngest.Inngest, str], Functions]
"""Defines a test's functions on a client; the string makes event names its own."""

STRETCH = 100
"""What a test calls a second is so many for the embedded engine, whose clock the test moves: while a busy machine lets
it wait, nothing becomes due by itself."""


class World(Protocol):
    """Where a test's functions run."""

    client: inngest.Inngest
    prefix: str

    async def advance(self, seconds: float) -> None:
        """Let time pass: seconds as `Enter.lasting` counts them."""

    async def quiet(self) -> None:
        """Wait until nothing more happens by itself."""


async def send(world: World, name: str, data: dict[str, Any] | None = None, *, id: str = "", ts: int = 0) -> None:
    """Send one event of the test's own."""
    await world.client.send(inngest.Event(name=f"{world.prefix}{name}", data=data or {}, id=id, ts=ts))


def stretched(seconds: float) -> timedelta:
    """What a test calls so many seconds, for the embedded engine."""
    return timedelta(seconds=seconds * STRETCH)


async def until(holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait for a condition; fails when it does not come true."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, "did not come true in time"
        await asyncio.sleep(0.002)


class Clock:
    """Real time, and as much more as a test says. It goes on by itself: the SDK has no other than the real one."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.ahead_ms += int(by.total_seconds() * 1000)

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms


class Embedded:
    """The engine in this process."""

    def __init__(self, client: inngest.Inngest, engine: Engine, clock: Clock, prefix: str) -> None:
        self.client = client
        self.engine = engine
        self.clock = clock
        self.prefix = prefix

    async def advance(self, seconds: float) -> None:
        await self.let_pass(stretched(seconds))

    async def let_pass(self, time: timedelta) -> None:
        """Let so much time pass, not stretched."""
        self.clock.advance(time)
        self.engine.nudge()
        await asyncio.sleep(0)

    async def quiet(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.engine.idle()


@asynccontextmanager
async def embedded(url: str, build: Build, *, clock: Clock | None = None, prefix: str = "") -> AsyncIterator[Embedded]:
    """An engine on the database at `url`, whose clock a test moves. Retries wait as Inngest's do, without jitter."""
    backoff = default_backoff(lambda: 0.0)
    client = inngest.Inngest(app_id="conformance", is_production=True, event_key="embedded", signing_key="none")
    functions = InProcess(client, build(client, prefix))
    clock = clock or Clock()
    engine = Engine(
        url,
        functions.registration(),
        functions.call,
        options=Options(clock_ms=clock, backoff=lambda attempt: STRETCH * backoff(attempt)),
    )
    await engine.start(create_tables=True)
    send_in_process(client, engine.receive)
    try:
        yield Embedded(client, engine, clock, prefix)
    finally:
        await engine.stop(drain_timeout_s=1)


class Served:
    """A real Inngest server in dev mode; time passes by itself."""

    def __init__(self, client: inngest.Inngest, prefix: str) -> None:
        self.client = client
        self.prefix = prefix

    async def advance(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def quiet(self) -> None:
        await asyncio.sleep(1.5)


@asynccontextmanager
async def served(server_url: str, build: Build) -> AsyncIterator[Served]:
    """The functions behind a uvicorn on loopback, registered with the server at `server_url`."""
    prefix = f"{uuid.uuid4().hex[:8]}/"
    client = inngest.Inngest(
        app_id=f"conformance-{prefix[:-1]}",
        is_production=False,
        api_base_url=server_url,
        event_api_base_url=server_url,
    )
    app = Starlette(routes=inngest_routes(client, build(client, prefix)))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            registered = await http.put("/api/inngest")
            assert registered.status_code == 200, registered.text
        yield Served(client, prefix)
    finally:
        server.should_exit = True
        await task
        await close_client(client)


def sleeper(log: list[Any]) -> Build:
    """A function that logs its step, sleeps for ten stretched seconds and logs its end."""

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="sleeper", trigger=inngest.TriggerEvent(event="go"))
        async def sleeper(ctx: inngest.Context) -> None:
            async def work() -> None:
                log.append(("step", ctx.event.data["n"]))

            await ctx.step.run("work", work)
            await ctx.step.sleep("nap", stretched(10))
            log.append(("end", ctx.event.data["n"]))

        return [sleeper]

    return build
