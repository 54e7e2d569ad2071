"""Repositories: which there are, what they are called now, and how they changed on GitHub."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.delivery import DeliveryState
from bot.model.errors import FinalError, Finality
from bot.model.installation import InstallationStatus
from bot.model.repository import RefreshStatus, Repository, RepositoryRef
from bot.storage.changed import changed
from bot.storage.tables import (
    CommandRow,
    DeliveryBodyRow,
    DeliveryRow,
    InstallationRow,
    RepositoryRow,
    UserRepositoryRow,
)
from bot.storage.upsert import insert, told_before

CHUNK = 500


async def upsert_many(
    session: AsyncSession,
    installation_id: int,
    refs: Sequence[RepositoryRef],
    *,
    is_full: bool = True,
    brings_back: bool = True,
    now: datetime,
) -> None:
    """Store repositories of an installation as GitHub tells them; removed ones come back.

    `now` is when GitHub was asked: what is stored of a later answer stays, so that of answers that pass each other on
    their way the newest counts. A webhook tells only ids, name and privacy: say `is_full=False` and the rest stays as
    it is. An empty `head_sha`, `default_branch` or `node_id` is never news. A repository of another installation moves
    to this one (a transfer), unless `brings_back` is False: then only what is still covered by this one is changed.

    The installation must be stored before; raises FinalError(UNINSTALLED) where it is deleted.
    """
    await _require_installed(session, installation_id)
    rows = {ref.id: _row(ref, installation_id, now) for ref in refs}
    ordered = [rows[key] for key in sorted(rows)]
    statement = insert(session, RepositoryRow)
    told = {"installation_id", "owner", "name", "full_name_lower", "updated_at", "removed_at", "removed_reason"}
    told |= {"is_private", "is_fork", "is_archived", "description"} if is_full else {"is_private"}
    fresh: dict[str, Any] = {name: statement.excluded[name] for name in told}
    for name in ("head_sha", "default_branch", "node_id"):
        fresh[name] = func.coalesce(func.nullif(statement.excluded[name], ""), getattr(RepositoryRow, name))
    fresh["pushed_at"] = func.coalesce(statement.excluded["pushed_at"], RepositoryRow.pushed_at)
    is_news = told_before(RepositoryRow.updated_at, now)
    if not brings_back:
        is_news = and_(is_news, RepositoryRow.installation_id == installation_id, RepositoryRow.removed_at.is_(None))
    statement = statement.on_conflict_do_update(index_elements=["id"], set_=fresh, where=is_news)
    for start in range(0, len(ordered), CHUNK):
        await session.execute(statement, ordered[start : start + CHUNK])


async def _require_installed(session: AsyncSession, installation_id: int) -> None:
    """On PostgreSQL an uninstall waits for this transaction, and then finds what it has stored."""
    statement = select(InstallationRow.status).where(InstallationRow.id == installation_id).with_for_update(read=True)
    if await session.scalar(statement) == InstallationStatus.DELETED:
        raise FinalError(Finality.UNINSTALLED, "The App is no longer installed there.")


def _row(ref: RepositoryRef, installation_id: int, now: datetime) -> dict[str, Any]:
    return {
        "id": ref.id,
        "installation_id": installation_id,
        "owner": ref.owner,
        "name": ref.name,
        "full_name_lower": ref.full_name.lower(),
        "node_id": ref.node_id,
        "is_private": ref.is_private,
        "is_fork": ref.is_fork,
        "is_archived": ref.is_archived,
        "description": ref.description,
        "default_branch": ref.default_branch,
        "head_sha": ref.head_sha,
        "pushed_at": ref.pushed_at,
        "created_at": now,
        "updated_at": now,
        "removed_at": None,
        "removed_reason": "",
    }


async def get(session: AsyncSession, repository_id: int) -> Repository | None:
    """One repository by GitHub's id, removed ones too."""
    row = await session.get(RepositoryRow, repository_id, populate_existing=True)
    return None if row is None else to_repository(row)


