"""A load generator light enough to leave the server's core alone: signed deliveries over keep-alive connections.

One thread and epoll; each connection has one request under way. It sends to 127.0.0.1 only and stops by itself.
"""

from __future__ import annotations

import selectors
import socket
import time
import uuid
from dataclasses import dataclass, field

from bot.intake.signature import sign

PATH = "/api/github/webhooks"


@dataclass(slots=True)
class Load:
    """What a run measured. Latencies are seconds, of accepted deliveries only."""

    seconds: float = 0.0
    accepted: int = 0
    refused: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Acknowledgements a second."""
        return self.accepted / self.seconds if self.seconds else 0.0

    def percentile_ms(self, share: float) -> float:
        """The latency below which `share` of the deliveries stayed, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    sent_at: float = 0.0
    rest: bytes = b""
    answer: bytes = b""


def deliver(port: int, event: str, body: bytes, secret: bytes, *, connections: int, seconds: float) -> Load:
    """Deliver `body` under ever new GUIDs for `seconds`, as fast as it is answered."""
    load, chooser = Load(), selectors.EpollSelector()
    opened = [_Connection(socket.create_connection(("127.0.0.1", port), timeout=10)) for _ in range(connections)]
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: GitHub-Hookshot/bench\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nX-GitHub-Event: {event}\r\nX-Hub-Signature-256: {sign(secret, body)}\r\n"
        f"Content-Length: {len(body)}\r\nX-GitHub-Delivery: "
    ).encode()
    started = time.perf_counter()
    until = started + seconds
    for one in opened:
        one.socket.setblocking(False)
        one.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        chooser.register(one.socket, selectors.EVENT_READ, one)
        _send(one, head, body, chooser)
    under_way = len(opened)
    while under_way:
        for key, mask in chooser.select(timeout=10) or _stuck():
            ready: _Connection = key.data
            if mask & selectors.EVENT_WRITE:
                _push(ready, chooser)
            if mask & selectors.EVENT_READ and _read(ready, load):
                if time.perf_counter() < until:
                    _send(ready, head, body, chooser)
                else:
                    under_way -= 1
    load.seconds = time.perf_counter() - started
    for one in opened:
        one.socket.close()
    chooser.close()
    return load


def _stuck() -> list[tuple[selectors.SelectorKey, int]]:
    raise TimeoutError("the server answered nothing for ten seconds")


def _send(one: _Connection, head: bytes, body: bytes, chooser: selectors.EpollSelector) -> None:
    one.rest = b"".join((head, str(uuid.uuid4()).encode(), b"\r\n\r\n", body))
    one.answer = b""
    one.sent_at = time.perf_counter()
    _push(one, chooser)


def _push(one: _Connection, chooser: selectors.EpollSelector) -> None:
    try:
        sent = one.socket.send(one.rest)
    except BlockingIOError:
        sent = 0
    one.rest = one.rest[sent:]
    wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if one.rest else 0)
    if chooser.get_key(one.socket).events != wanted:
        chooser.modify(one.socket, wanted, one)


def _read(one: _Connection, load: Load) -> bool:
    """Whether the answer is complete; then it is counted."""
    piece = one.socket.recv(65536)
    if not piece:
        raise ConnectionError("the server closed a connection")
    one.answer += piece
    head, separator, rest = one.answer.partition(b"\r\n\r\n")
    if not separator or len(rest) < _length(head):
        return False
    if one.answer[9:12] in {b"200", b"202"}:
        load.accepted += 1
        load.latencies.append(time.perf_counter() - one.sent_at)
    else:
        load.refused += 1
    return True


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"content-length:")
    return int(after.split(b"\r\n", 1)[0]) if after else 0
