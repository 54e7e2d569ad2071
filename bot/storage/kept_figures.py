"""Counted figures, kept for every web process and for the first page after a restart."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import FiguresRow
from bot.storage.upsert import insert
from bot.storage.views_figures import Figures
from bot.storage.views_scope import Scope

FORGOTTEN = timedelta(days=30)


@dataclass(frozen=True)
class KeptFigures:
    """Figures, when they were read, and how long that took (seconds)."""

    read_at: datetime
    took_s: float
    figures: Figures


def key_of(scope: Scope, owner: str) -> str:
    """The name under which figures of a scope are kept; another one when a person's access changes."""
    return hashlib.sha256(repr((scope, owner)).encode()).hexdigest()


async def load(session: AsyncSession, key: str) -> KeptFigures | None:
    """What is kept, however old. None as well when it was written by another version with other fields."""
    row = FiguresRow
    line = (await session.execute(select(row.read_at, row.took_ms, row.body).where(row.key == key))).first()
    if line is None:
        return None
    try:
        figures = msgspec.json.decode(zlib.decompress(line.body), type=Figures)
    except (msgspec.MsgspecError, zlib.error):
        return None
    return KeptFigures(line.read_at, line.took_ms / 1000, figures)


async def save(session: AsyncSession, key: str, kept: KeptFigures) -> None:
    """Keep figures in the place of older ones, and forget those that nobody asked for in a month."""
    values = {
        "key": key,
        "read_at": kept.read_at,
        "took_ms": round(kept.took_s * 1000),
        "body": zlib.compress(msgspec.json.encode(kept.figures), 6),
    }
    statement = insert(session, FiguresRow).values(values)
    fresh = {name: statement.excluded[name] for name in values if name != "key"}
    await session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=fresh))
    await session.execute(delete(FiguresRow).where(FiguresRow.read_at < kept.read_at - FORGOTTEN))
