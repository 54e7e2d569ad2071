"""The inbox's way in on a SQLite file: many deliveries in one commit and four statements, whatever their number.

Each statement releases and retakes Python's global lock, for which the event loop competes; so rows travel as one
JSON array and bodies as one blob, and SQLite takes them apart. What is stored equals what `inbox.store_many` stores
(a test compares them).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec

from bot.model.delivery import NewDelivery
from bot.storage import inbox
from bot.storage.database import Database

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
INSERT_BODIES = """
INSERT INTO delivery_bodies (delivery_id, body)
SELECT deliveries.id, substr(?, json_extract(value, '$[1]'), json_extract(value, '$[2]'))
FROM json_each(?) JOIN deliveries ON deliveries.guid = json_extract(value, '$[0]')
"""


async def store_now(database: Database, deliveries: Sequence[NewDelivery]) -> frozenset[str]:
    """Store what is not held yet, durably, in a transaction of its own; the GUIDs that were new.

    Raises WorldError when the database is locked, full or away.
    """
    if database.direct is not None:
        return await database.write_direct(partial(_store, deliveries=deliveries))
    async with database.write() as session:
        return await inbox.store_many(session, deliveries)


def _store(connection: sqlite3.Connection, *, deliveries: Sequence[NewDelivery]) -> frozenset[str]:
    first = {delivery.guid: delivery for delivery in reversed(deliveries)}
    known = {guid for (guid,) in connection.execute(KNOWN, (_json(list(first)),))}
    new = [delivery for guid, delivery in first.items() if guid not in known]
    if not new:
        return frozenset()
    connection.execute(INSERT, (_json([_fields(delivery) for delivery in new]),))
    packed = [inbox.pack(delivery.body) for delivery in new]
    places, offset = [], 1
    for delivery, body in zip(new, packed, strict=True):
        places.append((delivery.guid, offset, len(body)))
        offset += len(body)
    connection.execute(INSERT_BODIES, (b"".join(packed), _json(places)))
    return frozenset(delivery.guid for delivery in new)


def _fields(delivery: NewDelivery) -> tuple[str | int | None, ...]:
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
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
