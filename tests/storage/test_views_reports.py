"""The reports of one repository as pages show them."""

from __future__ import annotations

import pytest

from bot.model.report import decode_report
from bot.storage import installations, reports, repositories
from bot.storage.database import Database
from bot.storage.views_reports import ReportItem, find_report, history, read_report, report_json
from tests.storage.samples import NOW, installation, later, report, repository

pytestmark = pytest.mark.anyio


async def fill(database: Database) -> list[int]:
    """Five reports of repository 42, three of them at one moment, oldest first, and one of 43; the ids of the five."""
    async with database.write() as session:
        await installations.upsert(session, installation(), now=NOW)
        await repositories.upsert_many(session, 7, [repository(), repository(43, "world")], now=NOW)
        made = []
        for number, at in enumerate((0, 10, 10, 10, 20)):
            one = report(head_sha=f"{number}" * 40, score=70 + number, grade="C", analyzed_at=later(at))
            made.append(await reports.complete(session, one, run_id="", trigger="push", now=later(at)))
        await reports.complete(session, report(43), run_id="", trigger="sweep", now=NOW)
    return made


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_pages_make_the_whole_history_newest_first(database: Database, limit: int) -> None:
    ids = await fill(database)
    found: list[ReportItem] = []
    async with database.read() as session:
        before = None
        while page := await history(session, 42, before=before, limit=limit):
            assert len(page) <= limit
            found += page
            before = (page[-1].created_at, page[-1].id)
    assert [one.id for one in found] == list(reversed(ids))
    assert [one.score for one in found] == [74, 73, 72, 71, 70]


async def test_one_line_has_the_figures_of_its_report(database: Database) -> None:
    ids = await fill(database)
    async with database.read() as session:
        line = await find_report(session, 42, ids[0])
        whole = await read_report(session, 42, ids[0])
        body = await report_json(session, 42, ids[0])
    assert line is not None
    assert (line.head_sha, line.trigger, line.created_at) == ("0" * 40, "push", NOW)
    assert (line.score, line.grade, line.coverage, line.status) == (70, "C", 0.9, "active")
    assert whole is not None
    assert whole.score == 70
    assert body is not None
    assert decode_report(body) == whole


async def test_a_report_of_another_repository_is_not_shown(database: Database) -> None:
    ids = await fill(database)
    async with database.read() as session:
        for repository_id, report_id in ((43, ids[0]), (42, ids[-1] + 99), (99, ids[0])):
            assert await find_report(session, repository_id, report_id) is None
            assert await read_report(session, repository_id, report_id) is None
            assert await report_json(session, repository_id, report_id) is None
        assert len(await history(session, 43)) == 1
        assert await history(session, 99) == []
