"""What the bot did: deliveries, runs and batches, as their pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.storage import inbox
from bot.storage.tables import BatchItemRow, BatchRow, DeliveryRow, RepositoryRow, RunRow
from bot.storage.views_rarity import about, is_sqlite
from bot.storage.views_scope import Scope, administered

FEW = 2_000
"""Fewer deliveries in a state than these are looked up."""

Before = tuple[datetime, str]
"""(time, id) of the last row already seen; lists go from new to old."""


@dataclass(frozen=True)
class DeliveryItem:
    """One webhook delivery, without its body."""

    guid: str
    event: str
    action: str
    installation_id: int | None
    repository_id: int | None
    repository_full_name: str
    sender: str
    received_at: datetime
    size_bytes: int
    state: str
    reason: str
    event_ids: list[Any]
    attempts: int
    next_attempt_at: datetime | None
    handled_at: datetime | None
    replays: int


@dataclass(frozen=True)
class RunItem:
    """One function run, with the repository it was about."""

    id: str
    function_id: str
    event_id: str
    delivery_guid: str
    installation_id: int | None
    repository_id: int | None
    batch_id: str
    state: str
    reason: str
    attempt: int
    started_at: datetime
    finished_at: datetime | None
    owner: str | None = None
    name: str | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, if it is over."""
        return None if self.finished_at is None else (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class BatchView:
    """One batch with its progress."""

    id: str
    installation_id: int | None
    owner: str
    trigger: str
    forks: str
    force: bool
    status: str
    error: str
    listed: bool
    total: int
    done: int
    failed: int
    skipped: int
    api_requests: float
    created_at: datetime
    finished_at: datetime | None

    @property
    def finished(self) -> int:
        """Repositories that need nothing more."""
        return self.done + self.failed + self.skipped


@dataclass(frozen=True)
class BatchItemView:
    """One repository of a batch."""

    repository_id: int
    full_name: str
    state: str
    reason: str
    updated_at: datetime


_DELIVERY = [getattr(DeliveryRow, field) for field in DeliveryItem.__dataclass_fields__]
_RUN = [getattr(RunRow, field) for field in RunItem.__dataclass_fields__ if field not in {"owner", "name"}]
_RUN += [RepositoryRow.owner, RepositoryRow.name]
_BATCH = [getattr(BatchRow, field) for field in BatchView.__dataclass_fields__]
_ITEM = [getattr(BatchItemRow, field) for field in BatchItemView.__dataclass_fields__]


async def deliveries(
    session: AsyncSession,
    scope: Scope,
    *,
    state: str = "",
    event: str = "",
    repository: str = "",
    before: Before | None = None,
    limit: int = 50,
) -> list[DeliveryItem]:
    """Deliveries of installations that `scope` administers; `repository` is a full name."""
    row = DeliveryRow
    query = select(*_DELIVERY).where(administered(scope, row.installation_id))
    if state:
        query = query.where(await _in_state(session, state))
    if event:
        query = query.where(row.event == event)
    if repository:
        ids = select(RepositoryRow.id).where(RepositoryRow.full_name_lower == repository.lower())
        query = query.where(row.repository_id.in_(ids))
    query = _older(query, row.received_at, row.guid, before).limit(limit)
    return [DeliveryItem(*line) for line in (await session.execute(query)).all()]


async def delivery(session: AsyncSession, scope: Scope, guid: str) -> DeliveryItem | None:
    """One delivery, if `scope` administers its installation."""
    query = select(*_DELIVERY).where(DeliveryRow.guid == guid, administered(scope, DeliveryRow.installation_id))
    line = (await session.execute(query)).first()
    return None if line is None else DeliveryItem(*line)


async def delivery_body(session: AsyncSession, guid: str) -> bytes | None:
    """The payload as it was received."""
    return await inbox.body(session, guid)


async def runs(
    session: AsyncSession,
    scope: Scope,
    *,
    state: str = "",
    function_id: str = "",
    repository_id: int | None = None,
    before: Before | None = None,
    limit: int = 50,
) -> list[RunItem]:
    """Runs of installations that `scope` administers, newest first."""
    query = _run_query(administered(scope, RunRow.installation_id))
    if state:
        query = query.where(RunRow.state == state)
    if function_id:
        query = query.where(RunRow.function_id == function_id)
    if repository_id is not None:
        query = query.where(RunRow.repository_id == repository_id)
    query = _older(query, RunRow.started_at, RunRow.id, before).limit(limit)
    return [RunItem(*line) for line in (await session.execute(query)).all()]


async def runs_of_deliveries(session: AsyncSession, found: list[DeliveryItem]) -> dict[str, list[RunItem]]:
    """The runs that each delivery's events started, and those that followed for its repository, by delivery GUID."""
    by_event = {str(event_id): item.guid for item in found for event_id in item.event_ids}
    result: dict[str, list[RunItem]] = {item.guid: [] for item in found}
    if not by_event:
        return result
    about = {item.guid: item.repository_id for item in found}
    followed = and_(
        RunRow.repository_id.in_({item.repository_id for item in found if item.repository_id is not None}),
        RunRow.started_at >= min(item.received_at for item in found),
        RunRow.delivery_guid.in_(result),
    )
    query = _run_query(or_(RunRow.event_id.in_(by_event), followed)).order_by(RunRow.started_at, RunRow.id)
    for line in (await session.execute(query)).all():
        run = RunItem(*line)
        guid = by_event.get(run.event_id) or run.delivery_guid
        if run.event_id in by_event or about[guid] == run.repository_id:
            result[guid].append(run)
    return result


async def run(session: AsyncSession, scope: Scope, run_id: str) -> RunItem | None:
    """One run, if `scope` administers its installation."""
    query = _run_query(RunRow.id == run_id, administered(scope, RunRow.installation_id))
    line = (await session.execute(query)).first()
    return None if line is None else RunItem(*line)


async def batches(
    session: AsyncSession, scope: Scope, *, status: str = "", before: Before | None = None, limit: int = 50
) -> list[BatchView]:
    """Batches of installations that `scope` administers, newest first."""
    query = select(*_BATCH).where(administered(scope, BatchRow.installation_id))
    if status:
        query = query.where(BatchRow.status == status)
    query = _older(query, BatchRow.created_at, BatchRow.id, before).limit(limit)
    return [BatchView(*line) for line in (await session.execute(query)).all()]


async def batch(session: AsyncSession, scope: Scope, batch_id: str) -> BatchView | None:
    """One batch, if `scope` administers its installation."""
    query = select(*_BATCH).where(BatchRow.id == batch_id, administered(scope, BatchRow.installation_id))
    line = (await session.execute(query)).first()
    return None if line is None else BatchView(*line)


async def batch_items(
    session: AsyncSession, batch_id: str, *, state: str = "", after: int = 0, limit: int = 100
) -> list[BatchItemView]:
    """Repositories of a batch, by id after `after`."""
    row = BatchItemRow
    query = select(*_ITEM).where(row.batch_id == batch_id, row.repository_id > after)
    if state:
        query = query.where(row.state == state)
    query = query.order_by(row.repository_id).limit(limit)
    return [BatchItemView(*line) for line in (await session.execute(query)).all()]


async def _in_state(session: AsyncSession, state: str) -> ColumnElement[bool]:
    """Deliveries in `state`. `+` keeps SQLite in the list's order where that soon finds a page: it would look up and
    sort all that are in the state, however many."""
    row = DeliveryRow
    if is_sqlite(session) and await about(session, row.state, state, at_most=FEW) == FEW:
        return literal_column(f"+{row.__tablename__}.{row.state.key}", row.state.type) == state
    return row.state == state


def _run_query(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(*_RUN).outerjoin(RepositoryRow, RepositoryRow.id == RunRow.repository_id).where(*conditions)


def _older(
    query: Select[Any], moment: InstrumentedAttribute[datetime], key: InstrumentedAttribute[str], before: Before | None
) -> Select[Any]:
    if before is not None:
        seen_at, seen_id = before
        query = query.where(moment <= seen_at, or_(moment < seen_at, key < seen_id))
    return query.order_by(moment.desc(), key.desc())
