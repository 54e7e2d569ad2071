"""Refreshes stand where the newest run says, and lost ones are found."""

from __future__ import annotations

import pytest

from bot.model.repository import RefreshStatus, Repository
from bot.storage import installations, refreshes, reports, repositories
from bot.storage.database import Database, Session
from tests.storage.samples import NOW, installation, later, report, repository

pytestmark = pytest.mark.anyio


async def seed(session: Session) -> None:
    await installations.upsert(session, installation(), now=NOW)
    await repositories.upsert_many(session, 7, [repository(), repository(43, "world")], now=NOW)


async def get(session: Session, id_: int = 42) -> Repository:
    found = await repositories.get(session, id_)
    assert found is not None
    return found


async def test_the_way_of_a_refresh(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        assert (await get(session)).refresh_status is RefreshStatus.NEVER
        assert await refreshes.queue(session, [42, 99], trigger="api", now=later(1)) == 1
        queued = await get(session)
        assert (queued.refresh_status, queued.refresh_trigger, queued.refresh_requested_at) == (
            RefreshStatus.QUEUED,
            "api",
            later(1),
        )
        assert await refreshes.start(session, 42, run_id="r", trigger="api", now=later(2))
        started = await get(session)
        assert (started.refresh_status, started.refresh_run_id, started.refresh_started_at) == (
            RefreshStatus.PROCESSING,
            "r",
            later(2),
        )
        assert await refreshes.fail(session, 42, run_id="r", error="GitHub was away.", now=later(3))
        failed = await get(session)
        assert (failed.refresh_status, failed.refresh_error, failed.refresh_finished_at) == (
            RefreshStatus.FAILED,
            "GitHub was away.",
            later(3),
        )
        await refreshes.queue(session, [42], trigger="api", now=later(4))
        assert (await get(session)).refresh_error == ""
        assert await refreshes.finish(session, 42, run_id="r2", now=later(5))
        assert (await get(session)).refresh_status is RefreshStatus.COMPLETED


async def test_a_late_older_run_changes_nothing(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await refreshes.start(session, 42, run_id="old", trigger="push", now=NOW)
        await refreshes.start(session, 42, run_id="new", trigger="push", now=NOW)
        assert not await refreshes.fail(session, 42, run_id="old", error="late", now=NOW)
        assert not await refreshes.finish(session, 42, run_id="old", now=NOW)
        await reports.complete(session, report(), run_id="old", trigger="push", now=NOW)
        found = await get(session)
        assert (found.refresh_status, found.refresh_run_id, found.score) == (RefreshStatus.PROCESSING, "new", 80)


async def test_asking_again_does_not_hide_that_one_works(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await refreshes.start(session, 42, run_id="r", trigger="push", now=NOW)
        await refreshes.queue(session, [42], trigger="api", now=later(1))
        assert (await get(session)).refresh_status is RefreshStatus.PROCESSING


async def test_a_removed_repository_is_not_worked_on(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await repositories.remove(session, 7, [42], reason="deleted", now=NOW)
        assert not await refreshes.start(session, 42, run_id="r", trigger="push", now=NOW)
        assert not await refreshes.start(session, 99, run_id="r", trigger="push", now=NOW)


async def lost(session: Session, queued: float, started: float) -> list[int]:
    found = await refreshes.list_lost(session, queued_before=later(queued), started_before=later(started), limit=10)
    return [one.id for one in found]


async def test_what_an_engine_lost_is_found(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await refreshes.queue(session, [42, 43], trigger="api", now=NOW)
        await refreshes.start(session, 43, run_id="r", trigger="api", now=later(10))
        assert await lost(session, queued=0, started=10) == []
        assert await lost(session, queued=1, started=10) == [42]
        assert await lost(session, queued=1, started=11) == [42, 43]
        await installations.upsert(session, installation(suspended_at=NOW), now=NOW)
        assert await lost(session, queued=1, started=11) == []


async def stale(session: Session, before: float, limit: int = 10) -> list[int]:
    return [one.id for one in await refreshes.list_stale(session, reported_before=later(before), limit=limit)]


async def test_what_is_stale_is_found_least_recent_first(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        assert await stale(session, 5) == [42, 43]
        await reports.complete(session, report(analyzed_at=later(10)), run_id="r", trigger="push", now=later(10))
        assert await stale(session, 5) == [43]
        assert await stale(session, 20) == [43, 42]
        assert await stale(session, 20, limit=1) == [43]
        await refreshes.queue(session, [43], trigger="sweep", now=later(20))
        assert await stale(session, 20) == [42]
        await repositories.upsert_many(session, 7, [repository(is_archived=True)], now=later(20))
        assert await stale(session, 20) == []


async def test_one_that_just_failed_is_left_alone_for_a_while(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await refreshes.fail(session, 43, run_id="r", error="too large", now=later(10))
        assert await stale(session, 5) == [42]
        assert await stale(session, 20) == [42, 43]
