"""The inbox: every verified delivery, once, until the relay has made something of it and age prunes it."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from isal import isal_zlib
from sqlalchemy import RowMapping, Select, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.delivery import Delivery, DeliveryState, NewDelivery
from bot.storage.changed import changed
from bot.storage.tables import DeliveryBodyRow, DeliveryRow
from bot.storage.upsert import insert

COLUMNS = tuple(DeliveryRow.__table__.columns)


async def store_many(session: AsyncSession, deliveries: Sequence[NewDelivery]) -> frozenset[str]:
    """Store what is not held yet; the GUIDs that were new. Two statements, whatever their number."""
    if not deliveries:
        return frozenset()
    first = {delivery.guid: delivery for delivery in reversed(deliveries)}
    statement = insert(session, DeliveryRow).on_conflict_do_nothing(index_elements=["guid"])
    ordered = [_row(first[guid]) for guid in sorted(first)]  # the same order everywhere: no deadlock on PostgreSQL
    rows = await session.execute(statement.returning(DeliveryRow.guid, DeliveryRow.id), ordered)
    new: dict[str, int] = dict(iter(rows))
    bodies = [{"delivery_id": id_, "body": pack(first[guid].body)} for guid, id_ in sorted(new.items())]
    if bodies:
        await session.execute(insert(session, DeliveryBodyRow), bodies)
    return frozenset(new)


def _row(delivery: NewDelivery) -> dict[str, Any]:
    return {
        "guid": delivery.guid,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "repository_full_name": delivery.repository_full_name,
        "sender": delivery.sender,
        "received_at": delivery.received_at,
        "next_attempt_at": delivery.received_at,
        "size_bytes": len(delivery.body),
    }


async def list_due(session: AsyncSession, *, now: datetime, limit: int) -> list[str]:
    """GUIDs of received deliveries that are due, oldest first; a look that borrows nothing."""
    return list(await session.scalars(_due(now, limit)))


def _due(now: datetime, limit: int) -> Select[str]:
    return (
        select(DeliveryRow.guid)
        .where(DeliveryRow.state == DeliveryState.RECEIVED, DeliveryRow.next_attempt_at <= now)
        .order_by(DeliveryRow.next_attempt_at, DeliveryRow.received_at)
        .limit(limit)
    )


async def borrow(session: AsyncSession, due: Sequence[str], *, now: datetime, lease_s: float) -> list[Delivery]:
    """Borrow those of `due` that still are, for `lease_s` seconds; they come oldest first.

    A borrower that dies loses them when the lease ends. Several processes never borrow the same one, and on
    PostgreSQL none waits for another.
    """
    if not due:
        return []
    free = (
        select(DeliveryRow.id)
        .where(DeliveryRow.guid.in_(due))
        .where(DeliveryRow.state == DeliveryState.RECEIVED, DeliveryRow.next_attempt_at <= now)
        .with_for_update(skip_locked=True)
    )
    borrowed = (
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(free.scalar_subquery()))
        .values(next_attempt_at=now + timedelta(seconds=lease_s), attempts=DeliveryRow.attempts + 1)
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
    rows = (await session.execute(borrowed)).mappings().all()
    return sorted((_delivery(row) for row in rows), key=lambda one: (one.received_at, one.guid))


async def bodies(session: AsyncSession, guids: Sequence[str]) -> dict[str, bytes]:
    """The stored JSON of these deliveries, by GUID."""
    statement = (
        select(DeliveryRow.guid, DeliveryBodyRow.body)
        .join(DeliveryBodyRow, DeliveryBodyRow.delivery_id == DeliveryRow.id)
        .where(DeliveryRow.guid.in_(guids))
    )
    return {guid: unpack(packed) for guid, packed in await session.execute(statement)}


async def settle(
    session: AsyncSession,
    *,
    sent: Mapping[str, Sequence[str]],
    ignored: Mapping[str, str],
    failed: Mapping[str, str],
    now: datetime,
) -> None:
    """Say what became of received deliveries, by GUID.

    `sent`: the events that the engine has accepted; `ignored` and `failed`: the reason. Others stay as they are.
    """
    fates = [
        *((guid, DeliveryState.SENT, list(ids), "") for guid, ids in sent.items()),
        *((guid, DeliveryState.IGNORED, [], reason) for guid, reason in ignored.items()),
        *((guid, DeliveryState.FAILED, [], reason) for guid, reason in failed.items()),
    ]
    if not fates:
        return
    table = DeliveryRow.__table__
    statement = (
        update(DeliveryRow)
        .where(table.c.guid == bindparam("the_guid"), table.c.state == DeliveryState.RECEIVED)
        .values(
            state=bindparam("new_state"),
            event_ids=bindparam("ids"),
            reason=bindparam("why"),
            handled_at=now,
            next_attempt_at=None,
        )
    )
    rows = [
        {"the_guid": guid, "new_state": state, "ids": ids, "why": reason} for guid, state, ids, reason in sorted(fates)
    ]
    await (await session.connection()).execute(statement, rows)


async def retry_later(
    session: AsyncSession, guids: Collection[str], *, at: datetime, reason: str, is_try: bool = True
) -> None:
    """Give borrowed deliveries back, to be tried again at `at`. Without `is_try` this time does not count."""
    if not guids:
        return
    values: dict[str, Any] = {"next_attempt_at": at, "reason": reason}
    if not is_try:
        values["attempts"] = DeliveryRow.attempts - 1
    await changed(
        session,
        update(DeliveryRow)
        .where(DeliveryRow.guid.in_(sorted(guids)), DeliveryRow.state == DeliveryState.RECEIVED)
        .values(**values),
    )


async def end_leases(session: AsyncSession, *, now: datetime) -> None:
    """Every delivery that waits is due at once: whoever had borrowed some is gone."""
    await changed(
        session,
        update(DeliveryRow)
        .where(DeliveryRow.state == DeliveryState.RECEIVED, DeliveryRow.next_attempt_at > now)
        .values(next_attempt_at=now),
    )


async def reopen(session: AsyncSession, guid: str, *, now: datetime) -> Delivery | None:
    """Have a settled delivery handled again, as replay number `replays`; None when it is not held.

    One that is still waiting is only made due: it is no replay.
    """
    delivery = await get(session, guid)
    if delivery is None:
        return None
    is_settled = delivery.state is not DeliveryState.RECEIVED
    await session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.guid == guid)
        .values(
            state=DeliveryState.RECEIVED,
            next_attempt_at=now,
            handled_at=None,
            reason="",
            attempts=0,
            replays=DeliveryRow.replays + (1 if is_settled else 0),
        )
    )
    return await get(session, guid)


async def known_guids(session: AsyncSession, guids: Iterable[str]) -> frozenset[str]:
    """Which of these the inbox holds."""
    wanted = sorted(set(guids))
    known: set[str] = set()
    for start in range(0, len(wanted), 1000):
        chunk = wanted[start : start + 1000]
        known.update(await session.scalars(select(DeliveryRow.guid).where(DeliveryRow.guid.in_(chunk))))
    return frozenset(known)


async def get(session: AsyncSession, guid: str) -> Delivery | None:
    """One delivery without its body."""
    row = (await session.execute(select(*COLUMNS).where(DeliveryRow.guid == guid))).mappings().one_or_none()
    return None if row is None else _delivery(row)


async def body(session: AsyncSession, guid: str) -> bytes | None:
    """The stored JSON of one delivery; None when it is not held."""
    return (await bodies(session, [guid])).get(guid)


def pack(content: bytes) -> bytes:
    """A body as it is kept: zlib, at the speed of copying (7 µs for 8 KB), a quarter of the size."""
    return isal_zlib.compress(content, 0)


def unpack(packed: bytes) -> bytes:
    """The body in what `pack` made."""
    return zlib.decompress(packed)


async def newest(session: AsyncSession, limit: int = 1) -> list[Delivery]:
    """The deliveries received last, newest first."""
    statement = select(*COLUMNS).order_by(DeliveryRow.received_at.desc(), DeliveryRow.guid.desc()).limit(limit)
    return [_delivery(row) for row in (await session.execute(statement)).mappings()]


async def counts(session: AsyncSession) -> dict[DeliveryState, int]:
    """How many deliveries are in each state."""
    statement = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
    found = {DeliveryState(state): count for state, count in (await session.execute(statement))}
    return {state: found.get(state, 0) for state in DeliveryState}


async def oldest_received_at(session: AsyncSession) -> datetime | None:
    """When the oldest delivery that still waits came in; None when none waits."""
    statement = (
        select(DeliveryRow.received_at)
        .where(DeliveryRow.state == DeliveryState.RECEIVED)
        .order_by(DeliveryRow.received_at)
        .limit(1)
    )
    return await session.scalar(statement)


async def prune(
    session: AsyncSession, *, older_than: datetime, max_bytes: int, guids_since: datetime, limit: int = 5000
) -> int:
    """Drop settled deliveries by age, then the oldest settled ones until bodies fit into `max_bytes`.

    Of those received since `guids_since` only the body goes: as long as GitHub remembers a delivery, recovery would
    ask for one that is not held, and it would be handled twice. What still waits is never dropped. At most `limit` of
    each in one call; the number dropped.
    """
    dropped = await _drop(session, older_than, limit)
    if dropped == limit:
        return dropped  # more of that in the next call
    total = await session.scalar(select(func.coalesce(func.sum(DeliveryRow.size_bytes), 0))) or 0
    if total <= max_bytes:
        return dropped
    surplus = total - max_bytes
    oldest = (
        select(DeliveryRow.received_at, DeliveryRow.size_bytes)
        .where(DeliveryRow.state != DeliveryState.RECEIVED, DeliveryRow.size_bytes > 0)
        .order_by(DeliveryRow.received_at, DeliveryRow.guid)
        .limit(limit)
    )
    cut: datetime | None = None
    for received_at, size_bytes in await session.execute(oldest):
        cut = received_at
        surplus -= size_bytes
        if surplus <= 0:
            break
    if cut is None:
        return dropped
    until = cut + timedelta(microseconds=1)
    return dropped + await _drop(session, min(until, guids_since), limit) + await _empty(session, until, limit)


async def _empty(session: AsyncSession, before: datetime, limit: int) -> int:
    """Forget the bodies of settled deliveries; the number of deliveries."""
    full = (
        select(DeliveryRow.id)
        .where(DeliveryRow.state != DeliveryState.RECEIVED, DeliveryRow.size_bytes > 0)
        .where(DeliveryRow.received_at < before)
        .order_by(DeliveryRow.received_at, DeliveryRow.guid)
        .limit(limit)
    )
    ids = list(await session.scalars(full))
    await changed(session, delete(DeliveryBodyRow).where(DeliveryBodyRow.delivery_id.in_(ids)))
    return await changed(session, update(DeliveryRow).where(DeliveryRow.id.in_(ids)).values(size_bytes=0))


async def _drop(session: AsyncSession, before: datetime, limit: int) -> int:
    old = (
        select(DeliveryRow.id)
        .where(DeliveryRow.state != DeliveryState.RECEIVED, DeliveryRow.received_at < before)
        .order_by(DeliveryRow.received_at, DeliveryRow.guid)
        .limit(limit)
    )
    return await changed(session, delete(DeliveryRow).where(DeliveryRow.id.in_(old.scalar_subquery())))


def _delivery(row: RowMapping) -> Delivery:
    values = {name: row[name] for name in Delivery.__dataclass_fields__ if name not in {"state", "event_ids"}}
    return Delivery(**values, state=DeliveryState(row["state"]), event_ids=tuple(row["event_ids"]))
