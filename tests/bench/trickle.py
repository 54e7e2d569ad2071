"""Deliveries of no interest, twenty a second, from a process of its own: what an acknowledgement takes meanwhile.

`python -m tests.bench.trickle PORT`: the webhook secret is the first line of standard input; when that ends, the
seconds of each acknowledgement are printed, a line each.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from bot.intake.signature import sign
from tests.bench.load import PATH

EVERY_S = 0.05
BODY = b'{"action":"created","repository":{"id":1,"full_name":"a/b"}}'


@contextmanager
def trickle(port: int, secret: str) -> Iterator[list[float]]:
    """While the block runs it trickles; afterwards the list holds the seconds of each acknowledgement."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.trickle", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(f"{secret}\n")
    process.stdin.flush()
    seconds: list[float] = []
    try:
        yield seconds
    finally:
        printed, _ = process.communicate(timeout=60)
    if process.returncode:
        raise RuntimeError("a delivery was not acknowledged")
    seconds += map(float, printed.split())


def main(port: int, secret: str) -> None:
    """Deliver until standard input ends; print. Raises RuntimeError where a delivery is refused."""
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    headers = {
        "content-type": "application/json",
        "x-github-event": "star",
        "x-hub-signature-256": sign(secret.encode(), BODY),
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    seconds = []
    while not ended.is_set():
        started = time.perf_counter()
        connection.request("POST", PATH, BODY, {**headers, "x-github-delivery": uuid.uuid4().hex})
        answer = connection.getresponse()
        answer.read()
        took_s = time.perf_counter() - started
        if answer.status != 202:
            raise RuntimeError(f"status {answer.status}")
        seconds.append(took_s)
        ended.wait(max(0.0, EVERY_S - took_s))
    print(*seconds, sep="\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.stdin.readline().strip())
