"""Check runs on HEAD: what we put there, so that none is put twice, and which reports have yet to be told.

sending → published, or none with the reason. A row is about one report (`reported_at`); a newer report makes it wait
again, and an older one never overwrites it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.records import CheckRunRecord, CheckRunState
from bot.model.repository import RefreshStatus
from bot.storage.changed import changed
from bot.storage.tables import CheckRunRow, InstallationRow, RepositoryRow
from bot.storage.upsert import insert

HELD = timedelta(minutes=3)
"""Longer than the requests of one check run take."""
GIVEN_UP_AFTER = 5
"""Failures for reasons that may pass; after so many the next report is waited for."""


class Begun(StrEnum):
    """What somebody who wants to put up a check run finds."""

    FRESH = "fresh"
    """Nobody has tried before."""
    AGAIN = "again"
    """Somebody has tried, and it may be on GitHub."""
    TAKEN = "taken"
    """Somebody else is at it just now."""
    DONE = "done"
    """It is published."""
    SUPERSEDED = "superseded"
    """One of a newer report is published or on its way."""


async def get(session: AsyncSession, repository_id: int) -> CheckRunRecord | None:
    """What is known of a repository's check run; None where there never was one."""
    row = await session.get(CheckRunRow, repository_id, populate_existing=True)
    if row is None:
        return None
    values = {name: getattr(row, name) for name in CheckRunRecord.__dataclass_fields__ if name != "state"}
    return CheckRunRecord(state=CheckRunState(row.state), **values)


async def begin(
    session: AsyncSession,
    repository_id: int,
    *,
    external_id: str,
    head_sha: str,
    reported_at: datetime,
    holder: str,
    now: datetime,
) -> Begun:
    """`holder` is about to put it on GitHub, and nobody else may for a while."""
    row = await session.get(CheckRunRow, repository_id, populate_existing=True, with_for_update=True)
    if row is None or (row.external_id != external_id and row.reported_at <= reported_at):
        values = {
            "state": CheckRunState.SENDING.value,
            "reported_at": reported_at,
            "head_sha": head_sha,
            "external_id": external_id,
            "said": "",
            "failures": 0,
            "reason": "",
            "holder": holder,
            "begun_at": now,
        }
        await _put(session, repository_id, values)
        return Begun.FRESH
    if row.external_id != external_id:
        return Begun.SUPERSEDED
    if row.state == CheckRunState.PUBLISHED:
        return Begun.DONE
    if row.holder != holder and row.begun_at is not None and row.begun_at > now - HELD:
        return Begun.TAKEN
    row.state, row.holder, row.begun_at = CheckRunState.SENDING.value, holder, now
    await session.flush()
    return Begun.AGAIN


async def published(
    session: AsyncSession,
    repository_id: int,
    *,
    external_id: str,
    said: str,
    check_run_id: int,
    requests: int,
    now: datetime,
) -> None:
    """GitHub has it; `requests` created content."""
    statement = (
        update(CheckRunRow)
        .where(CheckRunRow.repository_id == repository_id, CheckRunRow.external_id == external_id)
        .values(
            state=CheckRunState.PUBLISHED.value,
            said=said,
            check_run_id=check_run_id,
            requests=requests,
            reason="",
            published_at=now,
        )
    )
    await changed(session, statement)


async def settle(session: AsyncSession, repository_id: int, *, reported_at: datetime, reason: str) -> None:
    """This report needs none, for that reason; what an earlier one has published stays known."""
    known = await get(session, repository_id)
    if known is not None and known.reported_at > reported_at:
        return
    is_there = known is not None and known.state is CheckRunState.PUBLISHED
    state = CheckRunState.PUBLISHED if is_there else CheckRunState.NONE
    values = {"state": state.value, "reported_at": reported_at, "reason": reason, "failures": 0}
    await _put(session, repository_id, values)


async def note_failure(session: AsyncSession, repository_id: int, *, reason: str, is_final: bool = False) -> None:
    """It did not work; a final failure, or GIVEN_UP_AFTER that are not, leave it until the next report."""
    row = await session.get(CheckRunRow, repository_id, populate_existing=True)
    if row is None or row.state != CheckRunState.SENDING:
        return
    row.failures += 1
    row.reason = reason
    if is_final or row.failures >= GIVEN_UP_AFTER:
        row.state = CheckRunState.NONE.value
    await session.flush()


async def list_waiting(
    session: AsyncSession, installation_id: int, *, holder: str, now: datetime, limit: int
) -> list[int]:
    """Repositories whose newest report has yet to be told by a check run: what failed last, then by newest push.

    One that is being refreshed waits for the report that follows; what another than `holder` is at is left to it.
    """
    is_held = and_(
        CheckRunRow.state == CheckRunState.SENDING.value,
        CheckRunRow.holder != holder,
        CheckRunRow.begun_at > now - HELD,
    )
    statement = (
        select(RepositoryRow.id)
        .outerjoin(CheckRunRow, CheckRunRow.repository_id == RepositoryRow.id)
        .where(RepositoryRow.installation_id == installation_id, *_waits())
        .where(or_(CheckRunRow.repository_id.is_(None), not_(is_held)))
        .order_by(func.coalesce(CheckRunRow.failures, 0), RepositoryRow.pushed_at.desc().nulls_last(), RepositoryRow.id)
        .limit(limit)
    )
    return list(await session.scalars(statement))


async def list_installations_waiting(session: AsyncSession) -> list[int]:
    """Installations that may write check runs and have reports that none tells yet."""
    statement = (
        select(InstallationRow)
        .where(InstallationRow.status == "active")
        .where(
            select(RepositoryRow.id)
            .outerjoin(CheckRunRow, CheckRunRow.repository_id == RepositoryRow.id)
            .where(RepositoryRow.installation_id == InstallationRow.id, *_waits())
            .exists()
        )
        .order_by(InstallationRow.id)
    )
    return [row.id for row in await session.scalars(statement) if row.permissions.get("checks") == "write"]


async def sent_since(session: AsyncSession, installation_id: int, since: datetime) -> list[datetime]:
    """When content was created for check runs on HEADs since then, in rising order; a run of three requests thrice."""
    statement = (
        select(CheckRunRow.published_at, CheckRunRow.requests)
        .join(RepositoryRow, RepositoryRow.id == CheckRunRow.repository_id)
        .where(CheckRunRow.published_at >= since, RepositoryRow.installation_id == installation_id)
        .order_by(CheckRunRow.published_at)
    )
    return [at for at, requests in await session.execute(statement) if at is not None for _ in range(requests)]


def _waits() -> tuple[ColumnElement[bool], ...]:
    return (
        RepositoryRow.removed_at.is_(None),
        RepositoryRow.is_archived.is_(False),
        RepositoryRow.report_id.is_not(None),
        RepositoryRow.report_head_sha != "",
        RepositoryRow.refresh_status.not_in((RefreshStatus.QUEUED, RefreshStatus.PROCESSING)),
        or_(
            CheckRunRow.repository_id.is_(None),
            CheckRunRow.state == CheckRunState.SENDING.value,
            CheckRunRow.reported_at < RepositoryRow.reported_at,
        ),
    )


async def _put(session: AsyncSession, repository_id: int, values: dict[str, Any]) -> None:
    empty = {"head_sha": "", "external_id": "", "said": "", "requests": 0, "holder": ""}
    statement = insert(session, CheckRunRow).values(repository_id=repository_id, **{**empty, **values})
    await session.execute(statement.on_conflict_do_update(index_elements=["repository_id"], set_=values))
