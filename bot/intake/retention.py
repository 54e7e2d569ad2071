"""Lets old deliveries go, by age and by size, in commits so small that nobody waits for them."""

from __future__ import annotations

from datetime import datetime

from bot.storage import inbox, outbox
from bot.storage.database import Database

A_COMMIT = 500


async def prune_deliveries(database: Database, *, older_than: datetime, max_bytes: int, guids_since: datetime) -> int:
    """Drop settled deliveries received before then, and the oldest until their bodies fit into `max_bytes`.

    What still waits stays, however old, and so do the GUIDs of those received since `guids_since`. The number dropped
    or emptied. Interrupted, it goes on the next time.
    """
    dropped = 0
    while True:
        async with database.write() as session:
            now_dropped = await inbox.prune(
                session, older_than=older_than, max_bytes=max_bytes, guids_since=guids_since, limit=A_COMMIT
            )
        dropped += now_dropped
        if now_dropped == 0:
            return dropped


async def prune_events(database: Database, *, older_than: datetime) -> int:
    """Drop events of our own that were sent before then; the number dropped."""
    dropped = 0
    while True:
        async with database.write() as session:
            now_dropped = await outbox.prune(session, older_than=older_than, limit=A_COMMIT)
        dropped += now_dropped
        if now_dropped < A_COMMIT:
            return dropped
