"""A load generator light enough to leave the cores to the server: signed deliveries over keep-alive connections.

One thread and epoll; each connection has one request under way. It sends to 127.0.0.1 only and stops by itself.
"""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass, field

from bot.intake.signature import sign

PATH = "/api/github/webhooks"
STUCK_AFTER_S = 10.0
GOLDEN = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Multiples of it, cut to 128 bits, are spread like random numbers and never repeat."""


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
    waits_for_room: bool = False
    answer: bytes = b""


class Generator:
    """Delivers one body under ever new GUIDs; several runs never repeat one."""

    def __init__(self, event: str, body: bytes, secret: bytes) -> None:
        self._head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: GitHub-Hookshot/bench\r\nAccept: */*\r\n"
            f"Content-Type: application/json\r\nX-GitHub-Event: {event}\r\n"
            f"X-Hub-Signature-256: {sign(secret, body)}\r\nContent-Length: {len(body)}\r\nX-GitHub-Delivery: "
        ).encode()
        self._tail = b"\r\n\r\n" + body
        self._number = time.time_ns()

    def run(self, port: int, *, connections: int, seconds: float) -> Load:
        """Deliver for `seconds`, as fast as it is answered. Raises OSError when the server ends or is stuck."""
        load, poll, opened = Load(), select.epoll(), {}
        for _ in range(connections):
            one = _Connection(socket.create_connection(("127.0.0.1", port), timeout=STUCK_AFTER_S))
            one.socket.setblocking(False)
            one.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened[one.socket.fileno()] = one
            poll.register(one.socket.fileno(), select.EPOLLIN)
        started = time.perf_counter()
        until = started + seconds
        for one in opened.values():
            self._send(one, poll)
        under_way = connections
        while under_way:
            ready = poll.poll(STUCK_AFTER_S)
            if not ready:
                raise TimeoutError(f"the server answered nothing for {STUCK_AFTER_S:g} s")
            for file, mask in ready:
                one = opened[file]
                if mask & select.EPOLLOUT:
                    _push(one, poll)
                if mask & ~select.EPOLLOUT and _read(one, load):
                    if time.perf_counter() < until:
                        self._send(one, poll)
                    else:
                        under_way -= 1
        load.seconds = time.perf_counter() - started
        for one in opened.values():
            one.socket.close()
        poll.close()
        return load

    def _send(self, one: _Connection, poll: select.epoll) -> None:
        self._number += 1
        guid = b"%032x" % (self._number * GOLDEN & (2**128 - 1))
        one.rest = b"".join((self._head, guid, self._tail))
        one.answer = b""
        one.sent_at = time.perf_counter()
        _push(one, poll)


def _push(one: _Connection, poll: select.epoll) -> None:
    """Send what fits, and ask to be told of room where not all did."""
    try:
        sent = one.socket.send(one.rest)
    except BlockingIOError:
        sent = 0
    one.rest = one.rest[sent:]
    if one.rest or one.waits_for_room:
        one.waits_for_room = bool(one.rest)
        poll.modify(one.socket.fileno(), select.EPOLLIN | (select.EPOLLOUT if one.rest else 0))


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
