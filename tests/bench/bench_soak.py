"""The soak: 10,000 deliveries while everything that can fail fails; in the end nothing is lost and nothing is doubled.

`kill -9` of the bot every few seconds, GitHub failing a fifth of its requests, the database locked now and then, the
engine away for a while: its tables are gone, so that it takes no event and ends no step, and the relay must keep what
it has and send it again. Pushes and comments come from the fake GitHub, which does not retry: what did not arrive must
be recovered. The rest is sent by a sender that repeats each delivery under its GUID until it is acknowledged.

On SQLite, then on PostgreSQL. `python -m tests.bench.bench_soak 1000` is a small one.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.intake.signature import sign
from bot.storage.database import normalise_url
from tests.bench.bench_throughput import files
from tests.databases import postgresql_server
from tests.fakehub import FakeHub
from tests.fakehub.world import Comment, Issue, Repository
from tests.journeys.bot_process import BotProcess

DELIVERIES = 10_000
SENDERS = 16
REPOSITORIES = 40
PUSHES = 120
COMMENTS = 40
KILLS = 6
"""At least."""
KILL_EVERY_S = (3.0, 6.0)
LOCKED_S = 2.0
AWAY_AFTER_S, AWAY_S, AWAY_EVERY_S = 6.0, 25.0, 90.0
GITHUB_FAILS = 0.2
PATIENCE_S = 420.0
CANNOT_RELAY = "cannot relay just now"


class Soak:
    """One soak on one database."""

    def __init__(self, hub: FakeHub, bot: BotProcess, database_url: str, deliveries: int) -> None:
        self.hub = hub
        self.bot = bot
        self.database_url = database_url
        self.deliveries = deliveries
        self.chance = random.Random(20261124)
        self.is_over = threading.Event()
        self.accepted: list[str] = []
        self.kills = 0
        self.kill_or_away = threading.Lock()
        self.kept: list[int] = []
        """How often the relay had to keep what it had, for each time that the engine was away."""
        self.repositories: list[Repository] = []
        self.comments: list[tuple[Issue, Comment]] = []

    def run(self) -> None:
        """Storm, then calm, then count."""
        self.repositories = [
            self.hub.add_repository("acme", f"repo{number:03}", files(number)) for number in range(REPOSITORIES)
        ]
        self.hub.install("acme")
        swept = "select count(*) from runs where function_id like '%sweep-stale%' and state = 'completed'"
        while not self._scalar(swept):
            time.sleep(0.2)
        self.hub.faults.add("error", rate=GITHUB_FAILS / 2)
        self.hub.faults.add("drop", rate=GITHUB_FAILS / 2)
        started = time.monotonic()
        with ThreadPoolExecutor(SENDERS + 4) as threads:
            chores = [threads.submit(chore) for chore in (self._kill, self._lock, self._live, self._away)]
            senders = [threads.submit(self._send, self.deliveries // SENDERS) for _ in range(SENDERS)]
            for sender in senders:
                sender.result()
            took_s = time.monotonic() - started
            self.is_over.set()
            for chore in chores:
                chore.result()
        self.hub.faults.clear()
        print(f"  {len(self.accepted)} deliveries acknowledged in {took_s:.0f} s through {self.kills} kills")
        self._calm()
        self._count()

    def _send(self, number: int) -> None:
        """Deliver noise and repeats, each until it is acknowledged; some more until the bot was killed often enough."""
        chance = random.Random(threading.get_ident())
        secret = self.hub.app.webhook_secret.encode()
        with httpx.Client(trust_env=False, timeout=10) as client:
            for count in itertools.count():
                if count >= number:
                    if self.kills >= KILLS:
                        return
                    time.sleep(0.1)
                body = b'{"action":"created","sender":{"login":"ada"},"count":%d}' % count
                repeat = self.accepted and chance.random() < 0.05
                guid = chance.choice(self.accepted) if repeat else str(uuid.uuid4())
                headers = {
                    "content-type": "application/json",
                    "x-github-event": "star",
                    "x-github-delivery": guid,
                    "x-hub-signature-256": sign(secret, body),
                }
                while not self._delivered(client, body, headers):
                    time.sleep(0.05)
                if not repeat:
                    self.accepted.append(guid)

    def _delivered(self, client: httpx.Client, body: bytes, headers: dict[str, str]) -> bool:
        try:
            return client.post(self.bot.webhook_url, content=body, headers=headers).status_code == 202
        except httpx.HTTPError:
            return False

    def _kill(self) -> None:
        while not self.is_over.wait(self.chance.uniform(*KILL_EVERY_S)):
            with self.kill_or_away:
                self.bot.kill()
                self.kills += 1
                self.bot.spawn()
                self.bot.wait_ready()

    def _away(self) -> None:
        """Take the engine's tables away for longer than the relay waits for an answer, at least once."""
        pause_s = AWAY_AFTER_S
        while not self.is_over.wait(pause_s):
            pause_s = AWAY_EVERY_S
            with self.kill_or_away:  # without its tables no engine starts
                before = self.bot.log().count(CANNOT_RELAY)
                self._rename("engine_runs", "engine_runs_away")
                try:
                    self.hub.push(self.repositories[0], {"src/project/away.py": f"x = {len(self.kept)}\n"})
                    time.sleep(AWAY_S)
                finally:
                    self._rename("engine_runs_away", "engine_runs")
                self.kept.append(self.bot.log().count(CANNOT_RELAY) - before)

    def _rename(self, old: str, new: str) -> None:
        asyncio.run(execute(self.database_url, f"alter table {old} rename to {new}"))

    def _lock(self) -> None:
        """Hold the database's write lock for a while, now and then."""
        while not self.is_over.wait(5):
            asyncio.run(lock(self.database_url))

    def _live(self) -> None:
        """People push and comment."""
        for number in range(max(PUSHES, COMMENTS)):
            repository = self.repositories[number % REPOSITORIES]
            if number < PUSHES:
                self.hub.push(repository, {"src/project/new.py": f"x = {number}\n"})
            if number < COMMENTS:
                self.hub.grant(repository, "ada", "admin")
                issue = self.hub.open_issue(repository, "How is it?")
                self.comments.append((issue, self.hub.comment(repository, issue, "/radar status", "ada")))
            time.sleep(0.1)

    def _calm(self) -> None:
        """Until the bot has made up for everything."""
        self.bot.kill()
        self.bot.spawn()
        self.bot.wait_ready()
        started = time.monotonic()
        while time.monotonic() - started < PATIENCE_S:
            if not self._open():
                print(f"  made up for everything {time.monotonic() - started:.0f} s after the storm")
                return
            time.sleep(2)
        print(f"  NOT made up for after {PATIENCE_S:.0f} s: {self._open()}")

    def _open(self) -> list[str]:
        """What is still to be done."""
        found = []
        if self._scalar("select count(*) from deliveries where state = 'received'"):
            found.append("deliveries wait")
        heads = {one.id: one.git.head() for one in self.repositories}
        rows = self._rows("select id, report_head_sha from repositories")
        late = sum(heads.get(row["id"]) != row["report_head_sha"] for row in rows)
        if late or len(rows) < REPOSITORIES:
            found.append(f"{late} of {len(rows)} repositories have no report of HEAD")
        silent = sum(len(issue.comments) < 2 for issue, _ in self.comments)
        if silent:
            found.append(f"{silent} comments unanswered")
        return found

    def _count(self) -> None:
        """What must hold after it all."""
        known = {row["guid"] for row in self._rows("select guid from deliveries")}
        lost = [guid for guid in self.accepted if guid not in known]
        doubled = [issue for issue, _ in self.comments if len(issue.comments) > 2]
        copies = self._scalar(
            "select count(*) from (select repository_id, head_sha, ruleset_version, config_digest from reports"
            " group by 1, 2, 3, 4 having count(*) > 1) as twice"
        )
        odd = self._scalar("select count(*) from deliveries where state not in ('sent', 'ignored')")
        is_tried = bool(self.kept) and all(self.kept)
        good = is_tried and not (lost or doubled or copies or odd or self._open())
        print(
            f"  the engine was away {len(self.kept)} times for {AWAY_S:.0f} s; the relay kept and retried: {self.kept}"
        )
        print(
            f"  lost {len(lost)}, unsettled {odd}, reports doubled {copies}, comments answered twice {len(doubled)}:"
            f" {'every delivery accounted for' if good else 'FAILED'}"
        )

    def _scalar(self, sql: str) -> Any:
        return next(iter(self._rows(sql)[0].values()))

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        return asyncio.run(rows(self.database_url, sql))


