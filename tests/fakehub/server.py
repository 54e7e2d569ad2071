"""Serves the fake GitHub from a thread of its own, on a loopback port."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import uvicorn

from tests.fakehub.service import Service
from tests.patience import PATIENCE_S


class _Server(uvicorn.Server):
    """uvicorn that sees quickly that it is to end: tests start and stop many."""

    async def main_loop(self) -> None:
        while not self.should_exit:
            await asyncio.sleep(0.005)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listening in sockets or ():
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for _ in range(200):
            if not self.server_state.connections and not self.server_state.tasks:
                break
            await asyncio.sleep(0.005)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()


class ServerThread:
    """uvicorn in a thread; `start` returns when it listens, `stop` when it has ended."""

    def __init__(self, service: Service, port: int = 0) -> None:
        self._service = service
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        service.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            service.application(),
            log_level="critical",
            access_log=False,
            date_header=False,
            server_header=False,
            lifespan="on",
            http="httptools",
            loop="uvloop",
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name="fakehub", daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + PATIENCE_S
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the fake GitHub did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        self._service.release()
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        self._socket.close()
