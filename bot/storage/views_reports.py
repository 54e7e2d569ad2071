"""The reports of one repository as pages show them: newest, earlier ones, the trend."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.report import Report, decode_report
from bot.storage.tables import ReportRow


@dataclass(frozen=True)
class ReportItem:
    """One line of the history, without the report itself."""

    id: int
    head_sha: str
    ruleset_version: str
    trigger: str
    created_at: datetime
    score: int | None
    grade: str
    coverage: float
    status: str
    duration_ms: int
    api_requests: float


_COLUMNS = [getattr(ReportRow, field) for field in ReportItem.__dataclass_fields__]


async def report_json(session: AsyncSession, repository_id: int, report_id: int) -> bytes | None:
    """The stored report as JSON, if it is one of this repository's."""
    query = select(ReportRow.body).where(ReportRow.id == report_id, ReportRow.repository_id == repository_id)
    body = await session.scalar(query)
    return None if body is None else zlib.decompress(body)


async def read_report(session: AsyncSession, repository_id: int, report_id: int) -> Report | None:
    """The stored report, if it is one of this repository's."""
    body = await report_json(session, repository_id, report_id)
    return None if body is None else decode_report(body)


async def find_report(session: AsyncSession, repository_id: int, report_id: int) -> ReportItem | None:
    """The history line of one report of this repository."""
    query = select(*_COLUMNS).where(ReportRow.id == report_id, ReportRow.repository_id == repository_id)
    line = (await session.execute(query)).first()
    return None if line is None else ReportItem(*line)


async def history(
    session: AsyncSession, repository_id: int, *, before: tuple[datetime, int] | None = None, limit: int = 50
) -> list[ReportItem]:
    """Newest first; `before` is the (created_at, id) of the last line already seen."""
    row = ReportRow
    query = select(*_COLUMNS).where(row.repository_id == repository_id)
    if before is not None:
        created_at, report_id = before
        older = or_(row.created_at < created_at, row.id < report_id)
        query = query.where(row.created_at <= created_at, older)
    query = query.order_by(row.created_at.desc(), row.id.desc()).limit(limit)
    return [ReportItem(*line) for line in (await session.execute(query)).all()]
