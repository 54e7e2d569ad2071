"""Posts to other people's addresses: only public ones, exactly the one that was judged, no redirect followed."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from bot.functions.outgoing import post
from bot.model.errors import FinalError, WorldError

pytestmark = pytest.mark.anyio


class Catcher(BaseHTTPRequestHandler):
    """Answers with the status that the path names, and remembers what came."""

    seen: ClassVar[list[tuple[str, str | None, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.path, self.headers["host"], body))
        self.send_response(int(self.path.strip("/")))
        self.send_header("location", "/200")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[int]:
    Catcher.seen = []
    server = HTTPServer(("127.0.0.1", 0), Catcher)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_taken_post_tells_its_status_and_keeps_the_host(server: int) -> None:
    assert await post(f"http://localhost:{server}/204", b"{}", {"x-a": "1"}, allow_private=True) == 204
    assert Catcher.seen == [("/204", f"localhost:{server}", b"{}")]


@pytest.mark.parametrize("status", [301, 400, 404, 500])
async def test_any_other_answer_is_tried_again_and_redirects_are_not_followed(server: int, status: int) -> None:
    with pytest.raises(WorldError, match=f"answered {status}"):
        await post(f"http://localhost:{server}/{status}", b"{}", {}, allow_private=True)
    assert len(Catcher.seen) == 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "[::1]",
        "[fd00::1]",
        "0.0.0.0",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "224.0.0.1",
    ],
)
async def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(FinalError, match="not a public address"):
        await post(f"http://{host}:9/hook", b"{}", {})


async def test_a_name_that_also_points_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def rebinding(*_: Any, **__: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with pytest.raises(FinalError, match="not a public address"):
        await post("http://rebinding.example/hook", b"{}", {})


@pytest.mark.parametrize("url", ["ftp://example.com/x", "file:///etc/passwd", "http://", "nonsense", "http://h:99999/"])
async def test_only_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(FinalError, match="no http or https address"):
        await post(url, b"{}", {})


async def test_nobody_listening_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # nobody else can listen there meanwhile
        port = free.getsockname()[1]
        with pytest.raises(WorldError, match="did not take it"):
            await post(f"http://127.0.0.1:{port}/hook", b"{}", {}, allow_private=True)


async def test_an_answer_without_end_is_not_read() -> None:
    """Only its status counts; a subscriber cannot fill our memory or keep us waiting."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n" + b"x" * 100_000)
        await reader.read()
        writer.transport.abort()
        has_gone.set()

    has_gone = asyncio.Event()
    async with await asyncio.start_server(endless, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        assert await post(f"http://127.0.0.1:{port}/", b"{}", {}, allow_private=True) == 200
        await has_gone.wait()


async def test_an_answer_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps every single read within its time, but not the whole."""
    monkeypatch.setattr("bot.functions.outgoing.TIMEOUT_S", 0.1)

    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        has_come.set()
        gone = asyncio.create_task(reader.read())
        writer.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        while not gone.done():
            writer.write(b"y")
            await asyncio.wait([gone], timeout=0.02)
        assert gone.exception() is None or isinstance(gone.exception(), ConnectionError)  # closed, or reset
        writer.transport.abort()
        has_gone.set()

    has_come, has_gone = asyncio.Event(), asyncio.Event()
    async with await asyncio.start_server(dripping, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(WorldError, match="did not take it"):
            await post(f"http://127.0.0.1:{port}/", b"{}", {}, allow_private=True)
        if has_come.is_set():  # on a busy machine all of the time may be over before
            await has_gone.wait()