async def after(
    session: AsyncSession, installation_id: int, after_id: int, *, limit: int, only: Sequence[int] = ()
) -> list[Repository]:
    """The next repositories of an installation by id, from the one after `after_id`; `only` restricts them."""
    statement = (
        select(RepositoryRow)
        .where(RepositoryRow.installation_id == installation_id, RepositoryRow.removed_at.is_(None))
        .where(RepositoryRow.id > after_id)
        .order_by(RepositoryRow.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    if only:
        statement = statement.where(RepositoryRow.id.in_(sorted(one for one in only if one > after_id)))
    return [to_repository(row) for row in await session.scalars(statement)]


async def get_many(session: AsyncSession, repository_ids: Iterable[int]) -> dict[int, Repository]:
    """Those of these repositories that are stored, by id."""
    wanted = sorted(set(repository_ids))
    found: dict[int, Repository] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = select(RepositoryRow).where(RepositoryRow.id.in_(wanted[start : start + CHUNK]))
        for row in await session.scalars(chunk.execution_options(populate_existing=True)):
            found[row.id] = to_repository(row)
    return found


async def remove(
    session: AsyncSession, installation_id: int, repository_ids: Iterable[int], *, reason: str, now: datetime
) -> int:
    """The installation no longer covers them (`reason`: removed, deleted, ...). The number that was still its own.

    One that has moved to another installation stays, even where that happens at the same moment, and so does one that
    GitHub has told us of since `now`, when it was asked. A refresh under way ends as failed.
    """
    ours = RepositoryRow.installation_id == installation_id
    ids = sorted(set(repository_ids))
    count = 0
    for start in range(0, len(ids), CHUNK):
        chosen = RepositoryRow.id.in_(ids[start : start + CHUNK])
        count += await _remove(session, and_(ours, chosen), reason, now)
    return count


async def missing(
    session: AsyncSession, installation_id: int, present: Collection[int], *, asked_at: datetime
) -> tuple[int, ...]:
    """Repositories that are stored as the installation's, and not in what GitHub has listed since `asked_at`."""
    stored = await session.scalars(
        select(RepositoryRow.id).where(
            RepositoryRow.installation_id == installation_id,
            RepositoryRow.removed_at.is_(None),
            told_before(RepositoryRow.updated_at, asked_at),
        )
    )
    return tuple(sorted(set(stored) - set(present)))


async def purge(session: AsyncSession, *, removed_before: datetime) -> int:
    """Erase repositories removed before then, with all that came of them; the number erased."""
    doomed = RepositoryRow.removed_at < removed_before
    await erase_traces(session, doomed)
    return await changed(session, delete(RepositoryRow).where(doomed))


async def erase_traces(session: AsyncSession, doomed: ColumnElement[bool]) -> None:
    """What of these repositories holds no foreign key: commands, who could see them, payloads.

    Of deliveries only the bodies go: their GUIDs tell recovery that nothing is missing, until they age.
    """
    ids = select(RepositoryRow.id).where(doomed)
    for of_repository in (CommandRow, UserRepositoryRow):
        await session.execute(delete(of_repository).where(of_repository.repository_id.in_(ids)))
    settled = select(DeliveryRow.id).where(
        DeliveryRow.repository_id.in_(ids), DeliveryRow.state != DeliveryState.RECEIVED.value
    )
    await session.execute(delete(DeliveryBodyRow).where(DeliveryBodyRow.delivery_id.in_(settled)))


async def _remove(session: AsyncSession, chosen: ColumnElement[bool], reason: str, now: datetime) -> int:
    removed = await changed(
        session,
        update(RepositoryRow)
        .where(chosen, RepositoryRow.removed_at.is_(None), told_before(RepositoryRow.updated_at, now))
        .values(removed_at=now, removed_reason=reason, updated_at=now),
    )
    await changed(
        session,
        update(RepositoryRow)
        .where(chosen, RepositoryRow.removed_at.is_not(None))
        .where(RepositoryRow.refresh_status.in_((RefreshStatus.QUEUED, RefreshStatus.PROCESSING)))
        .values(
            refresh_status=RefreshStatus.FAILED,
            refresh_error=f"The repository is no longer covered ({reason}).",
            refresh_finished_at=now,
        ),
    )
    return removed


def to_repository(row: RepositoryRow) -> Repository:
    """The value of a row; for the other files of storage."""
    values: dict[str, Any] = {
        name: getattr(row, name) for name in Repository.__struct_fields__ if name != "refresh_status"
    }
    return Repository(**values, refresh_status=RefreshStatus(row.refresh_status))
