"""The inbox's way in on a SQLite file: many deliveries in one commit and four statements, whatever their number.

A burst takes two steps: its deliveries are staged, each commit in one row at the end of a table, and moved to the
inbox, with all its indexes, when the burst is over. Either way they survive a power cut from their first commit on.

Each statement releases and retakes Python's global lock, for which the event loop competes; so rows travel as one
JSON array and bodies as one blob, and SQLite takes them apart. What is stored equals what `inbox.store_many` stores
(a test compares them).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec
from sqlalchemy import func, select

from bot.model.delivery import NewDelivery
from bot.storage import inbox
from bot.storage.database import Database
from bot.storage.tables import ArrivalRow

KNOWN = "SELECT guid FROM deliveries WHERE guid IN (SELECT value FROM json_each(?))"
INSERT = """
INSERT INTO deliveries (
    guid, event, action, installation_id, repository_id, repository_full_name, sender, received_at, next_attempt_at,
    size_bytes, state, reason, event_ids, attempts, replays
)
SELECT
    json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'),
    json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]'),
    json_extract(value, '$[7]'), json_extract(value, '$[8]'), 'received', '', '[]', 0, 0
FROM json_each(?)
"""
STAGE = "INSERT INTO arrivals (count, deliveries) VALUES (?, ?)"
INSERT_BODIES = """
INSERT INTO delivery_bodies (delivery_id, body)
SELECT deliveries.id, substr(?, json_extract(value, '$[1]'), json_extract(value, '$[2]'))
FROM json_each(?) JOIN deliveries ON deliveries.guid = json_extract(value, '$[0]')
"""


MOVED_BYTES = 8 * 1024 * 1024
"""A move ends after so many, packed: whoever else writes waits for it."""

PACKED_HERE_BYTES = 512 * 1024
"""Up to so many are packed on the event loop, in half a millisecond: the writer's thread would have to win Python's
lock back once more before it commits."""

_Fields = tuple[str, str, str, int | None, int | None, str, str, str, int]
_Row = tuple[_Fields, bytes]
"""A delivery's columns, as `_fields` gives them, and its body."""

_rows_of = msgspec.msgpack.Decoder(list[_Row]).decode


async def store_now(database: Database, deliveries: Sequence[NewDelivery]) -> frozenset[str]:
    """Store what is not held yet, durably, in a transaction of its own; the GUIDs that were new.

    Raises WorldError when the database is locked, full or away.
    """
    if database.direct is not None:
        return await database.write_direct(partial(_store, deliveries=deliveries))
    async with database.write() as session:
        return await inbox.store_many(session, deliveries)


async def stage(database: Database, deliveries: Sequence[NewDelivery]) -> frozenset[str]:
    """As `store_now`, at a third of its cost, for a burst: durable at once, and in the inbox after `move_staged`.

    Which of them are held already is found out then. Only where `database.direct` is set.
    """
    first = {delivery.guid: delivery for delivery in reversed(deliveries)}
    chosen = list(first.values())
    is_small = sum(len(delivery.body) for delivery in chosen) <= PACKED_HERE_BYTES
    packed = _packed(chosen) if is_small else await asyncio.to_thread(_packed, chosen)
    await database.execute_direct(STAGE, (len(chosen), packed))
    return frozenset(first)


async def move_staged(database: Database, limit: int) -> int:
    """Move the oldest staged commits, some `limit` deliveries, to the inbox; how many these were, 0 for none left."""
    return await database.write_direct(partial(_move, limit=limit))


async def count_staged(database: Database) -> int:
    """How many deliveries are durable, but not in the inbox yet."""
    async with database.read() as session:
        return await session.scalar(select(func.coalesce(func.sum(ArrivalRow.count), 0))) or 0


def _store(connection: sqlite3.Connection, *, deliveries: Sequence[NewDelivery]) -> frozenset[str]:
    return _insert(connection, [(_fields(delivery), delivery.body) for delivery in deliveries])


def _packed(deliveries: Sequence[NewDelivery]) -> bytes:
    return inbox.pack(msgspec.msgpack.encode([(_fields(delivery), delivery.body) for delivery in deliveries]))


def _move(connection: sqlite3.Connection, *, limit: int) -> int:
    rows: list[_Row] = []
    last, size_bytes = 0, 0
    for id_, packed in connection.execute("SELECT id, deliveries FROM arrivals ORDER BY id"):
        rows += _rows_of(inbox.unpack(packed))
        last, size_bytes = id_, size_bytes + len(packed)
        if len(rows) >= limit or size_bytes >= MOVED_BYTES:
            break
    if rows:
        _insert(connection, rows)
        connection.execute("DELETE FROM arrivals WHERE id <= ?", (last,))
    return len(rows)


def _insert(connection: sqlite3.Connection, rows: Sequence[_Row]) -> frozenset[str]:
    """Into the inbox with the first of each GUID that it does not hold; which these were."""
    first = {row[0][0]: row for row in reversed(rows)}
    known = {guid for (guid,) in connection.execute(KNOWN, (_json(list(first)),))}
    new = {guid: row for guid, row in first.items() if guid not in known}
    if not new:
        return frozenset()
    connection.execute(INSERT, (_json([fields for fields, _ in new.values()]),))
    packed = {guid: inbox.pack(body) for guid, (_, body) in new.items()}
    places, offset = [], 1
    for guid, body in packed.items():
        places.append((guid, offset, len(body)))
        offset += len(body)
    connection.execute(INSERT_BODIES, (b"".join(packed.values()), _json(places)))
    return frozenset(new)


def _fields(delivery: NewDelivery) -> _Fields:
    return (
        delivery.guid,
        delivery.event,
        delivery.action,
        delivery.installation_id,
        delivery.repository_id,
        delivery.repository_full_name,
        delivery.sender,
        _sqlite_time(delivery.received_at),
        len(delivery.body),
    )


def _sqlite_time(value: datetime) -> str:
    """As SQLAlchemy writes it. Raises ValueError for a time without zone."""
    if value.tzinfo is None:
        raise ValueError("a datetime without a zone cannot be stored")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
