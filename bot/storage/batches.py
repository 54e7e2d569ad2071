"""Batches: each repository of a batch is counted once, whatever retries, and the last one closes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.batch import Batch, BatchItem, BatchStatus, ItemState
from bot.storage.changed import changed
from bot.storage.tables import BatchItemRow, BatchRow
from bot.storage.upsert import insert


async def create(
    session: AsyncSession,
    batch_id: str,
    *,
    installation_id: int | None,
    trigger: str,
    owner: str = "",
    forks: str = "all",
    force: bool = False,
    now: datetime,
) -> bool:
    """Begin a batch; False when it has begun already (a retry), which changes nothing."""
    statement = (
        insert(session, BatchRow)
        .values(
            id=batch_id,
            installation_id=installation_id,
            trigger=trigger,
            owner=owner,
            forks=forks,
            force=force,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(BatchRow.id)
    )
    return (await session.scalars(statement)).one_or_none() is not None


async def add_items(
    session: AsyncSession, batch_id: str, repositories: Sequence[tuple[int, str]], *, now: datetime
) -> int:
    """Add repositories (id, full name) once each; the number that was new, by which `total` grows."""
    if not repositories:
        return 0
    rows = {
        repository_id: {
            "batch_id": batch_id,
            "repository_id": repository_id,
            "full_name": full_name,
            "updated_at": now,
        }
        for repository_id, full_name in repositories
    }
    statement = (
        insert(session, BatchItemRow)
        .on_conflict_do_nothing(index_elements=["batch_id", "repository_id"])
        .returning(BatchItemRow.repository_id)
    )
    added = len(list(await session.scalars(statement, [rows[key] for key in sorted(rows)])))
    if added:
        await _add(session, batch_id, total=added)
    return added


async def known_items(session: AsyncSession, batch_id: str, repository_ids: Sequence[int]) -> frozenset[int]:
    """Which of these repositories are items of the batch already."""
    statement = select(BatchItemRow.repository_id).where(
        BatchItemRow.batch_id == batch_id, BatchItemRow.repository_id.in_(sorted(repository_ids))
    )
    return frozenset(await session.scalars(statement))


async def mark_item(
    session: AsyncSession,
    batch_id: str,
    repository_id: int,
    state: ItemState,
    *,
    reason: str = "",
    api_requests: float = 0.0,
    now: datetime,
) -> bool:
    """Count a repository as done, failed or skipped, once; False when it was counted before or is not in it.

    The last one completes the batch.
    """
    statement = (
        update(BatchItemRow)
        .where(BatchItemRow.batch_id == batch_id, BatchItemRow.repository_id == repository_id)
        .where(BatchItemRow.state == ItemState.QUEUED)
        .values(state=state, reason=reason, updated_at=now)
    )
    if await changed(session, statement) != 1:
        return False
    await _add(session, batch_id, **{state.value: 1, "api_requests": api_requests})
    await _complete_if_whole(session, batch_id, now)
    return True


async def mark_listed(session: AsyncSession, batch_id: str, *, api_requests: float = 0.0, now: datetime) -> None:
    """All items are known; a batch with nothing left to do completes at once. Repeating changes nothing."""
    statement = update(BatchRow).where(BatchRow.id == batch_id, BatchRow.listed.is_(False)).values(listed=True)
    if await changed(session, statement) == 1 and api_requests:
        await _add(session, batch_id, api_requests=api_requests)
    await _complete_if_whole(session, batch_id, now)


async def add_cost(session: AsyncSession, batch_id: str, api_requests: float) -> None:
    """Count requests that the batch itself cost."""
    await _add(session, batch_id, api_requests=api_requests)


async def cancel(session: AsyncSession, batch_id: str, *, reason: str, now: datetime) -> bool:
    """Stop a running batch; False when it was not running."""
    return await _end(session, batch_id, BatchStatus.CANCELLED, reason, now)


async def fail(session: AsyncSession, batch_id: str, *, error: str, now: datetime) -> bool:
    """The batch itself could not be worked through; False when it was not running."""
    return await _end(session, batch_id, BatchStatus.FAILED, error, now)


async def _end(session: AsyncSession, batch_id: str, status: BatchStatus, error: str, now: datetime) -> bool:
    statement = (
        update(BatchRow)
        .where(BatchRow.id == batch_id, BatchRow.status == BatchStatus.RUNNING)
        .values(status=status, error=error, finished_at=now)
    )
    return await changed(session, statement) == 1


async def _add(session: AsyncSession, batch_id: str, **amounts: float) -> None:
    sums: dict[str, Any] = {name: getattr(BatchRow, name) + amount for name, amount in amounts.items()}
    await changed(session, update(BatchRow).where(BatchRow.id == batch_id).values(**sums))


async def _complete_if_whole(session: AsyncSession, batch_id: str, now: datetime) -> None:
    """The row lock of `_add` puts concurrent markers in line, so exactly the last one sees the whole."""
    await changed(
        session,
        update(BatchRow)
        .where(BatchRow.id == batch_id, BatchRow.listed.is_(True), BatchRow.status == BatchStatus.RUNNING)
        .where(BatchRow.done + BatchRow.failed + BatchRow.skipped >= BatchRow.total)
        .values(status=BatchStatus.COMPLETED, finished_at=now),
    )


async def fail_still(session: AsyncSession, *, untouched_since: datetime, error: str, now: datetime) -> int:
    """Fail the batches that began before then and of which nothing has moved since; the number."""
    moved = select(BatchItemRow.batch_id).where(
        BatchItemRow.batch_id == BatchRow.id, BatchItemRow.updated_at >= untouched_since
    )
    statement = (
        update(BatchRow)
        .where(BatchRow.status == BatchStatus.RUNNING, BatchRow.created_at < untouched_since, ~moved.exists())
        .values(status=BatchStatus.FAILED, error=error, finished_at=now)
    )
    return await changed(session, statement)


async def prune(session: AsyncSession, *, older_than: datetime, limit: int = 5000) -> int:
    """Drop what ended before then: items first, at most `limit` in one call, and at last their batches; the number."""
    old = select(BatchRow.id).where(BatchRow.finished_at < older_than)
    key = tuple_(BatchItemRow.batch_id, BatchItemRow.repository_id)
    some = select(BatchItemRow.batch_id, BatchItemRow.repository_id).where(BatchItemRow.batch_id.in_(old)).limit(limit)
    dropped = await changed(session, delete(BatchItemRow).where(key.in_(some)))
    return dropped or await changed(session, delete(BatchRow).where(BatchRow.finished_at < older_than))


async def get(session: AsyncSession, batch_id: str) -> Batch | None:
    """One batch."""
    row = await session.get(BatchRow, batch_id, populate_existing=True)
    return None if row is None else _batch(row)


async def items(
    session: AsyncSession, batch_id: str, *, state: ItemState | None = None, limit: int = 1000, after: int = 0
) -> list[BatchItem]:
    """Repositories of a batch by id, from the one after `after`."""
    statement = (
        select(BatchItemRow)
        .where(BatchItemRow.batch_id == batch_id, BatchItemRow.repository_id > after)
        .order_by(BatchItemRow.repository_id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    if state is not None:
        statement = statement.where(BatchItemRow.state == state)
    return [
        BatchItem(
            repository_id=row.repository_id,
            full_name=row.full_name,
            state=ItemState(row.state),
            reason=row.reason,
            updated_at=row.updated_at,
        )
        for row in await session.scalars(statement)
    ]


async def running(session: AsyncSession, installation_id: int | None = None) -> list[Batch]:
    """Batches under way, oldest first, of one installation or of all."""
    statement = select(BatchRow).where(BatchRow.status == BatchStatus.RUNNING).order_by(BatchRow.created_at)
    if installation_id is not None:
        statement = statement.where(BatchRow.installation_id == installation_id)
    return [_batch(row) for row in await session.scalars(statement.execution_options(populate_existing=True))]


def _batch(row: BatchRow) -> Batch:
    values: dict[str, Any] = {name: getattr(row, name) for name in Batch.__dataclass_fields__ if name != "status"}
    return Batch(**values, status=BatchStatus(row.status))
