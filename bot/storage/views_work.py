"""What a batch would have to do: the installations of a viewer, and the repositories without a current analysis."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import InstallationRow, RepositoryRow
from bot.storage.views_scope import Scope, administered


@dataclass(frozen=True)
class InstallationItem:
    """One active installation."""

    id: int
    account_login: str
    account_type: str
    status: str


async def installations(session: AsyncSession, scope: Scope, *, owner: str = "") -> list[InstallationItem]:
    """Active installations that `scope` administers, by login; of `owner` (any case), if given."""
    row = InstallationRow
    query = select(row.id, row.account_login, row.account_type, row.status).where(
        administered(scope, row.id), row.status == "active"
    )
    if owner:
        query = query.where(func.lower(row.account_login) == owner.lower())
    found = (await session.execute(query.order_by(row.account_login, row.id))).all()
    return [InstallationItem(*line) for line in found]


async def count_remaining(session: AsyncSession, installation_id: int, *, forks: str, force: bool) -> int:
    """Repositories of the installation that have no analysis of their HEAD (with `force`, all), archived ones apart.

    `forks`: all and with-forks are the same; without-forks leaves them out.
    """
    row = RepositoryRow
    query = select(func.count()).where(
        row.installation_id == installation_id, row.removed_at.is_(None), row.is_archived.is_(False)
    )
    if forks == "without-forks":
        query = query.where(row.is_fork.is_(False))
    if not force:
        query = query.where(or_(row.report_id.is_(None), row.report_head_sha != row.head_sha))
    return int(await session.scalar(query) or 0)
