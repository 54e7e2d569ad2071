"""A big database, made up: 100,000 repositories with 1,000,000 reports, and everything that lists show of them.

Names follow Zipf's law, so that some technologies are everywhere and most are rare, as in life. Newest reports have
the size of real ones; older ones are short. The same numbers give the same database.
"""

from __future__ import annotations

import json
import random
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.model.report import Report, encode_report
from bot.storage import tables
from bot.storage.database import Database, normalise_url
from tests.web.sample_reports import grade_of, rich_report, sha_of, smaller

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
VERSION = 5
"""Rises when what is made changes, so that a kept database is made anew."""

LANGUAGES = ("TypeScript", "Python", "Go", "Java", "Rust", "C#", "Ruby", "PHP", "Kotlin", "Swift", "C++", "Shell", "")
KINDS = ("application", "library", "command-line-tool", "infrastructure", "docs-site", "monorepo", "action")
STATUSES = ("active", "maintenance", "stale", "archived")
LICENCES = ("MIT", "Apache-2.0", "", "BSD-3-Clause", "GPL-3.0-only", "MPL-2.0", "MIT OR Apache-2.0")
ACCOUNTS = tuple(f"account-{number}" for number in range(1, 41))
TECHNOLOGIES = tuple((f"Technology {number}", f"category-{number % 12}") for number in range(400))
PACKAGES = tuple(
    (("npm", "pypi", "golang", "cargo", "maven")[number % 5], f"package-{number}") for number in range(8_000)
)
CHECKS = tuple(f"check-{number}" for number in range(45))
CHUNK = 20_000


class _Zipf:
    """Draws of a sequence, the first most often."""

    def __init__(self, values: Sequence[Any], chance: random.Random) -> None:
        self._values = values
        self._weights = list(accumulate(1 / (place + 1) for place in range(len(values))))
        self._chance = chance

    def draw(self, count: int) -> list[Any]:
        """Different values, at most `count`."""
        return list(dict.fromkeys(self._chance.choices(self._values, cum_weights=self._weights, k=count)))

    def one(self) -> Any:
        """One value."""
        return self._chance.choices(self._values, cum_weights=self._weights)[0]


