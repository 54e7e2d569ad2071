"""Repositories a minute, and what a batch does to people: the whole bot against a GitHub that answers after 50 ms.

GitHub, the bot and its workers share this machine's processors, so the figures are a lower bound.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.bench.trickle import trickle
from tests.fakehub import FakeHub
from tests.fakehub.world import Repository
from tests.journeys.bot_process import BotProcess

LATENCY_S = 0.05
ACCOUNTS = 3
REPOSITORIES = 100
ALONE = 300
"""Repositories of one more installation, which is installed by itself."""
THROTTLE = 850
"""What an installation may start in a minute (RADAR_POINTS_PER_MINUTE): GitHub's secondary limit is 900."""
PUSHES = 10
SETTLE_S = 1.0


def files(number: int) -> dict[str, str]:
    """A small project: what most repositories of an organisation look like."""
    source = "".join(f"def f{line}(x: int) -> int:\n    return x + {line + number}\n\n\n" for line in range(40))
    return {
        "README.md": f"# project {number}\n\nDoes one thing well.\n\n## Install\n\n`pip install project`\n",
        "pyproject.toml": f'[project]\nname = "project-{number}"\nversion = "1.0"\ndependencies = ["httpx>=0.27"]\n',
        "LICENSE": "MIT License\n\nPermission is hereby granted, free of charge, …\n",
        "src/project/__init__.py": source,
        "tests/test_project.py": "def test_f() -> None:\n    assert True\n",
        # each its own: a worker remembers what zizmor said of workflows it has seen
        ".github/workflows/ci.yml": f"name: project {number}\non: [push, pull_request]\njobs:\n  t:\n"
        "    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: pytest\n",
    }


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="radar-bench-") as name, FakeHub(Path(name) / "hub") as hub:
        made = [
            hub.add_repository(f"org{account}", f"repo{number:03}", files(account * REPOSITORIES + number))
            for account in range(ACCOUNTS)
            for number in range(REPOSITORIES)
        ]
        for number in range(ALONE):
            hub.add_repository("alone", f"repo{number:03}", files(ACCOUNTS * REPOSITORIES + number))
        hub.service.latency_s = LATENCY_S
        environment = {"RADAR_PUSH_SETTLE_S": str(SETTLE_S), "RADAR_RETRY_SCALE": "1"}
        with BotProcess(hub, Path(name) / "bot", environment=environment) as bot:
            bot.wait_chores()
            batch(hub, bot, len(made))
            pushes(hub, bot, made)
            alone(hub, bot)


def batch(hub: FakeHub, bot: BotProcess, total: int) -> None:
    """Install on all accounts at once; deliveries of no interest come in all the while."""
    billable, before = hub.ledger.billable, Counter(hub.ledger.counts)
    assert bot.process is not None
    github_s, (bot_s, workers_s) = cpu_s(os.getpid())[0], cpu_s(bot.process.pid)
    started = time.monotonic()
    with trickle(bot.port, hub.app.webhook_secret) as latencies:
        for account in range(ACCOUNTS):
            hub.install(f"org{account}")
        took_s = until_done(bot, total) - started
    rate = total / took_s * 60
    cost = (hub.ledger.billable - billable) / total
    said = "" if rate >= 900 else "   (target 900 missed)"
    print(f"{total} repositories over {ACCOUNTS} installations in {took_s:.1f} s: {rate:.0f} a minute{said}")
    print(f"API requests a repository: {cost:.3f}" + ("" if cost <= 1.1 else "   (target 1.1 missed)"))
    print(f"  by kind: {dict(Counter(hub.ledger.counts) - before)}")
    github_s, bot_s = cpu_s(os.getpid())[0] - github_s, cpu_s(bot.process.pid)[0] - bot_s
    workers_s = cpu_s(bot.process.pid)[1] - workers_s
    each = ", ".join(
        f"{name} {used / total * 1000:.0f} ms"
        for name, used in (("bot", bot_s), ("workers", workers_s), ("GitHub", github_s))
    )
    print(f"processor time a repository: {each}")
    p99 = statistics.quantiles(latencies, n=100)[98] * 1000
    said = "" if p99 < 100 else "   (target 100 ms missed)"
    print(f"acknowledgements meanwhile: {len(latencies)}, p99 {p99:.0f} ms{said}")


def alone(hub: FakeHub, bot: BotProcess) -> None:
    """One installation by itself: its throttle is to be the only brake."""
    before = done(bot)
    hub.install("alone")
    first = until_done(bot, before + ALONE // 10)
    rate = (ALONE - ALONE // 10) / (until_done(bot, before + ALONE) - first) * 60
    said = "" if rate >= 0.95 * THROTTLE else f"   (target missed: within 5 % of its throttle, {THROTTLE})"
    print(f"{ALONE} repositories of one installation: {rate:.0f} a minute{said}")


def until_done(bot: BotProcess, count: int) -> float:
    """When so many reports were stored, on the monotonic clock."""
    while done(bot) < count:
        time.sleep(0.05)
    return time.monotonic()


def cpu_s(pid: int) -> tuple[float, float]:
    """Processor seconds of a process, and of its children that live, with what those started and waited for."""
    tick = os.sysconf("SC_CLK_TCK")
    times: dict[int, tuple[int, float, float]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        own, children = (sum(map(int, fields[at : at + 2])) / tick for at in (11, 13))
        times[int(path.parent.name)] = (int(fields[1]), own, children)
    workers = [own + children for parent, own, children in times.values() if parent == pid]
    return times[pid][1], sum(workers)


def done(bot: BotProcess) -> int:
    """Reports stored so far."""
    return int(bot.scalar("select count(*) from repositories where report_id is not null"))


def pushes(hub: FakeHub, bot: BotProcess, made: list[Repository]) -> None:
    """Push, and wait for the new report; the debounce apart."""
    waited: list[float] = []
    for number in range(PUSHES):
        repository = made[number]
        started = time.monotonic()
        sha = hub.push(repository, {"src/project/new.py": f"x = {number}\n"})
        sql = f"select count(*) from repositories where id = {repository.id} and report_head_sha = '{sha}'"
        while not bot.scalar(sql):
            time.sleep(0.01)
        waited.append(time.monotonic() - started - SETTLE_S)
    median = statistics.median(waited)
    said = "" if median <= 1.0 else "   (target 1 s missed)"
    print(f"push to new report beyond its debounce: median {median:.2f} s, worst {max(waited):.2f} s{said}")


if __name__ == "__main__":
    main()
