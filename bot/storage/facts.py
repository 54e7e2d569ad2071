"""Facts: what a batch has read of GitHub for many repositories at once, kept for the refreshes that follow."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.records import StoredFacts
from bot.model.snapshot import RepositoryFacts
from bot.storage.changed import changed
from bot.storage.tables import FactsRow, RepositoryRow
from bot.storage.upsert import insert

_decoder = msgspec.json.Decoder(RepositoryFacts)


async def put_many(
    session: AsyncSession, facts: Sequence[RepositoryFacts], *, api_requests: float, now: datetime
) -> None:
    """Keep the newest facts of each repository; `api_requests` is what each one cost. Unknown ones are skipped."""
    by_id = {one.id: one for one in facts}
    known = await session.scalars(select(RepositoryRow.id).where(RepositoryRow.id.in_(sorted(by_id))))
    rows = [
        {
            "repository_id": key,
            "head_sha": by_id[key].head_sha,
            "fetched_at": now,
            "api_requests": api_requests,
            "body": zlib.compress(msgspec.json.encode(by_id[key]), 1),
        }
        for key in sorted(known)
    ]
    if not rows:
        return
    statement = insert(session, FactsRow)
    fresh = {name: statement.excluded[name] for name in rows[0] if name != "repository_id"}
    await session.execute(statement.on_conflict_do_update(index_elements=["repository_id"], set_=fresh), rows)


async def get(
    session: AsyncSession, repository_id: int, *, not_before: datetime, head_sha: str = ""
) -> StoredFacts | None:
    """Facts fetched at or after `not_before`, of that HEAD where one is given; else None."""
    row = await session.get(FactsRow, repository_id, populate_existing=True)
    if row is None or row.fetched_at < not_before or (head_sha and row.head_sha != head_sha):
        return None
    facts = _decoder.decode(zlib.decompress(row.body))
    return StoredFacts(facts=facts, fetched_at=row.fetched_at, api_requests=row.api_requests)


async def prune(session: AsyncSession, *, older_than: datetime) -> int:
    """Drop facts that nobody will ask for again; the number dropped."""
    return await changed(session, delete(FactsRow).where(FactsRow.fetched_at < older_than))
