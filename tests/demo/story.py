"""Fills the demo with a few days of life, so that every page has something to show: a trend, a slip, a failure."""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.fakehub import FakeHub
from tests.fakehub.world import Repository
from tests.journeys.bot_process import BotProcess
from tests.patience import PATIENCE_S

FAILING = "relic"
"""A repository that GitHub blocks on the first day: its run fails with the reason, and a retry succeeds."""
FLEET = "harbour"
SLOW_ANSWER_S = 3.0
FLEET_NAMES = """
anchor ballast beacon bilge binnacle boom bosun bow bridge bulkhead buoy cabin capstan cargo chart cleat compass crane
davit deck dock ferry fender galley gangway halyard hatch helm hold hull jetty keel kedge lock mast mooring oar pilot
pontoon quay rigging rudder sextant signal tackle tide tiller winch
"""
LONG_NAME = "quayside-crane-telemetry-collector-and-forwarder-for-the-northern-container-terminal"
DESCRIPTIONS = (
    "",
    "Wo die Schiffe warten",
    "船の位置を知らせる",
    "يراقب حركة السفن في الميناء",
    "Καιρός και παλίρροιες",
)

_TIMES = {
    "deliveries": ("received_at", "handled_at"),
    "runs": ("started_at", "finished_at"),
    "batches": ("created_at", "finished_at"),
    "batch_items": ("updated_at",),
    "repositories": ("refresh_requested_at", "refresh_started_at", "refresh_finished_at", "reported_at"),
    "reports": ("created_at",),
}
SECURITY = "# Security\n\nWrite to security@teashop.test; we answer within two days. The newest release is supported.\n"
PULL_TEMPLATE = "## What it changes\n\n## How it was tried\n"
OWNERS = "* @ada\n/app/ @grace\n"

Stopped = Callable[[], bool]


def prepare(hub: FakeHub) -> None:
    """Before the App is installed: a repository that will fail."""
    relic = hub.add_repository(
        "acme", FAILING, {"README.md": "# Relic\n\nKept for its data.\n", "load.py": "DATA = 1\n"}
    )
    relic.permissions["you"] = "admin"
    hub.open_issue(relic, "Talk to Repo Radar here", "you", "Comment with `/radar report`.")
    hub.faults.add("blocked", rf"/acme/{FAILING}/tarball/")


def live(hub: FakeHub, bot: BotProcess, stopped: Stopped) -> None:
    """Three days in a few seconds: what happened is dated back in the bot's database, day by day."""
    for wait, act in ((timedelta(days=2), _first_day), (timedelta(days=1), _second_day), (timedelta(hours=3), None)):
        _quiet(hub, bot, stopped)
        if stopped():
            return
        hub.faults.clear()
        _let_pass(bot, wait)
        if act is not None:
            act(hub, bot, stopped)


def launch_fleet(hub: FakeHub) -> int:
    """An account whose archives come slowly is installed now, so that its batch can be watched; how many it has."""
    hub.add_account(FLEET, "Organization")
    names = [*FLEET_NAMES.split(), LONG_NAME]
    stores = [r.git for r in hub.world.repositories.values() if r.owner.login == "acme" and r.git.head()]
    for index, name in enumerate(names):
        store = stores[index % len(stores)]
        description = DESCRIPTIONS[index % len(DESCRIPTIONS)]
        repository = hub.add_repository(FLEET, name, store, description=description, private=index % 7 == 3)
        repository.permissions["you"] = "admin"
    hub.faults.add("slow", rf"/{FLEET}/[^/]+/tarball/", retry_after_s=SLOW_ANSWER_S)
    hub.install(FLEET)
    return len(names)


def _first_day(hub: FakeHub, bot: BotProcess, stopped: Stopped) -> None:
    """One repository gets better, one worse; a branch and a star that nothing follows from; a comment is answered."""
    at = hub.world.now() - timedelta(days=1, hours=3)
    teashop, lantern, herbs = (hub.find(f"acme/{name}") for name in ("teashop", "lantern", "herbs"))
    hub.push(teashop, {"SECURITY.md": SECURITY}, message="Say how to report a hole", author="grace", at=at)
    hub.push(lantern, {".github/workflows/go.yml": None, "main_test.go": None}, message="Drop the slow tests", at=at)
    hub.push(herbs, {"docs/mint.md": "# Mint\n"}, message="Try mint", branch="mint", at=at)
    hub.comment(teashop, 1, "Shall we ship on Friday?", "grace")
    hub.comment(teashop, 1, "/radar report", "you")
    _await_reports(bot, stopped, teashop, lantern)


def _second_day(hub: FakeHub, bot: BotProcess, stopped: Stopped) -> None:
    """The better one goes on, another slips, a pull request is judged."""
    at = hub.world.now() - timedelta(hours=3)
    teashop, tidemark = (hub.find(f"acme/{name}") for name in ("teashop", "tidemark"))
    better = {".github/pull_request_template.md": PULL_TEMPLATE, ".github/CODEOWNERS": OWNERS}
    hub.push(teashop, better, message="Ask how it was tried", at=at)
    hub.push(tidemark, {"README.md": "# tidemark\n", "SECURITY.md": None}, message="Tidy up", author="grace", at=at)
    hub.open_pull(teashop, "Drop the tests of the basket", {"lib/basket.test.ts": None}, user="grace", branch="slim")
    _await_reports(bot, stopped, teashop, tidemark)


def _await_reports(bot: BotProcess, stopped: Stopped, *repositories: Repository) -> None:
    """Until each has the report of its newest commit, or patience ends: the demo goes on in any case."""

    def all_there() -> bool:
        return all(
            bot.refresh_state(one.full_name).get("report_head_sha") == one.git.head()
            and bot.refresh_state(one.full_name).get("refresh_status") == "completed"
            for one in repositories
        )

    _wait(all_there, stopped)


def _quiet(hub: FakeHub, bot: BotProcess, stopped: Stopped) -> None:
    """Until the bot has nothing under way."""
    hub.settle()
    sql = (
        "select (select count(*) from deliveries where state = 'received')"
        " + (select count(*) from runs where state = 'running')"
        " + (select count(*) from batches where status = 'running') as busy"
    )
    _wait(lambda: bot.scalar(sql) == 0, stopped)


def _wait(look: Callable[[], bool], stopped: Stopped) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + PATIENCE_S
    while not look() and not stopped() and time.monotonic() < deadline:
        pause.wait(0.05)


def _let_pass(bot: BotProcess, span: timedelta) -> None:
    """Date back what the bot's pages show, its reports included; chores, sessions and limits keep their time."""
    seconds = f"-{int(span.total_seconds())} seconds"
    for table, columns in _TIMES.items():
        for column in columns:
            earlier = f"strftime('%Y-%m-%d %H:%M:%f', {column}, ?) || '000'"
            bot.write(f"update {table} set {column} = {earlier} where {column} is not null", seconds)
    for row in bot.rows("select id, body from reports"):
        bot.write("update reports set body = ? where id = ?", _dated_back(row["body"], span), row["id"])


def _dated_back(body: bytes, span: timedelta) -> bytes:
    report: dict[str, Any] = json.loads(zlib.decompress(body))
    report["analyzed_at"] = _earlier(report["analyzed_at"], span)
    if report.get("changes"):
        report["changes"]["previous_at"] = _earlier(report["changes"]["previous_at"], span)
    return zlib.compress(json.dumps(report).encode())


def _earlier(moment: str, span: timedelta) -> str:
    return (datetime.fromisoformat(moment) - span).isoformat()
