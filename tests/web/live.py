"""The small world served over real HTTP on loopback, for browsers and other programs that are not in the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from bot.storage.database import Database
from tests.patience import PATIENCE_S
from tests.web.world import World, fill, make_world

Filler = Callable[[Database], Awaitable[None]]


@contextmanager
def served_world(folder: Path, fill_database: Filler = fill, **changes: object) -> Iterator[tuple[str, World]]:
    """(address, world) of a server in a thread of its own; stopped at the end. `changes` are settings."""
    ready = threading.Event()
    made: list[World] = []
    servers: list[uvicorn.Server] = []
    troubles: list[BaseException] = []

    async def serve() -> None:
        database = Database(f"sqlite:///{folder / 'live.db'}")
        await database.migrate()
        await fill_database(database)
        world = make_world(database, folder, **changes)
        server = uvicorn.Server(uvicorn.Config(world.app, port=0, log_level="error", lifespan="off"))
        servers.append(server)
        made.append(world)
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        ready.set()
        await serving
        await world.web.figures.close()
        await database.close()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            troubles.append(error)
            ready.set()

    thread = threading.Thread(target=run, name="served world")
    thread.start()
    if not ready.wait(PATIENCE_S) or troubles or not servers[0].started:
        raise RuntimeError("the world could not be served") from (troubles[0] if troubles else None)
    port = servers[0].servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    made[0].web.settings = made[0].web.settings.model_copy(update={"radar_public_url": url})
    try:
        yield url, made[0]
    finally:
        servers[0].should_exit = True
        thread.join(PATIENCE_S)
        if troubles:
            raise RuntimeError("the server failed") from troubles[0]
