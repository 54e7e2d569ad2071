"""Reports: one a repository, HEAD, ruleset and configuration; the newest is mirrored into the repository's row."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.errors import FinalError, Finality
from bot.model.records import ReportSummary, StoredReport
from bot.model.report import Report, State, decode_report, encode_report
from bot.model.repository import RefreshStatus
from bot.storage.changed import changed
from bot.storage.tables import (
    Base,
    ReportRow,
    RepositoryActionRow,
    RepositoryCheckRow,
    RepositoryLanguageRow,
    RepositoryOwnerRow,
    RepositoryPackageRow,
    RepositoryRow,
    RepositoryTechnologyRow,
)

KEY = ("repository_id", "head_sha", "ruleset_version", "config_digest")
MAX_ACTIONS = 20

REPORTS = Base.metadata.tables[ReportRow.__tablename__]
WRITTEN = tuple(column.name for column in REPORTS.columns if column.name != "id")
LISTS = {
    row: Base.metadata.tables[row.__tablename__]
    for row in (
        RepositoryTechnologyRow,
        RepositoryLanguageRow,
        RepositoryPackageRow,
        RepositoryCheckRow,
        RepositoryActionRow,
        RepositoryOwnerRow,
    )
}
CLEAR = {row: delete(table).where(table.c.repository_id == bindparam("of")) for row, table in LISTS.items()}
FILL = {row: insert(table) for row, table in LISTS.items()}


@dataclass(frozen=True, slots=True)
class SealedReport:
    """A report that has been held to its schema, with the compressed JSON that is stored."""

    report: Report
    body: bytes


def seal(body: bytes) -> SealedReport:
    """Hold an encoded report to its schema and compress it: milliseconds of CPU that no transaction should wait for.

    Raises msgspec.ValidationError when the report does not meet its schema.
    """
    return SealedReport(decode_report(body), zlib.compress(body, 6))


async def complete(
    session: AsyncSession, finished: Report | SealedReport, *, run_id: str, trigger: str, now: datetime
) -> int:
    """Store a finished report and let the repository's row, lists and refresh status show it; the report's id.

    A rerun for the same key replaces the report and doubles nothing. A report older than the one shown goes into
    the history only. Raises msgspec.ValidationError when the report does not meet its schema, FinalError(GONE)
    when the repository is not stored.
    """
    sealed = finished if isinstance(finished, SealedReport) else seal(encode_report(finished))
    report = sealed.report
    repository = await _locked_repository(session, report.repository.id)
    origin = {"trigger": trigger, "run_id": run_id, "created_at": now, "body": sealed.body}
    report_id = await _upsert(session, {**_figures(report), **origin})
    if repository.reported_at is None or repository.reported_at <= report.analyzed_at:
        await _mirror(session, repository, report, report_id)
    is_ours = repository.refresh_run_id == run_id or repository.refresh_status != RefreshStatus.PROCESSING
    if is_ours:
        repository.refresh_status = RefreshStatus.COMPLETED
        repository.refresh_error = ""
        repository.refresh_run_id = run_id
        repository.refresh_finished_at = now
    await session.flush()
    return report_id


async def _locked_repository(session: AsyncSession, repository_id: int) -> RepositoryRow:
    statement = select(RepositoryRow).where(RepositoryRow.id == repository_id).with_for_update()
    row = await session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise FinalError(Finality.GONE, f"Repository {repository_id} is not known here any more.")
    return row


async def _upsert(session: AsyncSession, values: dict[str, Any]) -> int:
    result = await (await session.connection()).execute(_upserting(session.get_bind().dialect.name), values)
    return int(result.scalar_one())


@cache
def _upserting(dialect: str) -> Executable:
    """Made once: SQLAlchemy spends more on making and naming a statement than SQLite on running it."""
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(REPORTS)
    fresh = {name: statement.excluded[name] for name in WRITTEN if name not in KEY}
    return statement.on_conflict_do_update(index_elements=list(KEY), set_=fresh).returning(REPORTS.c.id)


def _figures(report: Report) -> dict[str, Any]:
    return {
        "repository_id": report.repository.id,
        "head_sha": report.repository.head_sha,
        "ruleset_version": report.ruleset_version,
        "config_digest": report.config_digest,
        "score": report.score,
        "grade": report.grade,
        "coverage": report.coverage,
        "status": report.status.value,
        "duration_ms": report.analysis_duration_ms,
        "api_requests": report.api_requests,
    }


async def _mirror(session: AsyncSession, repository: RepositoryRow, report: Report, report_id: int) -> None:
    before = await _score_before(session, repository.id, report)
    has_report = repository.report_id is not None
    repository.report_id = report_id
    repository.report_head_sha = report.repository.head_sha
    repository.report_ruleset = report.ruleset_version
    repository.report_config = report.config_digest
    repository.reported_at = report.analyzed_at
    repository.score = report.score
    repository.score_before = before
    repository.grade = report.grade
    repository.coverage = report.coverage
    repository.status = report.status.value
    repository.kind = report.kind.value
    repository.licence = report.licence.expression[:255]
    repository.language = _headline_language(report)
    repository.summary = report.summary
    connection = await session.connection()
    for row, rows in _lists(report).items():
        if has_report:
            await connection.execute(CLEAR[row], {"of": repository.id})
        if rows:
            await connection.execute(FILL[row], [{"repository_id": repository.id, **one} for one in rows])


async def _score_before(session: AsyncSession, repository_id: int, report: Report) -> int | None:
    """The score of the previous report of the same ruleset: scores of different rulesets are not compared."""
    statement = (
        select(ReportRow.score)
        .where(ReportRow.repository_id == repository_id, ReportRow.ruleset_version == report.ruleset_version)
        .where(ReportRow.head_sha != report.repository.head_sha)
        .order_by(ReportRow.created_at.desc(), ReportRow.id.desc())
        .limit(1)
    )
    return await session.scalar(statement)


def _headline_language(report: Report) -> str:
    if report.official_languages:
        return max(report.official_languages, key=lambda one: one.size_bytes).name
    return max(report.languages, key=lambda one: one.size_bytes).name if report.languages else ""


def _lists(report: Report) -> dict[type[Any], list[dict[str, Any]]]:
    """What the repository_* tables hold of a report, by table; names cut to their columns, each key once."""
    languages = report.official_languages or report.languages
    return {
        RepositoryTechnologyRow: _once(
            {"name": one.name[:128], "category": one.category[:64], "version": one.version[:128]}
            for one in report.tech_stack
        ),
        RepositoryLanguageRow: _once(
            {"name": one.name[:64], "size_bytes": one.size_bytes, "share": one.share} for one in languages
        ),
        RepositoryPackageRow: [
            {
                "ecosystem": one.ecosystem[:32],
                "name": one.name[:255],
                "requirement": one.requirement[:255],
                "locked": one.locked[:255],
                "scope": one.scope.value,
                "path": one.path,
            }
            for one in report.packages
        ],
        RepositoryCheckRow: _once(
            (
                {"check_id": one.id[:64], "state": one.state.value}
                for one in report.checks
                if one.state in {State.WARN, State.FAIL, State.UNKNOWN}
            ),
            key="check_id",
        ),
        RepositoryActionRow: [
            {
                "position": position,
                "check_id": one.check_id[:64],
                "title": one.title,
                "effort": one.effort.value,
                "value": one.value,
            }
            for position, one in enumerate(report.actions[:MAX_ACTIONS])
        ],
        RepositoryOwnerRow: _once({"name": one.name[:255]} for one in report.ownership.owners),
    }


def _once(rows: Any, key: str = "name") -> list[dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {}
    for row in rows:
        kept.setdefault(row[key], row)
    return list(kept.values())


async def newest(session: AsyncSession, repository_id: int) -> StoredReport | None:
    """The report that the repository shows."""
    statement = (
        select(ReportRow)
        .join(RepositoryRow, RepositoryRow.report_id == ReportRow.id)
        .where(RepositoryRow.id == repository_id)
    )
    return _stored(await session.scalar(statement.execution_options(populate_existing=True)))


async def get(session: AsyncSession, report_id: int) -> StoredReport | None:
    """One report by its own id."""
    return _stored(await session.get(ReportRow, report_id, populate_existing=True))


async def previous(session: AsyncSession, repository_id: int, head_sha: str) -> StoredReport | None:
    """The newest report of another HEAD, to compare with; the same for every rerun of `head_sha`."""
    statement = (
        select(ReportRow)
        .where(ReportRow.repository_id == repository_id, ReportRow.head_sha != head_sha)
        .order_by(ReportRow.created_at.desc(), ReportRow.id.desc())
        .limit(1)
    )
    return _stored(await session.scalar(statement.execution_options(populate_existing=True)))


async def count(session: AsyncSession, repository_id: int) -> int:
    """How many reports a repository has."""
    statement = select(func.count()).select_from(ReportRow).where(ReportRow.repository_id == repository_id)
    return await session.scalar(statement) or 0


async def thin_histories(session: AsyncSession, *, keep: int, limit: int = 500) -> int:
    """Drop all but the newest `keep` reports of each repository; the number dropped. The ones shown always stay.

    At most `limit` repositories in one call: the next call finds the others.
    """
    long = (
        select(ReportRow.repository_id).group_by(ReportRow.repository_id).having(func.count() > keep + 1).limit(limit)
    )
    return sum([await _thin(session, repository_id, keep) for repository_id in list(await session.scalars(long))])


async def _thin(session: AsyncSession, repository_id: int, keep: int) -> int:
    newest = (
        select(ReportRow.id)
        .where(ReportRow.repository_id == repository_id)
        .order_by(ReportRow.created_at.desc(), ReportRow.id.desc())
        .limit(keep)
    )
    shown = await session.scalar(select(RepositoryRow.report_id).where(RepositoryRow.id == repository_id))
    ids = {*await session.scalars(newest), shown} - {None}
    return await changed(
        session, delete(ReportRow).where(ReportRow.repository_id == repository_id, ReportRow.id.not_in(ids))
    )


def _stored(row: ReportRow | None) -> StoredReport | None:
    if row is None:
        return None
    values = {name: getattr(row, name) for name in ReportSummary.__dataclass_fields__}
    return StoredReport(summary=ReportSummary(**values), body=zlib.decompress(row.body))
