"""How fast pages and lists answer over 100,000 repositories and 1,000,000 reports, on SQLite and on PostgreSQL.

Target: every page and list call within 50 ms at p95 and below 100 KB. The app is called in the process, so the
figures are its own work: routing, access, SQL, rendering. `RADAR_BENCH_REPOSITORIES` makes it smaller.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.model.sign_in import UserAccess
from bot.storage import tokens
from bot.storage.database import Database, normalise_url
from bot.storage.views_scope import EVERYTHING, PUBLIC
from bot.web.figures import PATIENCE_S
from tests.bench import big_database
from tests.databases import KINDS, create, named, postgresql_server
from tests.web.world import READER_ID, World, make_world

REPOSITORIES = int(os.environ.get("RADAR_BENCH_REPOSITORIES", "100000"))
REPORTS_EACH = 10
ROUNDS = int(os.environ.get("RADAR_BENCH_ROUNDS", "60"))
TARGET_MS = 50.0
TARGET_BYTES = 100_000
CACHE = Path(".cache/bench")


@dataclass(frozen=True)
class Asked:
    """One kind of question; `path` is drawn anew for every request."""

    name: str
    path: Callable[[random.Random], str]


def _repository(chance: random.Random) -> str:
    return f"-{chance.randrange(1, REPOSITORIES + 1)}"


PAGES = (
    Asked("/ (overview)", lambda _c: "/"),
    Asked("/repos", lambda _c: "/repos"),
    Asked("/repos sorted", lambda c: f"/repos?sort={c.choice(('score', 'name', '-pushed', 'reported', '-name'))}"),
    Asked("/repos by status", lambda c: f"/repos?status={c.choice(big_database.STATUSES)}&sort=-pushed"),
    Asked("/repos by grade+language", lambda c: f"/repos?grade={c.choice('ABCDE')}&language=Go"),
    Asked("/repos by licence+kind", lambda c: f"/repos?licence=MPL-2.0&kind={c.choice(big_database.KINDS)}&sort=name"),
    Asked("/repos by technology", lambda c: f"/repos?technology=Technology+{c.choice((0, 1, 5, 40, 399))}"),
    Asked("/repos by tech+status", lambda c: f"/repos?technology=Technology+{c.choice((0, 9, 300))}&status=archived"),
    Asked("/repos by check", lambda c: f"/repos?check=check-{c.choice((0, 3, 44))}&sort=score"),
    Asked("/repos by owner", lambda c: f"/repos?owner={c.choice(big_database.ACCOUNTS)}&sort=-reported"),
    Asked("/repos by maintainer", lambda c: f"/repos?maintainer=person-{c.randrange(80)}"),
    Asked("/repos search, rare", lambda c: f"/repos?q=repository{_repository(c)}"),
    Asked("/repos search, common", lambda _c: "/repos?q=account-1+repository"),
    Asked("/repos search, none", lambda _c: "/repos?q=nothing-like-this"),
    Asked("/repos failed", lambda _c: "/repos?refresh=failed"),
    Asked("report", lambda c: f"/repos/ACCOUNT/repository{_repository(c)}"),
    Asked("history", lambda c: f"/repos/ACCOUNT/repository{_repository(c)}/history"),
    Asked("/technologies", lambda _c: "/technologies"),
    Asked("/technologies/NAME", lambda c: f"/technologies/Technology {c.choice((0, 2, 50, 399))}"),
    Asked("/dependencies", lambda _c: "/dependencies"),
    Asked("/dependencies?q=", lambda c: f"/dependencies?q=package-{c.randrange(90)}"),
    Asked("/dependencies/E/NAME", lambda c: f"/dependencies/npm/package-{c.choice((0, 5, 100, 7000))}"),
    Asked("/batches", lambda _c: "/batches"),
    Asked("/batches/ID", lambda c: f"/batches/batch-{c.randrange(200)}"),
    Asked("/runs", lambda _c: "/runs"),
    Asked("/runs failed", lambda _c: "/runs?state=failed"),
    Asked("/deliveries", lambda _c: "/deliveries"),
    Asked("/deliveries ignored", lambda _c: "/deliveries?state=ignored"),
)
CALLS = (
    Asked("API list", lambda c: f"/api/repos?limit=50&sort={c.choice(('-score', 'name', '-pushed'))}"),
    Asked("API list, filtered", lambda c: f"/api/repos?language=Go&technology=Technology+{c.choice((0, 200))}"),
    Asked("API intelligence", lambda c: f"/api/repos/ACCOUNT/repository{_repository(c)}/intelligence"),
    Asked("API history", lambda c: f"/api/repos/ACCOUNT/repository{_repository(c)}/history"),
    Asked("API overview", lambda _c: "/api/overview"),
    Asked("API list, check", lambda c: f"/api/repos?check=check-{c.choice((0, 3, 44))}&sort=score"),
    Asked("API technology", lambda c: f"/api/technologies/Technology {c.choice((0, 399))}"),
    Asked("API packages", lambda c: f"/api/dependencies?q=package-{c.randrange(90)}"),
    Asked("API package", lambda c: f"/api/dependencies/npm/package-{c.choice((0, 5, 100, 7000))}"),
    Asked("API deliveries", lambda _c: "/api/deliveries"),
)


def main() -> None:
    """Both databases, one after the other."""
    asyncio.run(_both())


async def _both() -> None:
    missed: list[str] = []
    for kind in os.environ.get("RADAR_BENCH_DATABASES", ",".join(KINDS)).split(","):
        with tempfile.TemporaryDirectory(prefix="radar-pages-") as folder:
            if kind == "sqlite":
                missed += await _measure(kind, await _kept_sqlite(), Path(folder))
            else:
                kept = CACHE.absolute() / "postgresql"
                kept.parent.mkdir(parents=True, exist_ok=True)
                with postgresql_server(kept) as server:
                    missed += await _measure(kind, await _kept_postgresql(server), Path(folder))
    print("All within the target." if not missed else f"MISSED ({len(missed)}): " + "; ".join(missed))


async def _kept_sqlite() -> str:
    """The SQLite database of an earlier run, where it is of the same make; else a new one."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"pages-{big_database.VERSION}-{REPOSITORIES}-{REPORTS_EACH}.db"
    url = f"sqlite:///{path}"
    if not path.exists():
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        await _fill(f"sqlite:///{draft}")
        draft.replace(path)
    return url


