"""A batch's counters are exact, whatever retries and whatever runs at the same time."""

from __future__ import annotations

import asyncio
import random

import pytest

from bot.model.batch import Batch, BatchStatus, ItemState
from bot.storage import batches
from bot.storage.database import Database, Session
from tests.storage.samples import NOW, later

pytestmark = pytest.mark.anyio


async def begin(database: Database, items: int = 3) -> None:
    async with database.write() as session:
        assert await batches.create(session, "b", installation_id=7, trigger="api", owner="octo", now=NOW)
        await batches.add_items(session, "b", [(n, f"octo/{n}") for n in range(1, items + 1)], now=NOW)


async def mark(database: Database, repository_id: int, state: ItemState = ItemState.DONE, at: float = 1) -> bool:
    async with database.write() as session:
        return await batches.mark_item(
            session, "b", repository_id, state, reason="because", api_requests=1.5, now=later(at)
        )


async def get(session: Session) -> Batch:
    found = await batches.get(session, "b")
    assert found is not None
    return found


async def finish_listing(database: Database, at: float = 2) -> None:
    async with database.write() as session:
        await batches.mark_listed(session, "b", api_requests=2, now=later(at))


async def test_beginning_twice_changes_nothing(database: Database) -> None:
    await begin(database)
    async with database.write() as session:
        assert not await batches.create(session, "b", installation_id=8, trigger="push", now=later(9))
        assert await batches.add_items(session, "b", [(3, "octo/3"), (4, "octo/4")], now=NOW) == 1
        found = await get(session)
    assert (found.installation_id, found.total, found.created_at) == (7, 4, NOW)


async def test_each_repository_counts_once(database: Database) -> None:
    await begin(database)
    assert await mark(database, 1) is True
    assert await mark(database, 1) is False
    assert await mark(database, 1, ItemState.FAILED) is False
    assert await mark(database, 99) is False
    async with database.read() as session:
        found = await get(session)
        (item,) = await batches.items(session, "b", state=ItemState.DONE)
    assert (found.done, found.failed, found.skipped, found.total) == (1, 0, 0, 3)
    assert found.api_requests == 1.5
    assert (item.repository_id, item.full_name, item.reason) == (1, "octo/1", "because")


async def test_the_last_one_completes_it_once_all_are_listed(database: Database) -> None:
    await begin(database)
    for number, state in ((1, ItemState.DONE), (2, ItemState.FAILED), (3, ItemState.SKIPPED)):
        await mark(database, number, state)
    async with database.read() as session:
        assert (await get(session)).status is BatchStatus.RUNNING
    await finish_listing(database, at=5)
    await finish_listing(database, at=9)
    async with database.read() as session:
        found = await get(session)
    assert (found.status, found.finished_at) == (BatchStatus.COMPLETED, later(5))
    assert (found.done, found.failed, found.skipped) == (1, 1, 1)
    assert found.api_requests == 6.5


async def test_a_batch_of_nothing_completes_at_once(database: Database) -> None:
    await begin(database, items=0)
    await finish_listing(database)
    async with database.read() as session:
        assert (await get(session)).status is BatchStatus.COMPLETED


async def test_counters_are_exact_under_concurrency_and_retries(database: Database) -> None:
    await begin(database, items=40)
    await finish_listing(database)
    work = [*range(1, 41)] * 3
    random.Random(4).shuffle(work)
    marked = await asyncio.gather(*(mark(database, number) for number in work))
    assert marked.count(True) == 40
    async with database.read() as session:
        found = await get(session)
    assert (found.done, found.status, found.api_requests) == (40, BatchStatus.COMPLETED, 62)


async def test_cancelled_and_failed_batches_stay_so(database: Database) -> None:
    await begin(database, items=1)
    async with database.write() as session:
        assert await batches.cancel(session, "b", reason="by octocat", now=later(3))
        assert not await batches.fail(session, "b", error="late", now=later(4))
    await mark(database, 1)
    await finish_listing(database)
    async with database.read() as session:
        found = await get(session)
    assert (found.status, found.error, found.finished_at, found.done) == (
        BatchStatus.CANCELLED,
        "by octocat",
        later(3),
        1,
    )


@pytest.mark.parametrize(
    ("moved_at", "is_over"),
    [(None, True), (9, True), (10, False), (11, False)],
    ids=["never", "before", "then", "since"],
)
async def test_a_batch_that_an_engine_lost_does_not_run_for_ever(
    database: Database, moved_at: float | None, is_over: bool
) -> None:
    await begin(database)
    await finish_listing(database)
    if moved_at is not None:
        await mark(database, 1, at=moved_at)
    async with database.write() as session:
        await batches.create(session, "fresh", installation_id=7, trigger="api", now=later(10))
        failed = await batches.fail_still(session, untouched_since=later(10), error="Still.", now=later(20))
        found = await get(session)
        fresh = await batches.get(session, "fresh")
    assert failed == is_over
    assert (found.status, found.error) == ((BatchStatus.FAILED, "Still.") if is_over else (BatchStatus.RUNNING, ""))
    assert fresh is not None
    assert fresh.status is BatchStatus.RUNNING


async def test_what_ended_long_ago_is_dropped_a_few_rows_a_time(database: Database) -> None:
    await begin(database)
    async with database.write() as session:
        await batches.create(session, "runs", installation_id=7, trigger="api", now=NOW)
        await batches.add_items(session, "runs", [(1, "octo/1")], now=NOW)
        await batches.fail(session, "b", error="", now=later(5))
        assert await batches.prune(session, older_than=later(5)) == 0
        assert [await batches.prune(session, older_than=later(6), limit=2) for _ in range(4)] == [2, 1, 1, 0]
        assert await batches.get(session, "b") is None
        assert len(await batches.items(session, "runs")) == 1


async def test_failing_tells_why(database: Database) -> None:
    await begin(database)
    async with database.write() as session:
        assert await batches.fail(session, "b", error="GitHub said no.", now=later(3))
        await batches.add_cost(session, "b", 4)
        found = await get(session)
    assert (found.status, found.error, found.api_requests) == (BatchStatus.FAILED, "GitHub said no.", 4)


async def test_lists_of_batches_and_items(database: Database) -> None:
    async with database.write() as session:
        for number in range(5):
            await batches.create(session, f"b{number}", installation_id=number % 2, trigger="api", now=later(number))
        await batches.cancel(session, "b0", reason="", now=NOW)
        assert [one.id for one in await batches.running(session)] == ["b1", "b2", "b3", "b4"]
        assert [one.id for one in await batches.running(session, 1)] == ["b1", "b3"]
        await batches.add_items(session, "b1", [(n, str(n)) for n in range(1, 6)], now=NOW)
        assert [one.repository_id for one in await batches.items(session, "b1", after=2, limit=2)] == [3, 4]