class World:
    """The rows, table by table, in an order that foreign keys allow."""

    def __init__(self, repositories: int, reports_each: int) -> None:
        self.repositories = repositories
        self.reports_each = reports_each
        self.chance = random.Random(20261124)
        self.languages, self.licences = _Zipf(LANGUAGES, self.chance), _Zipf(LICENCES, self.chance)
        self.kinds, self.statuses = _Zipf(KINDS, self.chance), _Zipf(STATUSES, self.chance)
        self.technologies, self.packages = _Zipf(TECHNOLOGIES, self.chance), _Zipf(PACKAGES, self.chance)
        self.accounts, self.checks = _Zipf(ACCOUNTS, self.chance), _Zipf(CHECKS, self.chance)
        self.scores = [max(3, min(99, round(self.chance.gauss(68, 16)))) for _ in range(repositories)]
        rich = rich_report(1, "account-1", "repository", NOW)
        self._full = zlib.compress(encode_report(rich), 6)
        self._short = zlib.compress(encode_report(_short(rich)), 6)

    def tables(self) -> Iterator[tuple[Table, Iterable[tuple[Any, ...]]]]:
        """Each table with its rows; columns that are not made have their defaults in `_complete`."""
        yield tables.InstallationRow.__table__, self._installations()  # type: ignore[misc] # FromClause in the stubs
        yield tables.RepositoryRow.__table__, self._repositories()  # type: ignore[misc]
        yield tables.ReportRow.__table__, self._reports()  # type: ignore[misc]
        yield tables.RepositoryTechnologyRow.__table__, self._technologies()  # type: ignore[misc]
        yield tables.RepositoryLanguageRow.__table__, self._languages()  # type: ignore[misc]
        yield tables.RepositoryPackageRow.__table__, self._packages()  # type: ignore[misc]
        yield tables.RepositoryCheckRow.__table__, self._checks()  # type: ignore[misc]
        yield tables.RepositoryActionRow.__table__, self._actions()  # type: ignore[misc]
        yield tables.RepositoryOwnerRow.__table__, self._owners()  # type: ignore[misc]
        yield tables.DeliveryRow.__table__, self._deliveries()  # type: ignore[misc]
        yield tables.DeliveryBodyRow.__table__, self._bodies()  # type: ignore[misc]
        yield tables.RunRow.__table__, self._runs()  # type: ignore[misc]
        yield tables.BatchRow.__table__, self._batches()  # type: ignore[misc]
        yield tables.BatchItemRow.__table__, self._items()  # type: ignore[misc]

    def report_id(self, number: int) -> int:
        """The id of a repository's newest report."""
        return number * self.reports_each

    def _numbers(self) -> range:
        return range(1, self.repositories + 1)

    def _installations(self) -> Iterator[tuple[Any, ...]]:
        for number, login in enumerate(ACCOUNTS, start=1):
            yield _row(
                tables.InstallationRow,
                id=number,
                account_id=number,
                account_login=login,
                account_type="Organization",
                status="active",
                repository_selection="all",
                permissions={},
                events=[],
                created_at=NOW,
                updated_at=NOW,
            )

    def _repositories(self) -> Iterator[tuple[Any, ...]]:
        for number in self._numbers():
            score = self.scores[number - 1]
            account = self.accounts.one()
            name = f"repository-{number}"
            reported = NOW - timedelta(seconds=self.chance.randrange(30 * 86_400))
            yield _row(
                tables.RepositoryRow,
                id=number,
                node_id=f"R_{number}",
                installation_id=ACCOUNTS.index(account) + 1,
                owner=account,
                name=name,
                full_name_lower=f"{account}/{name}",
                is_private=self.chance.random() < 0.5,
                is_fork=self.chance.random() < 0.1,
                default_branch="main",
                description=f"What {name} is for",
                head_sha=sha_of(name),
                pushed_at=reported - timedelta(days=self.chance.randrange(300)),
                created_at=NOW,
                updated_at=NOW,
                refresh_status="failed" if self.chance.random() < 0.01 else "completed",
                report_id=self.report_id(number),
                report_head_sha=sha_of(name),
                report_ruleset="2026.11",
                reported_at=reported,
                score=score,
                score_before=max(0, score + self.chance.choice((0, 0, 0, 0, 2, -3))),
                grade=grade_of(score),
                coverage=0.9,
                status=self.statuses.one(),
                kind=self.kinds.one(),
                licence=self.licences.one(),
                language=self.languages.one(),
                summary=f"{name} is an application built with several technologies, tested on every pull request, "
                "and worked on by five people.",
            )

    def _reports(self) -> Iterator[tuple[Any, ...]]:
        for number in self._numbers():
            score = self.scores[number - 1]
            for place in range(self.reports_each):
                age = self.reports_each - 1 - place
                then = max(0, min(100, score - age % 5))
                yield _row(
                    tables.ReportRow,
                    id=number * self.reports_each - age,
                    repository_id=number,
                    head_sha=sha_of(f"{number} {age}"),
                    ruleset_version="2026.11",
                    config_digest="none",
                    trigger="push",
                    created_at=NOW - timedelta(days=age * 9 + number % 7),
                    score=then,
                    grade=grade_of(then),
                    coverage=0.9,
                    status="active",
                    duration_ms=400,
                    api_requests=1.02,
                    body=self._short if age else self._full,
                )

    def _technologies(self) -> Iterator[tuple[Any, ...]]:
        for number in self._numbers():
            for name, category in self.technologies.draw(9):
                yield _row(
                    tables.RepositoryTechnologyRow,
                    repository_id=number,
                    name=name,
                    category=category,
                    version=f"{number % 9}.{number % 4}",
                )

    def _languages(self) -> Iterator[tuple[Any, ...]]:
        for number in self._numbers():
            for name in self.languages.draw(3):
                yield _row(tables.RepositoryLanguageRow, repository_id=number, name=name, size_bytes=9_000, share=0.3)

    def _packages(self) -> Iterator[tuple[Any, ...]]:
        key = 0
        for number in self._numbers():
            for ecosystem, name in self.packages.draw(12):
                key += 1
                yield _row(
                    tables.RepositoryPackageRow,
                    id=key,
                    repository_id=number,
                    ecosystem=ecosystem,
                    name=name,
                    requirement=f"^{number % 11}.{number % 5}.0",
                    locked=f"{number % 11}.{number % 5}.{number % 7}",
                    scope="runtime",
                    path="package.json",
                )

    def _checks(self) -> Iterator[tuple[Any, ...]]:
        for number in self._numbers():
            for check in self.checks.draw(8):
                yield _row(
                    tables.RepositoryCheckRow,
                    repository_id=number,
                    check_id=check,
                    state=("fail", "warn", "unknown")[number % 3],
                )

    def _actions(self) -> Iterator[tuple[Any, ...]]:
        for number in self._numbers():
            for position, check in enumerate(self.checks.draw(4)):
                yield _row(
                    tables.RepositoryActionRow,
                    repository_id=number,
                    position=position,
                    check_id=check,
                    title=f"Do what {check} asks",
                    effort="hours",
                    value=2.5,
                )

    def _owners(self) -> Iterator[tuple[Any, ...]]:
        for number in self._numbers():
            for person in {number % 997, number % 89}:
                yield _row(tables.RepositoryOwnerRow, repository_id=number, name=f"person-{person}")

    def _deliveries(self) -> Iterator[tuple[Any, ...]]:
        for number in range(self.repositories):
            repository = number % self.repositories + 1
            yield _row(
                tables.DeliveryRow,
                id=number + 1,
                guid=f"guid-{number}",
                event="push" if number % 3 else "star",
                installation_id=repository % len(ACCOUNTS) + 1,
                repository_id=repository,
                repository_full_name=f"account/repository-{repository}",
                sender="person-1",
                received_at=NOW - timedelta(seconds=number * 20),
                size_bytes=60,
                state="sent" if number % 3 else "ignored",
                reason="" if number % 3 else "Nothing follows from a star.",
                event_ids=[f"event-{number}"] if number % 3 else [],
                attempts=1,
            )

    def _bodies(self) -> Iterator[tuple[Any, ...]]:
        body = zlib.compress(b'{"ref":"refs/heads/main"}')
        for number in range(self.repositories):
            yield _row(tables.DeliveryBodyRow, delivery_id=number + 1, body=body)

    def _runs(self) -> Iterator[tuple[Any, ...]]:
        for number in range(self.repositories):
            repository = number % self.repositories + 1
            yield _row(
                tables.RunRow,
                id=f"run-{number}",
                function_id="refresh-repository-intelligence" if number % 2 else "settle-pushes",
                event_id=f"event-{number}",
                delivery_guid=f"guid-{number}",
                installation_id=repository % len(ACCOUNTS) + 1,
                repository_id=repository,
                state="failed" if number % 50 == 0 else "completed",
                started_at=NOW - timedelta(seconds=number * 20),
                finished_at=NOW - timedelta(seconds=number * 20 - 2),
            )

    def _batches(self) -> Iterator[tuple[Any, ...]]:
        for number in range(500):
            yield _row(
                tables.BatchRow,
                id=f"batch-{number}",
                installation_id=number % len(ACCOUNTS) + 1,
                owner=ACCOUNTS[number % len(ACCOUNTS)],
                trigger="api",
                forks="all",
                status="running" if number < 2 else "completed",
                listed=True,
                total=1_000,
                done=990,
                failed=10,
                created_at=NOW - timedelta(hours=number),
                finished_at=None if number < 2 else NOW,
            )

    def _items(self) -> Iterator[tuple[Any, ...]]:
        for number in range(200):
            for repository in range(1, min(1_001, self.repositories)):
                yield _row(
                    tables.BatchItemRow,
                    batch_id=f"batch-{number}",
                    repository_id=repository,
                    full_name=f"account/repository-{repository}",
                    state="done" if repository % 100 else "failed",
                    updated_at=NOW,
                )