async def _kept_postgresql(server: str) -> str:
    """The same on PostgreSQL: a database gets its name when it is filled."""
    name = f"pages_{big_database.VERSION}_{REPOSITORIES}_{REPORTS_EACH}"
    engine = create_async_engine(normalise_url(server), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        known = set(await connection.scalars(text("SELECT datname FROM pg_database")))
        if name not in known:
            await connection.execute(text("DROP DATABASE IF EXISTS draft"))
            await create(server, "draft")
            await _fill(named(server, "draft"))
            await connection.execute(text(f"ALTER DATABASE draft RENAME TO {name}"))
    await engine.dispose()
    return named(server, name)


async def _fill(url: str) -> None:
    database = Database(url)
    await database.migrate()
    seconds = await big_database.build(database, repositories=REPOSITORIES, reports_each=REPORTS_EACH)
    await database.close()
    print(f"made the database in {seconds:.0f} s", flush=True)


async def _measure(kind: str, url: str, folder: Path) -> list[str]:
    database = Database(url)
    await database.migrate()
    repositories, reports = await big_database.count(database)
    print(f"-- {kind}: {repositories:,} repositories, {reports:,} reports; {ROUNDS} requests each", flush=True)
    world = make_world(database, folder)
    world.now = big_database.NOW
    world.web.settings = world.web.settings.model_copy(update={"radar_api_per_minute": 10_000_000})
    world.web.figures.patience_s = PATIENCE_S
    missed: list[str] = []
    try:
        await _count_figures(world)
        accounts = await _accounts(database)
        world.sign_in.accesses = {READER_ID: _access(accounts)}
        async with (
            world.operator() as operator,
            world.person(READER_ID) as person,
            world.client() as stranger,
            world.api() as api,
            world.api(await _installation_token(database)) as narrow,
        ):
            for name, client, questions in (
                ("operator", operator, PAGES),
                ("person", person, PAGES),
                ("stranger", stranger, PAGES[:22]),
                ("token", api, CALLS),
                ("installation", narrow, CALLS),
            ):
                missed += await _ask_all(f"{kind} {name}", client, questions, accounts, is_page=questions is not CALLS)
            await _first_overviews(kind, world, person)
        await _exports(world)
    finally:
        await world.web.figures.close()
        await database.close()
    return missed


async def _ask_all(
    who: str, client: httpx.AsyncClient, questions: tuple[Asked, ...], accounts: dict[int, str], *, is_page: bool
) -> list[str]:
    missed = []
    for asked in questions:
        chance = random.Random(asked.name)
        times, sizes = [], []
        for _ in range(ROUNDS):
            path = _with_account(asked.path(chance), accounts)
            started = time.perf_counter()
            answer = await client.get(path)
            times.append((time.perf_counter() - started) * 1000)
            if answer.status_code not in {200, 404}:
                raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:500]}")
            sizes.append(len(answer.content))
        first, rest = times[0], sorted(times[1:] or times)
        p95 = rest[max(0, round(len(rest) * 0.95) - 1)]
        is_slow, is_big = p95 > TARGET_MS, is_page and max(sizes) > TARGET_BYTES
        print(
            f"{who:20} {asked.name:26} first {first:7.1f}  p50 {statistics.median(rest):6.1f}  p95 {p95:6.1f}  "
            f"max {rest[-1]:7.1f} ms  {max(sizes) / 1000:6.1f} kB{'  MISSED' if is_slow or is_big else ''}",
            flush=True,
        )
        if is_slow or is_big:
            missed.append(f"{who} {asked.name} {p95:.0f} ms {max(sizes) // 1000} kB")
    return missed


