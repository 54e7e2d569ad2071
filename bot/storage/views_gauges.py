"""The gauges of `/metrics` that stand in the database: deliveries, outbox, runs, refreshes, GitHub's budgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import outbox
from bot.storage.tables import BudgetRow, DeliveryRow, RepositoryRow, RunRow


@dataclass(frozen=True)
class Gauge:
    """One figure; seconds are of age."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


async def gauges(session: AsyncSession, now: datetime) -> list[Gauge]:
    """All of them, as of `now`."""
    found = [
        *await _counted(session, "radar_deliveries", "Deliveries held, by state", DeliveryRow.state, "state"),
        *await _counted(session, "radar_refreshes", "Repositories by refresh", RepositoryRow.refresh_status, "status"),
    ]
    runs = select(RunRow.function_id, RunRow.state, func.count()).group_by(RunRow.function_id, RunRow.state)
    for function_id, state, count in (await session.execute(runs)).all():
        labels = {"function": function_id, "state": state}
        found.append(Gauge("radar_runs", "Function runs held, by function and state", count, labels))
    waiting = select(func.min(DeliveryRow.received_at)).where(DeliveryRow.state == "received")
    found.append(
        _age("radar_inbox_age_seconds", "Age of the oldest unhandled delivery", await session.scalar(waiting), now)
    )
    oldest = await outbox.oldest_waiting_at(session)
    found.append(_age("radar_outbox_age_seconds", "Age of the oldest unsent event", oldest, now))
    found.append(Gauge("radar_outbox_waiting", "Events not sent yet", await outbox.waiting(session)))
    for budget in (await session.scalars(select(BudgetRow))).all():
        labels = {"installation": str(budget.installation_id), "resource": budget.resource}
        found.append(Gauge("radar_github_remaining", "GitHub requests left until the reset", budget.remaining, labels))
        found.append(Gauge("radar_github_limit", "GitHub requests an hour", budget.limit_, labels))
    return found


async def _counted(session: AsyncSession, name: str, text: str, column: object, label: str) -> list[Gauge]:
    query = select(column, func.count()).group_by(column)  # type: ignore[call-overload] # a column of either table
    return [Gauge(name, text, count, {label: value or "none"}) for value, count in (await session.execute(query)).all()]


def _age(name: str, text: str, since: datetime | None, now: datetime) -> Gauge:
    return Gauge(name, text, 0.0 if since is None else max(0.0, (now - since).total_seconds()))
