"""The database is away, at the start and later: the bot says so, accepts nothing, and goes on by itself."""

from __future__ import annotations

import json
import signal
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.databases import postgresql_package
from tests.fakehub import FakeHub
from tests.journeys.bot_process import BotProcess, eventually
from tests.patience import PATIENCE_S

PASSWORD = "a-password-that-nobody-may-read"
GITHUB_WAITS_S = 10.0
PING = json.dumps({"zen": "Design for failure.", "hook_id": 1}).encode()


class Postgresql:
    """A server that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        with postgresql_package() as package:
            self._server = package.get_server(folder / "data", cleanup_mode=None)
        self.url = self._server.get_uri().replace("postgres:@", f"postgres:{PASSWORD}@")

    def start(self) -> None:
        with postgresql_package():
            self._server.ensure_postgres_running()

    def stop(self) -> None:
        master = self._server.get_postmaster_info().process
        assert master is not None
        master.send_signal(signal.SIGQUIT)
        master.wait(timeout=PATIENCE_S)


@pytest.fixture
def postgresql() -> Iterator[Postgresql]:
    with tempfile.TemporaryDirectory(prefix="radar-pg-", ignore_cleanup_errors=True) as folder:
        server = Postgresql(Path(folder))
        yield server
        server.start()
        server.stop()


def readiness(bot: BotProcess) -> tuple[int, dict[str, bool]]:
    """What `/readyz` says: the status, and which part works; 0 while nobody listens."""
    try:
        answer = bot.api.get("/readyz")
    except httpx.TransportError:
        return 0, {}
    assert "postgres" not in answer.text, "strangers may read this"
    return answer.status_code, {name: part["ok"] for name, part in answer.json()["parts"].items()}


def deliver(bot: BotProcess) -> int:
    """The status of a signed delivery, which must come before GitHub hangs up."""
    headers = dict(bot.hub.service.webhook_headers("ping", str(uuid.uuid4()), PING))
    with httpx.Client(timeout=PATIENCE_S, trust_env=False) as client, ThreadPoolExecutor(1) as thread:
        answer = thread.submit(client.post, bot.webhook_url, content=PING, headers=headers)
        eventually(answer.done, timeout_s=GITHUB_WAITS_S, what="an answer before GitHub hangs up")
        return answer.result().status_code


def down(bot: BotProcess) -> None:
    """The database's absence is told, and no delivery accepted."""
    eventually(lambda: readiness(bot)[0] == 503, what="/readyz says 503")
    assert readiness(bot)[1]["database"] is False
    assert deliver(bot) == 503


def up(bot: BotProcess) -> None:
    """Everything works again."""
    eventually(lambda: readiness(bot)[0] == 200, what="/readyz says 200")
    assert deliver(bot) == 202


def test_the_database_goes_and_comes(postgresql: Postgresql, tmp_path: Path) -> None:
    postgresql.stop()
    with FakeHub() as hub:
        repository = hub.add_repository("acme", "hello", {"README.md": "# Hello\n", "main.py": "print(1)\n"})
        bot = BotProcess(hub, tmp_path / "bot", database_url=postgresql.url)
        try:
            hub.connect(bot.webhook_url)
            bot.spawn()
            down(bot)
            assert httpx.get(f"{bot.url}/healthz", timeout=PATIENCE_S, trust_env=False).status_code == 200
            log = bot.log()
            assert '"reason": "The database at ' in log
            assert "Start PostgreSQL there, or correct DATABASE_URL." in log

            postgresql.start()
            up(bot)
            postgresql.stop()
            down(bot)
            postgresql.start()
            up(bot)
            hub.install("acme")
            eventually(lambda: bot.report("acme/hello").get("head_sha") == repository.git.head(), what="a report")
            assert bot.stop() == 0
            assert PASSWORD not in bot.log()
        finally:
            bot.close()