async def _count_figures(world: World) -> None:
    """What a bot does behind its first pages after it has started: here nothing is kept from an earlier run."""
    async with world.web.db.write() as session:
        await session.execute(text("DELETE FROM figures"))
    started = time.perf_counter()
    for scope in (EVERYTHING, PUBLIC):
        await world.web.figures.of(scope, is_patient=True)
    print(f"counted the figures in {time.perf_counter() - started:.1f} s", flush=True)


async def _first_overviews(kind: str, world: World, person: httpx.AsyncClient) -> None:
    """What a person waits for whose own repositories nobody has counted yet, as when GitHub shows them a new one."""
    times = []
    for number in range(10):
        async with world.web.db.write() as session:
            await session.execute(text("UPDATE web_sessions SET access = :new"), {"new": f"bench {number}"})
        started = time.perf_counter()
        answer = await person.get("/")
        times.append((time.perf_counter() - started) * 1000)
        if "Still counting" not in answer.text:
            raise RuntimeError("the figures of another access were shown")
        await world.web.figures.close()
    print(
        f"{kind} person, nothing counted yet: median {statistics.median(times):.1f}, max {max(times):.1f} ms",
        flush=True,
    )


async def _exports(world: World) -> None:
    async with world.operator() as client:
        started = time.perf_counter()
        answer = await client.get("/repos.csv")
        seconds = time.perf_counter() - started
    rows = answer.text.count("\n") - 1
    packed = len(gzip.compress(answer.content, 1))
    print(f"CSV of everything: {rows:,} rows in {seconds:.1f} s, {packed / 1e6:.1f} MB gzipped", flush=True)


async def _accounts(database: Database) -> dict[int, str]:
    from sqlalchemy import select

    from bot.storage.tables import RepositoryRow

    async with database.read() as session:
        rows = (await session.execute(select(RepositoryRow.id, RepositoryRow.owner))).all()
    return {row[0]: row[1] for row in rows}


async def _installation_token(database: Database) -> str:
    """A token of one installation, every thirteenth repository."""
    async with database.write() as session:
        _, plain = await tokens.create(
            session, name="bench", scope="read", installation_id=3, created_by="bench", now=big_database.NOW
        )
    return plain


def _access(accounts: dict[int, str]) -> UserAccess:
    """A person of one organisation: every fifth of all repositories."""
    return UserAccess({number: "write" for number in accounts if number % 5 == 0}, {3: True})


def _with_account(path: str, accounts: dict[int, str]) -> str:
    if "ACCOUNT" not in path:
        return path
    number = int(path.split("repository-")[1].split("/", maxsplit=1)[0])
    return path.replace("ACCOUNT", accounts[number])
