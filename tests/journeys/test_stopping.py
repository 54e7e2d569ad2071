"""How the process ends: well and with 0 when asked to, at once when asked twice, in vain without its database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.journeys.bot_process import INHERITED, ROOT, eventually, free_port
from tests.patience import PATIENCE_S

PASSWORD = "a-password-that-nobody-may-read"
SLOW_DELIVERY = (
    b"POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\nx-github-event: ping\r\nx-github-delivery: 1\r\n"
    b"content-type: application/json\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n"
)


class Waiting:
    """`python -m bot serve` whose PostgreSQL is away, unless `environment` says otherwise: it listens, and waits."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port, self._closed = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.place = f"127.0.0.1:{self._closed}/radar"
        self._log = folder / "log"
        given = {name: os.environ[name] for name in INHERITED if name in os.environ}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=folder,
                env=given
                | {
                    "PYTHONPATH": str(ROOT),
                    "DATABASE_URL": f"postgresql://radar:{PASSWORD}@{self.place}",
                    "PORT": str(self.port),
                    **environment,
                },
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def ready(self) -> httpx.Response | None:
        """The answer of `/readyz`; None while nobody listens."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=PATIENCE_S, trust_env=False)
        except httpx.TransportError:
            return None

    def log(self) -> str:
        return self._log.read_text()


Start = Callable[..., Waiting]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts one; at the end it is killed if it lives."""
    with ExitStack() as stack:

        def begin(**environment: str) -> Waiting:
            made = Waiting(tmp_path, **environment)
            stack.callback(made.process.wait)
            stack.callback(made.process.kill)
            return made

        yield begin


@pytest.fixture
def waiting(start: Start) -> Waiting:
    """One that listens, and waits for its database."""
    made = start()
    eventually(made.ready, what="the server listens")
    return made


@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
def test_who_is_asked_to_stop_ends_well(waiting: Waiting, asked_by: signal.Signals) -> None:
    waiting.process.send_signal(asked_by)
    assert waiting.process.wait(PATIENCE_S) == 0
    assert "Traceback" not in waiting.log()


def test_who_is_asked_twice_ends_at_once(start: Start) -> None:
    bot = start(DATABASE_URL="sqlite:///radar.db", RADAR_WORKERS="1")
    eventually(lambda: (found := bot.ready()) is not None and found.status_code == 200, what="all parts run")
    with socket.create_connection(("127.0.0.1", bot.port), timeout=PATIENCE_S) as slow:
        slow.sendall(SLOW_DELIVERY)
        assert b"100 Continue" in slow.recv(1000), "it is under way"
        # two in a moment, as `timeout` and a shell send them: the bot stands still, so that they surely come together
        for asked_by in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT):
            bot.process.send_signal(asked_by)
        with pytest.raises(subprocess.TimeoutExpired):
            bot.process.wait(1.0)
        bot.process.send_signal(signal.SIGINT)
        assert bot.process.wait(PATIENCE_S) == -signal.SIGINT
    assert "Stopped by force" in bot.log()


def test_a_database_that_is_away_is_told_by_its_place(waiting: Waiting) -> None:
    answer = waiting.ready()
    assert answer is not None
    assert (answer.status_code, answer.json()["parts"]["database"]["ok"]) == (503, False)
    assert waiting.place not in answer.text, "strangers may read this"
    assert httpx.get(f"{waiting.url}/healthz", timeout=PATIENCE_S, trust_env=False).status_code == 200
    assert (
        httpx.get(waiting.url, timeout=PATIENCE_S, trust_env=False, headers={"accept": "text/html"}).status_code == 503
    )
    assert f"{waiting.place} cannot be reached: connection refused" in waiting.log()
    assert "Start PostgreSQL there" in waiting.log()
    assert PASSWORD not in waiting.log()


def test_a_database_that_stays_away_is_given_up(start: Start) -> None:
    given_up = start(RADAR_DATABASE_WAIT_S="1")
    assert given_up.process.wait(PATIENCE_S) == 1
    *_, last = given_up.log().splitlines()
    assert last.startswith(f"Error: The database at {given_up.place} cannot be reached")
    assert PASSWORD not in given_up.log()
