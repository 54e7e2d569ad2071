"""BudgetKeeper: every response counts, the newest word on each limit is written, and trouble does not end it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.functions import budget_keeper
from bot.functions.budget_keeper import BudgetKeeper
from bot.metrics import Metrics
from bot.model.errors import WorldError
from bot.model.repository import RateBudget
from bot.storage import budgets
from bot.storage.tables import BudgetRow
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def word(remaining: int, *, installation_id: int | None = 7, resource: str = "core") -> RateBudget:
    return RateBudget(
        installation_id=installation_id,
        resource=resource,
        limit=5000,
        remaining=remaining,
        resets_at=NOW + timedelta(minutes=30),
    )


@asynccontextmanager
async def kept(world: World, metrics: Metrics, clock: Callable[[], datetime]) -> AsyncIterator[BudgetKeeper]:
    """A keeper at work."""
    keeper = BudgetKeeper(world.bot.database, metrics, clock=clock)
    task = asyncio.create_task(keeper.run())
    try:
        yield keeper
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def remaining(world: World, *, until: int, resource: str = "core") -> int:
    """What is held of installation 7, as soon as it is `until`; given up after half a minute."""
    async with asyncio.timeout(30):
        while True:
            async with world.bot.database.read() as session:
                found = await budgets.get(session, 7, resource)
            if found is not None and found.remaining == until:
                return found.remaining
            await asyncio.sleep(0.005)


async def test_the_newest_word_on_each_resource_is_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget_keeper, "PAUSE_S", 0.0)
    metrics = Metrics()
    async with kept(world, metrics, lambda: NOW) as keeper:
        for left in (4999, 4998, 4997):
            keeper.note(word(left))
        keeper.note(word(4900, resource="graphql"))
        assert await remaining(world, until=4997) == 4997
        assert await remaining(world, until=4900, resource="graphql") == 4900
    counted = {kind: metrics.registry.get_sample_value("radar_github_requests_total", {"kind": kind}) for kind in
               ("core", "graphql")}  # fmt: skip
    assert counted == {"core": 3.0, "graphql": 1.0}


async def test_the_apps_own_limit_is_counted_but_not_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget_keeper, "PAUSE_S", 0.0)
    metrics = Metrics()
    async with kept(world, metrics, lambda: NOW) as keeper:
        keeper.note(word(10, installation_id=None))
        keeper.note(word(4999))
        await remaining(world, until=4999)
    async with world.bot.database.read() as session:
        assert list(await session.scalars(select(BudgetRow.installation_id))) == [7]
    assert metrics.registry.get_sample_value("radar_github_requests_total", {"kind": "core"}) == 2.0


@pytest.mark.parametrize("error", [WorldError("The database is locked."), ValueError("an odd header")])
async def test_trouble_is_outlived(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(budget_keeper, "PAUSE_S", 0.0)
    tried = 0
    write = budgets.note

    async def note(*given: object, **named: object) -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise error
        await write(*given, **named)  # type: ignore[arg-type] # handed through as it came

    monkeypatch.setattr(budgets, "note", note)
    async with kept(world, Metrics(), lambda: NOW) as keeper:
        keeper.note(word(4999))
        async with asyncio.timeout(30):
            while not tried:
                await asyncio.sleep(0.005)
        keeper.note(word(4998))
        assert await remaining(world, until=4998) == 4998
