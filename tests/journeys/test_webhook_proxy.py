"""The way in while developing: GitHub delivers to a channel of a webhook proxy, the bot listens to it."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.fakehub import FakeHub
from tests.journeys.bot_process import BotProcess


class Channel(ThreadingHTTPServer):
    """smee in small: what is posted goes out as a server-sent event, its body parsed, to whoever listens."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sent: queue.Queue[str | None] = queue.Queue()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/channel"


class Handler(BaseHTTPRequestHandler):
    """POST takes a delivery, GET streams them."""

    server: Channel

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.sent.put(json.dumps({**headers, "body": body, "query": {}, "timestamp": 1}))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"event: ready\ndata: {}\n\n")
        while (sent := self.server.sent.get()) is not None:
            self.wfile.write(f"id: 1\ndata: {sent}\n\n".encode())
            self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def channel() -> Iterator[Channel]:
    channel = Channel()
    thread = threading.Thread(target=channel.serve_forever)
    thread.start()
    yield channel
    channel.sent.put(None)
    channel.shutdown()
    thread.join()
    channel.server_close()


def test_deliveries_of_a_proxy_do_all_that_direct_ones_do(channel: Channel, tmp_path: Path) -> None:
    with FakeHub(tmp_path / "hub") as hub:
        repository = hub.add_repository("acme", "hello", {"README.md": "# Grüße, 世界\n", "hello.py": "print(1)\n"})
        with BotProcess(hub, tmp_path / "bot", environment={"WEBHOOK_PROXY_URL": channel.url}) as bot:
            hub.connect(channel.url)
            hub.install("acme")
            bot.wait_report("acme/hello")
            sha = hub.push(repository, {"hello.py": "print('Grüße')\n"}, message="Say »hello« to <everybody> & 世界")
            bot.wait_report("acme/hello", sha)
            assert bot.scalar("select count(*) from deliveries where event = 'push' and state = 'sent'") == 1
