"""The gauges of `/metrics` that stand in the database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from bot.model.records import Run, RunState
from bot.model.repository import RateBudget
from bot.storage import budgets, inbox, installations, outbox, repositories, runs
from bot.storage.database import Database
from bot.storage.tables import OutboxRow
from bot.storage.views_gauges import gauges
from tests.storage.samples import NOW, delivery, installation, later, repository

pytestmark = pytest.mark.anyio


async def _read(database: Database, seconds: float = 0) -> dict[tuple[str, ...], float]:
    async with database.read() as session:
        found = await gauges(session, later(seconds))
    assert all(one.help for one in found)
    return {(one.name, *(f"{key}={value}" for key, value in one.labels.items())): one.value for one in found}


async def test_an_empty_database_has_ages_of_nothing(database: Database) -> None:
    assert await _read(database) == {
        ("radar_inbox_age_seconds",): 0.0,
        ("radar_outbox_age_seconds",): 0.0,
        ("radar_outbox_waiting",): 0,
    }


async def test_everything_is_counted_by_its_state(database: Database) -> None:
    async with database.write() as session:
        await installations.upsert(session, installation(), now=NOW)
        await repositories.upsert_many(session, 7, [repository(1, "a"), repository(2, "b")], now=NOW)
        told_at = {"a": 0, "b": 30, "c": 40}
        await inbox.store_many(session, [delivery(guid, received_at=later(at)) for guid, at in told_at.items()])
        await inbox.settle(session, sent={}, ignored={"a": "none of ours"}, failed={}, now=NOW)
        for id_ in ("r1", "r2"):
            await runs.start(session, Run(id=id_, function_id="refresh", started_at=NOW))
        await runs.finish(session, "r2", RunState.FAILED, now=NOW)
        rows: list[dict[str, Any]] = [
            {"id": id_, "name": "x", "data": {}, "created_at": later(at), "sent_at": sent}
            for id_, at, sent in (("o1", 10, None), ("o2", 20, None), ("o3", 0, NOW))
        ]
        await session.execute(insert(OutboxRow), rows)
        told = RateBudget(installation_id=7, resource="core", limit=5_000, remaining=4_321, resets_at=later(60))
        await budgets.note(session, told, now=NOW)
        assert await outbox.waiting(session) == 2
    found = await _read(database, 100)
    assert found == {
        ("radar_deliveries", "state=received"): 2,
        ("radar_deliveries", "state=ignored"): 1,
        ("radar_refreshes", "status=none"): 2,
        ("radar_runs", "function=refresh", "state=running"): 1,
        ("radar_runs", "function=refresh", "state=failed"): 1,
        ("radar_inbox_age_seconds",): 70.0,
        ("radar_outbox_age_seconds",): 90.0,
        ("radar_outbox_waiting",): 2,
        ("radar_github_remaining", "installation=7", "resource=core"): 4_321,
        ("radar_github_limit", "installation=7", "resource=core"): 5_000,
    }


async def test_an_age_is_never_negative(database: Database) -> None:
    async with database.write() as session:
        await inbox.store_many(session, [delivery("a", received_at=later(60))])
    assert (await _read(database))[("radar_inbox_age_seconds",)] == 0.0
