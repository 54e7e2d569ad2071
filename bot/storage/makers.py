"""Whoever made an API token or a webhook on the settings page must go on administering its installation.

What GitHub last said of them counts, as for their pages: it is asked again while they are signed in or their token is
used, and on revocation it is gone. Somebody who has not been heard of for `HEARD_FOR` no longer vouches for anything.
What the operator made (`user_id` 0) stands by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import ApiTokenRow, SubscriptionRow, UserInstallationRow

HEARD_FOR = timedelta(days=30)

Made: TypeAlias = type[ApiTokenRow | SubscriptionRow]


def vouched(row: Made, now: datetime) -> ColumnElement[bool]:
    """Rows whose maker still administers the installation, or is the operator."""
    role = select(1).where(
        UserInstallationRow.user_id == row.user_id,
        UserInstallationRow.installation_id == row.installation_id,
        UserInstallationRow.is_admin.is_(True),
    )
    return or_(row.user_id == 0, and_(row.checked_at > now - HEARD_FOR, role.correlate(row).exists()))


async def heard_of(session: AsyncSession, user_id: int, *, now: datetime) -> None:
    """GitHub has just said what this person may do."""
    for row in (ApiTokenRow, SubscriptionRow):
        await session.execute(update(row).where(row.user_id == user_id).values(checked_at=now))
