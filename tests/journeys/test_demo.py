"""`make demo` as a newcomer meets it: reports, a push and a comment from a second terminal, a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.bot_process import ROOT, eventually
from tests.journeys.rows import Rows, rows_of
from tests.patience import PATIENCE_S
from tests.samples import SAMPLES


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "DEMO_FOLDER": str(tmp_path / "demo"), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A git checkout of one's own."""
    folder = tmp_path / "my project"
    folder.mkdir()
    (folder / "main.go").write_text("package main\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
        identity = ["-c", "user.name=Me", "-c", "user.email=me@example.test"]
        subprocess.run(["git", *identity, *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def demo(environment: dict[str, str], mine: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    output = tmp_path / "output"
    with output.open("wb") as sink:
        command = [sys.executable, "-m", "tests.demo", str(mine)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sink, stderr=subprocess.STDOUT)
    yield process, output
    if process.poll() is None:
        process.kill()
        process.wait()


def test_the_demo_shows_reports_and_ends_cleanly(
    demo: tuple[subprocess.Popen[bytes], Path], environment: dict[str, str]
) -> None:
    process, output = demo
    eventually(lambda: "Ctrl-C ends the demo." in output.read_text(), what="the demo is up")
    told = output.read_text()
    for sample in SAMPLES:
        assert f"✓ acme/{sample.name}" in told
    assert "✓ you/my-project" in told
    assert "/sign-in/operator?token=" in told
    assert "✗ acme/relic" in told
    assert_every_page_has_something(rows_of(f"sqlite:///{environment['DEMO_FOLDER']}/radar.db"))

    for act, expected in (
        (["push", "acme/lantern"], "Report of"),
        (["comment", "acme/lantern", "/radar help"], "/radar refresh"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "tests.demo", *act],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert expected in done.stdout

    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 0
    assert "ended cleanly" in output.read_text()
    assert "Traceback" not in output.read_text()


THERE = {
    "a trend": "select count(*) >= 3 from reports join repositories p on p.id = repository_id where name = 'teashop'",
    "over days": "select julianday(max(created_at)) - julianday(min(created_at)) > 2 from reports",
    "a slip": "select count(*) > 0 from repositories where score < score_before",
    "a failed run with its reason": "select count(*) > 0 from runs where state = 'failed' and reason like 'GitHub%'",
    "ignored deliveries": "select count(*) >= 3 from deliveries where state = 'ignored' and reason <> ''",
    "a private repository": "select count(*) > 0 from repositories where is_private",
    "a command answered": "select count(*) > 0 from commands where state = 'done'",
    "a batch to watch": "select count(*) > 0 from batches where status = 'running'",
}


def assert_every_page_has_something(rows: Rows) -> None:
    def missing() -> list[str]:
        return [what for what, sql in THERE.items() if not next(iter(rows.read(sql)[0].values()))]

    eventually(lambda: not missing(), what=f"in the demo's database: {missing()}")


def test_a_path_that_is_no_repository_is_one_clear_line(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.demo", str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 2
    assert "is no git repository" in done.stdout
