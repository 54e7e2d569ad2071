"""The bot as its own process: started against a fake GitHub, with a database of its own, killed and restarted."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from tests.fakehub.hub import FakeHub
from tests.journeys.rows import rows_of
from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
STOP_TIMEOUT_S = 60.0
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")
"""What of this process's environment the bot's has."""
LONGEST_LOOK_S = 0.5
API_TOKEN = "journey-token-8ec1a7"
SECRET_KEY = "journey-secret-key-5f0b"

T = TypeVar("T")

_ports = cycle(range(20_000 + os.getpid() % 97, 32_000, 97))
"""No other process of the same run takes these, also while a bot is down; none is taken twice before all were."""

APP_SETTINGS = (
    "GITHUB_APP_ID",
    "GITHUB_PRIVATE_KEY",
    "GITHUB_WEBHOOK_SECRET",
    "GITHUB_CLIENT_ID",
    "GITHUB_CLIENT_SECRET",
)
WITHOUT_APP = dict.fromkeys((*APP_SETTINGS, "RADAR_SECRET_KEY"), "")
"""The environment of a bot at its first start: no credentials, nothing kept."""


class BotFailed(AssertionError):
    """The process did not do what was waited for; the text has the end of its log."""


def free_port() -> int:
    """A loopback port that nobody listens on, below those that the kernel gives away, so that it stays free."""
    for port in _ports:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("cycle() ended")


def eventually(look: Callable[[], T], *, timeout_s: float = PATIENCE_S, what: str = "") -> T:
    """The first truthy value of `look`. Raises AssertionError with the last value when time is up.

    A look counts as half a second at most: the time in which everything stood still, tests and bot, is nobody's delay.
    """
    left_s = timeout_s
    while True:
        began = time.monotonic()
        value = look()
        if value:
            return value
        if left_s <= 0:
            raise AssertionError(f"not within {timeout_s:g} s: {what or look}; last seen: {value!r}")
        time.sleep(0.05)
        left_s -= min(time.monotonic() - began, LONGEST_LOOK_S)


class BotProcess:
    """`python -m bot serve` as its own process. `start`, `kill` (as power cuts do), `stop` (as people do)."""

    def __init__(
        self,
        hub: FakeHub,
        folder: Path,
        *,
        environment: dict[str, str] | None = None,
        port: int | None = None,
        database_url: str = "",
    ) -> None:
        self.hub = hub
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = folder / "radar.db"
        self.database_url = database_url or f"sqlite:///{self.database}"
        self._rows = rows_of(self.database_url)
        self.log_path = folder / "bot.log"
        self._environment = {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **hub.environment(),
            "DATABASE_URL": self.database_url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "RADAR_PUBLIC_URL": self.url,
            "RADAR_API_TOKEN": API_TOKEN,
            "RADAR_SECRET_KEY": SECRET_KEY,
            "RADAR_LOG_FORMAT": "json",
            "RADAR_PUSH_SETTLE_S": "0.2",
            "RADAR_PUSH_SETTLE_MAX_S": "2",
            "RADAR_GITHUB_TIMEOUT_S": "30",
            "RADAR_RETRY_SCALE": "0.05",
            "RADAR_WORKERS": "2",
            **(environment or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.api = httpx.Client(
            base_url=self.url, headers={"authorization": f"Bearer {API_TOKEN}"}, timeout=PATIENCE_S, trust_env=False
        )

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, however it is."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        self.api.close()
        self._rows.close()

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/api/github/webhooks"

    def start(self) -> None:
        """Start, connect the hub's webhooks, wait until it is ready. Raises BotFailed."""
        self.hub.connect(self.webhook_url)
        self.spawn()
        self.wait_ready()

    def wait_chores(self) -> None:
        """Until what every start asks for (recovery, sweep) is done, so that it cannot mix with what a test does."""
        sql = "select count(*) from runs where function_id like '%sweep-stale%' and state = 'completed'"
        eventually(lambda: self.scalar(sql) > 0, timeout_s=PATIENCE_S, what="the sweep at start")

    def spawn(self) -> None:
        """Start without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        def is_ready() -> bool:
            if self.process is None or self.process.poll() is not None:
                raise BotFailed(f"the bot ended while starting:\n{self.log_tail()}")
            try:
                return self.api.get("/readyz").status_code == 200
            except httpx.TransportError:
                return False

        try:
            eventually(is_ready, timeout_s=PATIENCE_S)
        except AssertionError as late:
            raise BotFailed(f"the bot was not ready within {PATIENCE_S:g} s:\n{self.log_tail()}") from late

    def kill(self) -> None:
        """kill -9 of the bot itself; its workers must notice by themselves."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOP_TIMEOUT_S)

    def stop(self) -> int:
        """SIGTERM; the exit code. Whatever is left of its process group after that is killed."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self._reap()

    def _reap(self) -> None:
        """Kill what a killed bot left behind."""
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log().splitlines()[-lines:])

    def printed(self, path: str) -> str:
        """The newest link with that path that the bot printed for its operator."""

        def look() -> str:
            found = re.findall(rf"{re.escape(self.url)}/{path}\?[\w=&-]+", self.log())
            return found[-1] if found else ""

        return eventually(look, what=f"the {path} link in the log")

    def verb(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another verb of the command line, beside the running bot: same folder, same environment."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the database, `?` for each value."""
        return self._rows.read(sql, *values)

    def write(self, sql: str, *values: Any) -> None:
        """Change the database behind the bot's back."""
        self._rows.write(sql, *values)

    def scalar(self, sql: str, *values: Any) -> Any:
        return next(iter(self.rows(sql, *values)[0].values()))

    def report(self, full_name: str) -> dict[str, Any]:
        """The newest report by the API; {} where there is none."""
        answer = self.api.get(f"/api/repos/{full_name}/intelligence")
        if answer.status_code == 404:
            return {}
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def refresh_state(self, full_name: str) -> dict[str, Any]:
        """What the database says of a repository's refresh; {} where it is unknown. Costs no API limit."""
        rows = self.rows(
            "select id, refresh_status, refresh_error, report_head_sha from repositories"
            " where full_name_lower = ? and removed_at is null",
            full_name.lower(),
        )
        return rows[0] if rows else {}

    def wait_report(self, full_name: str, head_sha: str = "", timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """The completed report of that repository (at that SHA), by the API. Raises BotFailed with the log's end."""

        def look() -> bool:
            seen = self.refresh_state(full_name)
            return seen.get("refresh_status") == "completed" and head_sha in {"", seen["report_head_sha"]}

        try:
            eventually(look, timeout_s=timeout_s)
        except AssertionError:
            state = self.refresh_state(full_name)
            message = f"no report of {full_name} at {head_sha or 'any SHA'}: {state}\n{self.log_tail()}"
            raise BotFailed(message) from None
        return self.report(full_name)

    def wait_ended(self, full_name: str, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """The repository's report or failure, by the API, once its refresh has ended either way."""

        def look() -> bool:
            return self.refresh_state(full_name).get("refresh_status") in {"completed", "failed"}

        eventually(look, timeout_s=timeout_s, what=f"an end of the refresh of {full_name}")
        return self.report(full_name)

    def wait_idle(self, timeout_s: float = PATIENCE_S) -> None:
        """Until nothing is queued, processing or undelivered."""
        busy = (
            "select (select count(*) from deliveries where state = 'received')"
            " + (select count(*) from outbox where sent_at is null)"
            " + (select count(*) from repositories where refresh_status in ('queued', 'processing'))"
            " + (select count(*) from batches where status = 'running')"
        )
        eventually(lambda: self.scalar(busy) == 0, timeout_s=timeout_s, what="nothing left to do")
