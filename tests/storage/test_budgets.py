"""GitHub's rate limit of each installation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.model.repository import RateBudget
from bot.storage import budgets
from bot.storage.database import Database
from bot.storage.tables import BudgetRow
from tests.storage.samples import NOW, later

pytestmark = pytest.mark.anyio


def budget(remaining: int, installation_id: int | None = 7) -> RateBudget:
    return RateBudget(
        installation_id=installation_id,
        resource="core",
        limit=5000,
        remaining=remaining,
        resets_at=NOW + timedelta(hours=1),
    )


async def test_the_newest_budget_stays(database: Database) -> None:
    async with database.write() as session:
        await budgets.note(session, budget(4000), now=later(5))
        await budgets.note(session, budget(4900), now=later(1))
        await budgets.note(session, budget(10, None), now=later(1))
        assert await budgets.get(session, 7, "core") == budget(4000)
        await budgets.note(session, budget(3999), now=later(6))
        assert await budgets.get(session, 7, "core") == budget(3999)
        await budgets.note(session, budget(3998), now=later(-3600))  # the clock was an hour ahead
        assert await budgets.get(session, 7, "core") == budget(3998)
        assert list(await session.scalars(select(BudgetRow.installation_id))) == [7], "the App's own is not kept"