async def rows(url: str, sql: str) -> list[dict[str, Any]]:
    """Rows of the bot's database, read beside it."""
    engine = create_async_engine(normalise_url(url))
    try:
        async with engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(sql))).mappings()]
    finally:
        await engine.dispose()


async def execute(url: str, sql: str) -> None:
    """Change the bot's database beside it, however long others hold it."""
    engine = create_async_engine(normalise_url(url))
    try:
        async with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                await connection.exec_driver_sql("PRAGMA busy_timeout=60000")
            await connection.exec_driver_sql(sql)
    finally:
        await engine.dispose()


async def lock(url: str) -> None:
    """Nobody else can write to the deliveries for a while."""
    engine = create_async_engine(normalise_url(url))
    is_sqlite = engine.dialect.name == "sqlite"
    try:
        async with engine.connect() as connection:
            await connection.exec_driver_sql(
                "BEGIN IMMEDIATE" if is_sqlite else "LOCK TABLE deliveries IN EXCLUSIVE MODE"
            )
            await asyncio.sleep(LOCKED_S)
            await connection.rollback()
    finally:
        await engine.dispose()


def main(deliveries: int = DELIVERIES) -> None:
    """Both databases, one after the other."""
    for kind in ("sqlite", "postgresql"):
        print(f"{kind}:", flush=True)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="radar-soak-")))
            hub = stack.enter_context(FakeHub(folder / "hub"))
            url = f"sqlite:///{folder}/bot/radar.db"
            if kind == "postgresql":
                url = stack.enter_context(postgresql_server())
            (folder / "bot").mkdir()
            bot = stack.enter_context(BotProcess(hub, folder / "bot", database_url=url))
            Soak(hub, bot, url, deliveries).run()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
