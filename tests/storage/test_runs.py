"""Function runs as the bot saw them."""

from __future__ import annotations

import pytest

from bot.model.records import Run, RunState
from bot.storage import runs
from bot.storage.database import Database
from tests.storage.samples import NOW, later

pytestmark = pytest.mark.anyio


def run(id_: str = "r", attempt: int = 0) -> Run:
    return Run(id=id_, function_id="refresh", started_at=NOW, event_id="e", repository_id=42, attempt=attempt)


class TestRuns:
    async def test_a_retry_is_the_same_run(self, database: Database) -> None:
        async with database.write() as session:
            await runs.start(session, run())
            await runs.start(session, run(attempt=2))
            found = await runs.get(session, "r")
            assert found is not None
            assert (found.attempt, found.state, found.started_at) == (2, RunState.RUNNING, NOW)
            assert await runs.finish(session, "r", RunState.COMPLETED, now=later(1))
            await runs.start(session, run(attempt=3))
            found = await runs.get(session, "r")
            assert found is not None
            assert (found.attempt, found.state, found.finished_at) == (2, RunState.COMPLETED, later(1))
            assert not await runs.finish(session, "z", RunState.FAILED, now=NOW)

    async def test_what_is_lost_and_pruning(self, database: Database) -> None:
        async with database.write() as session:
            for id_ in ("a", "b", "c"):
                await runs.start(session, run(id_))
            await runs.finish(session, "b", RunState.FAILED, reason="away", now=NOW)
            assert [one.id for one in await runs.list_lost(session, started_before=later(1), limit=9)] == ["a", "c"]
            assert await runs.list_lost(session, started_before=NOW, limit=9) == []
            assert await runs.prune(session, older_than=later(1)) == 1
            assert [id_ for id_ in "abc" if await runs.get(session, id_)] == ["a", "c"]