async def build(database: Database, *, repositories: int, reports_each: int) -> float:
    """Fill an empty, migrated database; the seconds it took."""
    started = time.monotonic()
    engine = create_async_engine(normalise_url(database.url.render_as_string(hide_password=False)))
    async with engine.connect() as connection:
        if database.dialect == "sqlite":
            for pragma in ("journal_mode=WAL", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
                await connection.exec_driver_sql(f"PRAGMA {pragma}")
        for table, rows in World(repositories, reports_each).tables():
            for chunk in _chunks(rows):
                await _insert(connection, table, chunk)
            await connection.commit()
        if database.dialect == "postgresql":  # as autovacuum does in time; on SQLite the bot gathers no statistics
            vacuuming = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await vacuuming.exec_driver_sql("VACUUM ANALYZE")
    await engine.dispose()
    return time.monotonic() - started


async def count(database: Database) -> tuple[int, int]:
    """(repositories, reports) that a database holds."""
    async with database.read() as session:
        found = [await session.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("repositories", "reports")]
    return int(found[0] or 0), int(found[1] or 0)


async def _insert(connection: AsyncConnection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    columns = [column.name for column in table.columns]
    if connection.dialect.name == "sqlite":
        marks = ",".join("?" * len(columns))
        names = ",".join(f'"{name}"' for name in columns)
        lines = [tuple(_for_sqlite(value) for value in row) for row in rows]
        await connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', lines)
        return
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    await connection.exec_driver_sql("SELECT 1")
    await driver.copy_records_to_table(table.name, records=rows, columns=columns)


def _row(table: type[tables.Base], /, **values: Any) -> tuple[Any, ...]:
    """The values in the order of the table's columns, defaults filled in, JSON as text."""
    row = []
    for column in table.__table__.columns:
        value = values.pop(column.name, _default(column))
        row.append(json.dumps(value) if isinstance(value, dict | list) else value)
    if values:
        raise KeyError(f"{table.__tablename__} has no columns {sorted(values)}")
    return tuple(row)


def _default(column: Any) -> Any:
    if column.default is not None and column.default.is_scalar:
        return column.default.arg
    return None


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value


def _chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def _short(report: Report) -> Report:
    return smaller(
        report,
        checks=report.checks[:4],
        insights=(),
        actions=(),
        components=(),
        documents=(),
        languages=(),
        changes=None,
    )
