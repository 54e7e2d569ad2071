"""Installations: who has installed the App, and whether we may work for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.delivery import DeliveryState
from bot.model.installation import Installation, InstallationStatus
from bot.model.records import RunState
from bot.model.repository import InstallationRef
from bot.storage.changed import changed
from bot.storage.repositories import erase_traces
from bot.storage.tables import (
    ApiTokenRow,
    BatchRow,
    BudgetRow,
    DeliveryBodyRow,
    DeliveryRow,
    InstallationRow,
    RepositoryRow,
    RunRow,
    SubscriptionRow,
    UserInstallationRow,
)
from bot.storage.upsert import insert, told_before

UNINSTALLED = "uninstalled"


async def upsert(session: AsyncSession, ref: InstallationRef, *, now: datetime) -> None:
    """Store what GitHub says of an installation; one that was deleted comes back with it.

    `now` is when GitHub was asked: what is stored of a later answer, or of a deletion since, stays. Its repositories
    come back as they are listed again (`repositories.upsert_many`).
    """
    status = InstallationStatus.SUSPENDED if ref.suspended_at else InstallationStatus.ACTIVE
    values = {
        "account_id": ref.account_id,
        "account_login": ref.account_login,
        "account_type": ref.account_type,
        "status": status,
        "repository_selection": ref.repository_selection,
        "permissions": dict(ref.permissions),
        "events": list(ref.events),
        "updated_at": now,
        "deleted_at": None,
    }
    statement = insert(session, InstallationRow).values(id=ref.id, created_at=now, **values)
    is_news = told_before(InstallationRow.updated_at, now)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values, where=is_news))


async def get(session: AsyncSession, installation_id: int) -> Installation | None:
    """One installation, deleted ones too."""
    row = await session.get(InstallationRow, installation_id, populate_existing=True)
    return None if row is None else _installation(row)


async def find(session: AsyncSession, login: str) -> Installation | None:
    """The installation on an account that is not deleted, by login in any case."""
    statement = (
        select(InstallationRow)
        .where(func.lower(InstallationRow.account_login) == login.lower())
        .where(InstallationRow.status != InstallationStatus.DELETED)
        .order_by(InstallationRow.updated_at.desc())
        .limit(1)
    )
    row = await session.scalar(statement)
    return None if row is None else _installation(row)


async def list_all(session: AsyncSession, *, with_deleted: bool = False) -> list[Installation]:
    """All installations by login."""
    statement = select(InstallationRow).order_by(InstallationRow.account_login, InstallationRow.id)
    if not with_deleted:
        statement = statement.where(InstallationRow.status != InstallationStatus.DELETED)
    return [_installation(row) for row in await session.scalars(statement)]


async def rename(session: AsyncSession, installation_id: int, login: str, *, now: datetime) -> bool:
    """The account has another login now: its repositories move along. False when it is not there.

    False, too, where GitHub has told more since `now`, when it was asked.
    """
    known = select(InstallationRow).where(
        InstallationRow.id == installation_id, told_before(InstallationRow.updated_at, now)
    )
    row = await session.scalar(known.execution_options(populate_existing=True))
    if row is None:
        return False
    before = row.account_login
    row.account_login, row.updated_at = login, now
    await session.flush()
    await session.execute(
        update(RepositoryRow)
        .where(RepositoryRow.installation_id == installation_id)
        .where(func.lower(RepositoryRow.owner) == before.lower(), told_before(RepositoryRow.updated_at, now))
        .values(
            owner=login,
            full_name_lower=func.lower(login) + "/" + func.lower(RepositoryRow.name),
            updated_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    return True


async def mark_reconciled(session: AsyncSession, installation_id: int, *, now: datetime) -> None:
    """Its repositories have just been compared with GitHub's."""
    await session.execute(
        update(InstallationRow).where(InstallationRow.id == installation_id).values(reconciled_at=now)
    )


async def delete(session: AsyncSession, installation_id: int, *, now: datetime) -> bool:
    """Uninstalled: keep everything until `purge`, but out of sight. False when it was so already.

    Its waiting refreshes end, its running batches and runs are cancelled.
    """
    statement = (
        update(InstallationRow)
        .where(InstallationRow.id == installation_id, InstallationRow.status != InstallationStatus.DELETED)
        .values(status=InstallationStatus.DELETED, deleted_at=now, updated_at=now)
    )
    is_news = await changed(session, statement) == 1
    ours = RepositoryRow.installation_id == installation_id
    await changed(
        session,
        update(RepositoryRow)
        .where(ours, RepositoryRow.removed_at.is_(None))
        .values(removed_at=now, removed_reason=UNINSTALLED, updated_at=now),
    )
    await changed(
        session,
        update(RepositoryRow)
        .where(ours, RepositoryRow.refresh_status.in_(("queued", "processing")))
        .values(refresh_status="failed", refresh_error="The App was uninstalled.", refresh_finished_at=now),
    )
    await changed(
        session,
        update(BatchRow)
        .where(BatchRow.installation_id == installation_id, BatchRow.status == "running")
        .values(status="cancelled", error="The App was uninstalled.", finished_at=now),
    )
    await changed(
        session,
        update(RunRow)
        .where(RunRow.installation_id == installation_id, RunRow.state == RunState.RUNNING)
        .values(state=RunState.CANCELLED, reason="The App was uninstalled.", finished_at=now),
    )
    return is_news


async def purge(session: AsyncSession, *, deleted_before: datetime) -> dict[str, int]:
    """Erase installations deleted before then, with all that came of them; counts of some.

    Of deliveries only the bodies go: their GUIDs tell recovery that nothing is missing, until they age.
    """
    doomed = select(InstallationRow.id).where(
        InstallationRow.status == InstallationStatus.DELETED, InstallationRow.deleted_at < deleted_before
    )
    ids = list(await session.scalars(doomed))
    await _erase_traces(session, ids)
    repositories = await changed(session, delete_rows(RepositoryRow).where(RepositoryRow.installation_id.in_(ids)))
    batches = await changed(session, delete_rows(BatchRow).where(BatchRow.installation_id.in_(ids)))
    await changed(session, delete_rows(BudgetRow).where(BudgetRow.installation_id.in_(ids)))
    installations = await changed(session, delete_rows(InstallationRow).where(InstallationRow.id.in_(ids)))
    return {"installations": installations, "repositories": repositories, "batches": batches}


async def _erase_traces(session: AsyncSession, ids: Sequence[int]) -> None:
    """What holds no foreign key: runs, keys that were given out, payloads, and what is left of repositories."""
    for table in (RunRow, ApiTokenRow, SubscriptionRow, UserInstallationRow):
        await session.execute(delete_rows(table).where(table.installation_id.in_(ids)))
    await erase_traces(session, RepositoryRow.installation_id.in_(ids))
    settled = select(DeliveryRow.id).where(
        DeliveryRow.installation_id.in_(ids), DeliveryRow.state != DeliveryState.RECEIVED.value
    )
    await session.execute(delete_rows(DeliveryBodyRow).where(DeliveryBodyRow.delivery_id.in_(settled)))


def _installation(row: InstallationRow) -> Installation:
    values: dict[str, Any] = {
        name: getattr(row, name) for name in Installation.__dataclass_fields__ if name not in {"status", "events"}
    }
    return Installation(**values, status=InstallationStatus(row.status), events=tuple(row.events))
