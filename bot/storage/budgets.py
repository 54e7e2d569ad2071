"""GitHub's rate limit of each installation, as the newest response told it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.repository import RateBudget
from bot.storage.tables import BudgetRow
from bot.storage.upsert import insert, told_before


async def note(session: AsyncSession, budget: RateBudget, *, now: datetime) -> None:
    """Keep what a response told, unless something newer is held. The App's own (installation None) is not kept."""
    if budget.installation_id is None:
        return
    values = {
        "installation_id": budget.installation_id,
        "resource": budget.resource,
        "limit_per_hour": budget.limit,
        "remaining": budget.remaining,
        "resets_at": budget.resets_at,
        "seen_at": now,
    }
    statement = insert(session, BudgetRow).values(values)
    fresh = {name: statement.excluded[name] for name in values if name not in {"installation_id", "resource"}}
    is_newer = told_before(BudgetRow.seen_at, now)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["installation_id", "resource"], set_=fresh, where=is_newer)
    )


async def get(session: AsyncSession, installation_id: int, resource: str) -> RateBudget | None:
    """What is left for an installation of `core`, `graphql`, ..."""
    row = await session.get(BudgetRow, (installation_id, resource), populate_existing=True)
    return None if row is None else _budget(row)


def _budget(row: BudgetRow) -> RateBudget:
    return RateBudget(
        installation_id=row.installation_id,
        resource=row.resource,
        limit=row.limit_,
        remaining=row.remaining,
        resets_at=row.resets_at,
    )
