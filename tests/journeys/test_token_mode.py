"""Token mode: one personal token analyses one owner's repositories from the command line, without any App."""

from __future__ import annotations

import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakehub import FakeHub
from tests.journeys.bot_process import INHERITED, ROOT, WITHOUT_APP, BotProcess, eventually

OWNER = "solo"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub() as running:
        yield running


def environment(hub: FakeHub, folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "GITHUB_TOKEN": hub.token_for(OWNER).value,
        "GITHUB_OWNER": OWNER,
        "GITHUB_API_URL": hub.api_url,
        "GITHUB_WEB_URL": hub.url,
        "DATABASE_URL": f"sqlite:///{folder / 'radar.db'}",
        "RADAR_WORKERS": "2",
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bot", "batch", *arguments]


def batch(hub: FakeHub, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(environment(hub, folder), folder, *arguments)


def run(environment: dict[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def watched(hub: FakeHub, folder: Path, on_drawn: Callable[[str], None]) -> str:
    """What `batch` draws in a terminal, all of it; `on_drawn` is told of it as it grows."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        command(), cwd=folder, env=environment(hub, folder) | {"TERM": "xterm", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    drawn = bytearray()
    with suppress(OSError), open(ours, "rb", buffering=0) as screen:  # Linux ends a terminal by EIO
        while part := screen.read(4096):
            drawn += part
            on_drawn(drawn.decode(errors="replace"))
    assert running.wait(60) == 0, drawn.decode()
    return drawn.decode()


def own_repositories(hub: FakeHub, count: int) -> None:
    hub.add_account(OWNER, "User")
    for number in range(count):
        files = {"README.md": f"# Number {number}\n", "main.py": f"print({number})\n"}
        hub.add_repository(hub.user(OWNER), f"r{number}", files, private=number == 0, announce=False)


def archives(hub: FakeHub) -> int:
    return hub.ledger.counts["archive"]


def counted(folder: Path, query: str) -> int:
    """A count from the database; 0 while that is being made."""
    try:
        with closing(sqlite3.connect(f"file:{folder / 'radar.db'}?mode=ro", uri=True)) as database:
            return int(database.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def finished_runs(folder: Path) -> int:
    """Refreshes that ended. One whose report is there may still be repeated: its step was not recorded yet."""
    return counted(
        folder,
        "select count(*) from runs where function_id = 'refresh-repository-intelligence' and state = 'completed'",
    )


def test_one_command_makes_every_report_and_a_second_none(hub: FakeHub, tmp_path: Path) -> None:
    own_repositories(hub, 4)
    other = hub.add_repository("acme", "foreign", {"README.md": "# x\n"}, announce=False)
    first = batch(hub, tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert archives(hub) == 4
    assert hub.ledger.billable / 4 <= 2.5, hub.ledger.counts
    second = batch(hub, tmp_path)
    assert second.returncode == 0, second.stdout + second.stderr
    assert archives(hub) == 4, "what is current is not read again"
    assert other.name not in first.stdout


def test_a_progress_bar_counts_repositories(hub: FakeHub, tmp_path: Path) -> None:
    own_repositories(hub, 6)
    hub.faults.add("held", f"/{OWNER}/r0/")

    def let_the_last_go(drawn: str) -> None:
        if "5/6" in drawn:
            hub.faults.clear()

    drawn = watched(hub, tmp_path, let_the_last_go)
    counted_up = [int(done) for done in re.findall(r"(\d)/6", drawn)]
    assert counted_up == sorted(counted_up)
    assert {5, 6} <= set(counted_up), "it moves while the work is under way"
    assert "solo: 6 analysed, 0 were current or excluded, 0 failed" in re.sub(r"\s+", " ", drawn)


def test_a_running_bot_looks_after_the_owners_repositories_by_the_clock(hub: FakeHub, tmp_path: Path) -> None:
    """There are no webhooks with a token: what was pushed is found by the daily comparison, no App is needed."""
    own_repositories(hub, 3)
    assert batch(hub, tmp_path).returncode == 0
    read_before, sha = archives(hub), hub.push(hub.find(f"{OWNER}/r1"), announce=False)
    token = {"GITHUB_TOKEN": hub.token_for(OWNER).value, "GITHUB_OWNER": OWNER}
    bot = BotProcess(hub, tmp_path, environment=WITHOUT_APP | token)
    bot.write("update installations set reconciled_at = ?", hub.world.now() - timedelta(days=2))
    with bot:
        bot.wait_report(f"{OWNER}/r1", sha)
        bot.wait_idle()
    assert archives(hub) == read_before + 1, "the others are current"


def test_forks_are_left_out_when_asked(hub: FakeHub, tmp_path: Path) -> None:
    own_repositories(hub, 1)
    upstream = hub.add_repository("acme", "upstream", {"README.md": "# up\n"}, announce=False)
    hub.add_repository(hub.user(OWNER), "forked", {"README.md": "# fork\n"}, parent=upstream, announce=False)
    done = batch(hub, tmp_path, "--forks", "without-forks")
    assert done.returncode == 0, done.stdout + done.stderr
    assert archives(hub) == 1
    done = batch(hub, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert archives(hub) == 2, "the fork too, and only that"


def test_it_goes_on_where_it_was_killed(hub: FakeHub, tmp_path: Path) -> None:
    own_repositories(hub, 12)
    hub.service.latency_s = 0.05
    running = subprocess.Popen(
        command(), cwd=tmp_path, env=environment(hub, tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        eventually(lambda: finished_runs(tmp_path) >= 3, what="some reports")
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(20)
    begun, finished = archives(hub), finished_runs(tmp_path)
    done = batch(hub, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert counted(tmp_path, "select count(*) from reports") == 12
    assert archives(hub) <= begun + 12 - finished, "what was finished is not done again"


def test_a_wrong_token_is_told_in_one_line(hub: FakeHub, tmp_path: Path) -> None:
    own_repositories(hub, 1)
    wrong = environment(hub, tmp_path) | {"GITHUB_TOKEN": "ghp_wrong"}
    done = run(wrong, tmp_path)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr + done.stdout
    assert "ghp_wrong" not in done.stderr + done.stdout
    assert "GITHUB_TOKEN" in done.stderr + done.stdout
