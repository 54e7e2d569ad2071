"""Durable acknowledgements a second of the real server, beside a Probot 14 app that does and keeps nothing.

Both get GitHub's published push example, signed, over 32 connections, in turns. Ours is `python -m bot serve` on
SQLite with `synchronous=FULL`; it stands still in the peer's turns, in which it would work off what it has taken.
Afterwards every delivery answered 202 must be in the inbox.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.events.translate import translate
from tests.bench.load import Generator, Load
from tests.contracts.published import NotPublishedHere, webhook_examples

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".cache" / "npm" / "probot"
PEER_APP = 'export default (app) => { app.on("push", async () => {}); };\n'
SECRET = b"bench"
CONNECTIONS = 32
ROUNDS = 3
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
START_TIMEOUT_S = 60.0


def main() -> None:
    """Measure both in turns and print medians; says where a target is missed."""
    body = push_example()
    with tempfile.TemporaryDirectory(prefix="radar-bench-") as folder:
        database = Path(folder) / "radar.db"
        with our_server(database) as (port, process):
            rounds = measure_in_turns(port, process, body)
            stop(process)
        accepted = sum(load.accepted for load in rounds["ours"])
        held = count_held(database)
        verdict = "none lost" if held >= accepted else "LOST"
        print(f"accepted {accepted} and a warm-up, held in the inbox {held}: {verdict}")
    report(rounds)


def push_example() -> bytes:
    """GitHub's published push to a default branch; a payload of the same fields where npm is away."""
    try:
        for event, payload in webhook_examples():
            body = json.dumps(payload).encode()
            if event == "push" and translate(event, "g", body).events:
                return body
    except NotPublishedHere as reason:
        print(f"(a made-up push: {reason})")
    repository = {"id": 42, "full_name": "octo/hello", "default_branch": "main", "pushed_at": 1, "filler": "x" * 6500}
    push = {"ref": "refs/heads/main", "before": "0" * 40, "after": "a" * 40, "repository": repository}
    return json.dumps({**push, "installation": {"id": 7}, "sender": {"login": "octocat"}}).encode()


def measure_in_turns(port: int, process: subprocess.Popen[bytes], body: bytes) -> dict[str, list[Load]]:
    """Loads of ours (`process`) and, where npm has it, of the peer, by name."""
    rounds: dict[str, list[Load]] = {"ours": []}
    generator = Generator("push", body, SECRET)
    try:
        with probot() as peer_port:
            rounds["Probot 14"] = []
            for number in range(-1, ROUNDS):  # the first round warms up
                seconds = SECONDS if number >= 0 else min(SECONDS, 2)
                ours = generator.run(port, connections=CONNECTIONS, seconds=seconds)
                with standing_still(process):
                    peers = generator.run(peer_port, connections=CONNECTIONS, seconds=seconds)
                if number >= 0:
                    rounds["ours"].append(ours)
                    rounds["Probot 14"].append(peers)
    except NotPublishedHere as reason:
        print(f"no peer: {reason}")
        generator.run(port, connections=CONNECTIONS, seconds=min(SECONDS, 2))
        for _ in range(ROUNDS):
            rounds["ours"].append(generator.run(port, connections=CONNECTIONS, seconds=SECONDS))
    return rounds


@contextmanager
def standing_still(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process gets no time meanwhile."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def report(rounds: dict[str, list[Load]]) -> None:
    """The figures, the ratio, and whether the targets are met."""
    figures = {}
    for name, loads in rounds.items():
        rate = statistics.median(load.per_second for load in loads)
        p50, p99 = (statistics.median(load.percentile_ms(share) for load in loads) for share in (0.5, 0.99))
        refused = sum(load.refused for load in loads)
        figures[name] = (rate, p99)
        print(f"{name:10} {rate:8.0f} acknowledgements/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   refused {refused}")
    if len(figures) < 2:
        return
    ratio = figures["ours"][0] / figures["Probot 14"][0]
    print(f"ratio {ratio:.2f} (target 1.5, aim 2): {'met' if ratio >= 1.5 else 'missed'}")
    is_lower = figures["ours"][1] <= figures["Probot 14"][1]
    print(f"p99 no higher than the peer's: {'met' if is_lower else 'missed'}")


def count_held(path: Path) -> int:
    """Deliveries in the database file."""
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT count(*) FROM deliveries").fetchone()[0])


@contextmanager
def our_server(database: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`python -m bot serve` on a free port, over this database file."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INNGEST_"))},
        "GITHUB_WEBHOOK_SECRET": SECRET.decode(),
        "DATABASE_URL": f"sqlite:///{database}",
        "PORT": str(port),
        "RADAR_LOG_LEVEL": "error",
        "RADAR_WORKERS": "1",
        "PYTHONPATH": str(ROOT),
    }
    with running([sys.executable, "-m", "bot", "serve"], environment, database.parent, port) as process:
        yield port, process


@contextmanager
def probot() -> Iterator[int]:
    """A Probot 14 app with a handler that does nothing, on a free port. Raises NotPublishedHere without npm."""
    install_probot()
    key = subprocess.run(
        ["openssl", "genrsa", "-traditional", "2048"], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    port = free_port()
    environment = {
        **os.environ,
        "APP_ID": "1",
        "PRIVATE_KEY": key,
        "WEBHOOK_SECRET": SECRET.decode(),
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "LOG_LEVEL": "fatal",
        "NODE_ENV": "production",
    }
    with running(["node", "node_modules/probot/bin/probot.js", "run", "./app.js"], environment, PEER, port):
        yield port


def install_probot() -> None:
    """Probot 14 from npm, kept in `.cache`."""
    if shutil.which("npm") is None or shutil.which("openssl") is None:
        raise NotPublishedHere("npm or openssl is not on this machine")
    PEER.mkdir(parents=True, exist_ok=True)
    (PEER / "package.json").write_text('{"name": "peer", "private": true, "type": "module"}\n')
    (PEER / "app.js").write_text(PEER_APP)
    if (PEER / "node_modules" / "probot").is_dir():
        return
    command = ["npm", "install", "probot@14", "--silent", "--no-audit", "--no-fund", "--no-save"]
    done = subprocess.run(command, cwd=PEER, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise NotPublishedHere(f"npm cannot bring probot: {done.stderr.strip()[-200:]}")


@contextmanager
def running(
    command: list[str], environment: dict[str, str], folder: Path, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a process, once it listens; stopped at the end."""
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and see that it does."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


def free_port() -> int:
    """A port of loopback that was free just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until something listens on the port. Raises RuntimeError when the process ends or takes too long."""
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}: {process.args!r}")


if __name__ == "__main__":
    main()
