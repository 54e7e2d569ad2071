"""Refreshes: how the newest refresh of each repository stands, and which one is missing.

queued → processing → completed (by `reports.complete`) | failed. Each transition names its run, so that a late
retry of an older run changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.repository import RefreshStatus, Repository
from bot.storage.changed import changed
from bot.storage.repositories import CHUNK, to_repository
from bot.storage.tables import InstallationRow, RepositoryRow


async def queue(session: AsyncSession, repository_ids: Iterable[int], *, trigger: str, now: datetime) -> int:
    """Asked for: these are queued, unless one is being processed already. The number of repositories known."""
    ids = sorted(set(repository_ids))
    known = 0
    for start in range(0, len(ids), CHUNK):
        chosen = RepositoryRow.id.in_(ids[start : start + CHUNK])
        known += await changed(session, update(RepositoryRow).where(chosen).values(refresh_requested_at=now))
        await changed(
            session,
            update(RepositoryRow)
            .where(chosen, RepositoryRow.refresh_status != RefreshStatus.PROCESSING)
            .values(refresh_status=RefreshStatus.QUEUED, refresh_trigger=trigger, refresh_error=""),
        )
    return known


async def requeue(session: AsyncSession, repository_ids: Iterable[int], *, now: datetime) -> None:
    """Lost and asked for again: queued since now, whatever they were."""
    await session.execute(
        update(RepositoryRow)
        .where(RepositoryRow.id.in_(sorted(set(repository_ids))))
        .values(refresh_status=RefreshStatus.QUEUED, refresh_requested_at=now, refresh_started_at=None)
    )


async def start(session: AsyncSession, repository_id: int, *, run_id: str, trigger: str, now: datetime) -> bool:
    """A run works on it now. False when the repository is not stored or removed. Repeating changes nothing."""
    statement = (
        update(RepositoryRow)
        .where(RepositoryRow.id == repository_id, RepositoryRow.removed_at.is_(None))
        .values(
            refresh_status=RefreshStatus.PROCESSING,
            refresh_run_id=run_id,
            refresh_trigger=trigger,
            refresh_error="",
            refresh_started_at=now,
            refresh_finished_at=None,
        )
    )
    return await changed(session, statement) == 1


async def fail(session: AsyncSession, repository_id: int, *, run_id: str, error: str, now: datetime) -> bool:
    """The run gave up; `error` tells a person why. False when a newer run has taken over or it is not stored."""
    return await _finish(
        session,
        repository_id,
        run_id,
        refresh_status=RefreshStatus.FAILED,
        refresh_error=error,
        refresh_finished_at=now,
    )


async def finish(session: AsyncSession, repository_id: int, *, run_id: str, now: datetime) -> bool:
    """The run found the newest report still current: completed without a new one."""
    return await _finish(
        session,
        repository_id,
        run_id,
        refresh_status=RefreshStatus.COMPLETED,
        refresh_error="",
        refresh_finished_at=now,
    )


async def _finish(session: AsyncSession, repository_id: int, run_id: str, **values: Any) -> bool:
    statement = (
        update(RepositoryRow)
        .where(RepositoryRow.id == repository_id)
        .where(or_(RepositoryRow.refresh_run_id == run_id, RepositoryRow.refresh_status != RefreshStatus.PROCESSING))
        .values(refresh_run_id=run_id, **values)
    )
    return await changed(session, statement) == 1


async def list_stale(session: AsyncSession, *, reported_before: datetime, limit: int) -> list[Repository]:
    """Watched repositories whose newest report is older (or missing), least recent first; archived ones apart."""
    statement = (
        select(RepositoryRow)
        .join(InstallationRow, InstallationRow.id == RepositoryRow.installation_id)
        .where(InstallationRow.status == "active", RepositoryRow.removed_at.is_(None))
        .where(RepositoryRow.refresh_status.not_in((RefreshStatus.QUEUED, RefreshStatus.PROCESSING)))
        .where(
            or_(
                RepositoryRow.reported_at.is_(None),
                and_(RepositoryRow.reported_at < reported_before, RepositoryRow.is_archived.is_(False)),
            )
        )
        .where(or_(RepositoryRow.refresh_finished_at.is_(None), RepositoryRow.refresh_finished_at < reported_before))
        .order_by(func.coalesce(RepositoryRow.reported_at, RepositoryRow.created_at), RepositoryRow.id)
        .limit(limit)
    )
    return [to_repository(row) for row in await session.scalars(statement)]


async def list_lost(
    session: AsyncSession, *, queued_before: datetime, started_before: datetime, limit: int
) -> list[Repository]:
    """Refreshes that an engine lost: queued or processing since before then, oldest first."""
    statement = (
        select(RepositoryRow)
        .join(InstallationRow, InstallationRow.id == RepositoryRow.installation_id)
        .where(InstallationRow.status == "active", RepositoryRow.removed_at.is_(None))
        .where(
            or_(
                and_(
                    RepositoryRow.refresh_status == RefreshStatus.QUEUED,
                    RepositoryRow.refresh_requested_at < queued_before,
                ),
                and_(
                    RepositoryRow.refresh_status == RefreshStatus.PROCESSING,
                    RepositoryRow.refresh_started_at < started_before,
                ),
            )
        )
        .order_by(RepositoryRow.refresh_requested_at, RepositoryRow.id)
        .limit(limit)
    )
    return [to_repository(row) for row in await session.scalars(statement)]
