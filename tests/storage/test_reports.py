"""Reports are stored once a key, valid or not at all, and the newest is what lists show."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from bot.model.errors import FinalError
from bot.model.report import Identity, Owner, Ownership, Status, Technology
from bot.model.repository import RefreshStatus, Repository
from bot.storage import installations, refreshes, reports, repositories
from bot.storage.database import Database, Session
from bot.storage.tables import (
    RepositoryActionRow,
    RepositoryCheckRow,
    RepositoryLanguageRow,
    RepositoryOwnerRow,
    RepositoryPackageRow,
    RepositoryTechnologyRow,
)
from bot.storage.views_reports import history
from tests.storage.samples import NOW, installation, later, report, repository

pytestmark = pytest.mark.anyio


@pytest.fixture
async def seeded(database: Database) -> Database:
    async with database.write() as session:
        await installations.upsert(session, installation(), now=NOW)
        await repositories.upsert_many(session, 7, [repository()], now=NOW)
    return database


async def complete(database: Database, at: float = 0, run_id: str = "r", **changes: Any) -> int:
    async with database.write() as session:
        return await reports.complete(
            session, report(**{"analyzed_at": later(at), **changes}), run_id=run_id, trigger="push", now=later(at)
        )


async def shown(session: Session) -> Repository:
    found = await repositories.get(session, 42)
    assert found is not None
    return found


async def test_the_report_and_all_that_mirrors_it(seeded: Database) -> None:
    database = seeded
    async with database.write() as session:
        await refreshes.start(session, 42, run_id="r", trigger="push", now=NOW)
    id_ = await complete(database, ownership=Ownership(owners=(Owner(name="@octo/team", source="CODEOWNERS"),)))
    async with database.read() as session:
        stored = await reports.newest(session, 42)
        assert stored is not None
        assert (stored.summary.id, stored.summary.trigger, stored.summary.run_id) == (id_, "push", "r")
        assert stored.report.summary == "A library."
        found = await shown(session)
        assert (found.report_id, found.score, found.grade, found.status, found.kind) == (
            id_,
            80,
            "B",
            "active",
            "library",
        )
        assert (found.licence, found.language, found.summary) == ("MIT", "Python", "A library.")
        assert (found.report_head_sha, found.report_ruleset, found.report_config) == ("a" * 40, "1", "c")
        assert (found.refresh_status, found.refresh_finished_at) == (RefreshStatus.COMPLETED, NOW)
        assert await listed(session) == {
            "technologies": ["Flask"],
            "languages": ["Python"],
            "packages": ["flask"],
            "checks": ["bad", "dim"],
            "actions": ["Do it"],
            "owners": ["@octo/team"],
        }


async def listed(session: Session) -> dict[str, list[str]]:
    columns = {
        "technologies": RepositoryTechnologyRow.name,
        "languages": RepositoryLanguageRow.name,
        "packages": RepositoryPackageRow.name,
        "checks": RepositoryCheckRow.check_id,
        "actions": RepositoryActionRow.title,
        "owners": RepositoryOwnerRow.name,
    }
    return {name: sorted(await session.scalars(select(column))) for name, column in columns.items()}


async def test_a_rerun_doubles_nothing(seeded: Database) -> None:
    database = seeded
    first = await complete(database)
    again = await complete(database, score=81)
    assert again == first
    async with database.read() as session:
        assert await reports.count(session, 42) == 1
        assert (await shown(session)).score == 81
        assert (await listed(session))["technologies"] == ["Flask"]


async def test_concurrent_runs_of_one_key_double_nothing(seeded: Database) -> None:
    database = seeded
    ids = await asyncio.gather(*(complete(database, run_id=f"r{n}") for n in range(8)))
    assert len(set(ids)) == 1
    async with database.read() as session:
        assert await reports.count(session, 42) == 1
        assert (await listed(session))["packages"] == ["flask"]


async def test_a_new_head_replaces_the_lists_and_keeps_the_history(seeded: Database) -> None:
    database = seeded
    await complete(database, at=1)
    await complete(
        database,
        at=2,
        head_sha="b" * 40,
        score=90,
        tech_stack=(
            Technology(name="Django", category="framework", evidence=()),
            Technology(name="Django", category="twice", evidence=()),
        ),
        packages=(),
    )
    async with database.read() as session:
        found = await shown(session)
        assert (found.score, found.score_before, found.report_head_sha) == (90, 80, "b" * 40)
        assert (await listed(session))["technologies"] == ["Django"]
        assert (await listed(session))["packages"] == []
        assert [one.score for one in await history(session, 42, limit=10)] == [90, 80]
        before = await reports.previous(session, 42, "b" * 40)
        assert before is not None
        assert before.summary.score == 80
        assert await reports.previous(session, 42, "a" * 40) is not None
        assert await reports.previous(session, 43, "a" * 40) is None


async def test_scores_of_different_rulesets_are_not_compared(seeded: Database) -> None:
    database = seeded
    await complete(database, at=1)
    await complete(database, at=2, head_sha="b" * 40, ruleset_version="2")
    async with database.read() as session:
        assert (await shown(session)).score_before is None


async def test_an_older_report_that_comes_late_goes_into_the_history(seeded: Database) -> None:
    database = seeded
    await complete(database, at=5, head_sha="b" * 40, score=90)
    await complete(database, at=1, score=10)
    async with database.read() as session:
        assert (await shown(session)).score == 90
        assert await reports.count(session, 42) == 2


async def test_what_does_not_validate_is_not_stored(seeded: Database) -> None:
    database = seeded
    with pytest.raises(msgspec.ValidationError):
        await complete(database, score=101)
    with pytest.raises(msgspec.ValidationError):
        await complete(database, coverage=2.0)
    async with database.read() as session:
        assert await reports.count(session, 42) == 0


async def test_a_report_of_a_purged_repository_is_final(seeded: Database) -> None:
    with pytest.raises(FinalError):
        await complete(seeded, repository=Identity(id=99, owner="o", name="n", head_sha="a" * 40))


async def test_a_report_by_its_own_id(seeded: Database) -> None:
    id_ = await complete(seeded, status=Status.STALE)
    async with seeded.read() as session:
        found, shown_one = await reports.get(session, id_), await reports.newest(session, 42)
        assert found is not None
        assert (found.summary.id, found.summary.status) == (id_, "stale")
        assert found == shown_one


async def test_thinning_keeps_the_newest_and_the_one_shown(seeded: Database) -> None:
    database = seeded
    await complete(database, at=0, head_sha="f" * 40, analyzed_at=later(100))
    for number in range(1, 5):
        await complete(database, at=number, head_sha=f"{number:040}")
    async with database.write() as session:
        assert await reports.thin_histories(session, keep=4) == 0
        assert await reports.thin_histories(session, keep=2) == 2
        shown = await reports.newest(session, 42)
        assert shown is not None
        assert shown.summary.head_sha == "f" * 40
        assert await reports.count(session, 42) == 3
