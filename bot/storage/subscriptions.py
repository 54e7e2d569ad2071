"""Other people's webhooks for `report.updated`: where to send, with which (sealed) secret, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.changed import changed
from bot.storage.makers import vouched
from bot.storage.tables import SubscriptionRow

GIVEN_UP_AFTER = 20
"""So many deliveries in a row that failed for good disable a subscription."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One webhook of theirs. Installation None: of every installation. `secret_sealed` is read with `sealed.unseal`."""

    id: int
    installation_id: int | None
    url: str
    secret_sealed: str
    created_at: datetime
    failures: int
    last_error: str
    disabled_at: datetime | None


async def add(
    session: AsyncSession,
    *,
    installation_id: int | None,
    url: str,
    secret_sealed: str,
    now: datetime,
    user_id: int = 0,
) -> Subscription:
    """A new subscription. `user_id` must go on administering the installation; 0 is the operator."""
    row = SubscriptionRow(
        installation_id=installation_id,
        url=url,
        secret_sealed=secret_sealed,
        created_at=now,
        user_id=user_id,
        checked_at=now if user_id else None,
    )
    session.add(row)
    await session.flush()
    return _subscription(row)


async def get(session: AsyncSession, subscription_id: int) -> Subscription | None:
    """One subscription."""
    row = await session.get(SubscriptionRow, subscription_id, populate_existing=True)
    return None if row is None else _subscription(row)


async def wanting(session: AsyncSession, installation_id: int, now: datetime) -> list[Subscription]:
    """Active subscriptions that want to hear of this installation's reports, of people who still administer it."""
    row = SubscriptionRow
    mine = or_(row.installation_id == installation_id, row.installation_id.is_(None))
    query = select(row).where(mine, row.disabled_at.is_(None), vouched(row, now)).order_by(row.id)
    return [_subscription(found) for found in await session.scalars(query.execution_options(populate_existing=True))]


async def list_all(session: AsyncSession, *, installation_id: int | None = None) -> list[Subscription]:
    """All subscriptions, disabled ones too; of one installation, or every one."""
    query = select(SubscriptionRow).order_by(SubscriptionRow.id)
    if installation_id is not None:
        query = query.where(SubscriptionRow.installation_id == installation_id)
    return [_subscription(found) for found in await session.scalars(query.execution_options(populate_existing=True))]


async def remove(session: AsyncSession, subscription_id: int) -> bool:
    """End a subscription; False when there is none."""
    return await changed(session, delete(SubscriptionRow).where(SubscriptionRow.id == subscription_id)) == 1


async def enable(session: AsyncSession, subscription_id: int) -> bool:
    """Try a disabled one again; False when there is none."""
    values = {"disabled_at": None, "failures": 0}
    statement = update(SubscriptionRow).where(SubscriptionRow.id == subscription_id).values(values)
    return await changed(session, statement) == 1


async def note_delivered(session: AsyncSession, subscription_id: int) -> None:
    """A delivery was taken."""
    statement = update(SubscriptionRow).where(SubscriptionRow.id == subscription_id)
    await changed(session, statement.values(failures=0, last_error=""))


async def note_failed(session: AsyncSession, subscription_id: int, *, error: str, now: datetime) -> bool:
    """A delivery failed for good, after its retries; whether that was the last one and it is disabled now."""
    row = await session.get(SubscriptionRow, subscription_id, with_for_update=True, populate_existing=True)
    if row is None:
        return False
    row.failures += 1
    row.last_error = error[:500]
    if row.failures >= GIVEN_UP_AFTER and row.disabled_at is None:
        row.disabled_at = now
        return True
    return False


def _subscription(row: SubscriptionRow) -> Subscription:
    return Subscription(**{name: getattr(row, name) for name in Subscription.__dataclass_fields__})
