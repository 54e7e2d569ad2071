"""The list of repositories: filtered, sorted and paged by key, without reading a report.

Pages are by key, not by offset: a page deep in 100,000 rows costs what the first one costs. Ids are found in an
index that holds everything a list is filtered by, then the page's rows are fetched. A sort column that may be NULL is
read in two segments (rows with a value, then rows without), so plain indexes serve both databases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.storage.tables import InstallationRow, RepositoryRow
from bot.storage.views_filters import RepositoryFilter, narrow
from bot.storage.views_scope import Scope, visible

SortBy = Literal["-score", "score", "name", "-name", "-pushed", "pushed", "-reported", "reported"]
SORTS: tuple[SortBy, ...] = get_args(SortBy)


@dataclass(frozen=True)
class RepositoryItem:
    """One line of the list. `score` None: no report yet, or nothing could be judged."""

    id: int
    installation_id: int
    owner: str
    name: str
    is_private: bool
    is_fork: bool
    is_archived: bool
    description: str
    summary: str
    score: int | None
    score_before: int | None
    grade: str
    coverage: float | None
    status: str
    kind: str
    licence: str
    language: str
    head_sha: str
    report_head_sha: str
    report_id: int | None
    pushed_at: datetime | None
    reported_at: datetime | None
    refresh_status: str
    refresh_error: str

    @property
    def full_name(self) -> str:
        """owner/name"""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True)
class Position:
    """Where a page begins: after the row with this sort value (None: in the segment without values) and id."""

    value: str | int | None
    id: int


COLUMNS = [getattr(RepositoryRow, field) for field in RepositoryItem.__dataclass_fields__]
"""What is selected to make a RepositoryItem."""

_SORT_COLUMN: dict[str, InstrumentedAttribute[Any]] = {
    "score": RepositoryRow.score,
    "name": RepositoryRow.full_name_lower,
    "pushed": RepositoryRow.pushed_at,
    "reported": RepositoryRow.reported_at,
}


@dataclass(frozen=True)
class Page:
    """One page. `count` is how many match, up to the bound that was asked for; None where it was not asked."""

    items: list[RepositoryItem]
    count: int | None = None


async def list_repositories(
    session: AsyncSession,
    scope: Scope,
    wanted: RepositoryFilter,
    *,
    sort: SortBy = "-score",
    after: Position | None = None,
    limit: int = 50,
    count_to: int = 0,
) -> Page:
    """At most `limit` repositories in the order of `sort`, beginning after `after`.

    With `count_to` the same walk through the index goes on until so many are counted, unless a look aside shows
    that there are.
    """
    narrowed = await narrow(session, scope, wanted)
    is_apart = narrowed.part is not None and count_to > limit
    ids = await _ids(session, narrowed.conditions, sort, after, limit if is_apart else max(limit, count_to))
    items = await _items(session, ids[:limit])
    if not count_to:
        return Page(items)
    if not is_apart or len(ids) < limit:
        return Page(items, len(ids))
    if await narrowed.has(session, count_to):
        return Page(items, count_to)
    return Page(items, len(await _ids(session, narrowed.conditions, sort, after, count_to)))


async def _ids(
    session: AsyncSession, conditions: list[ColumnElement[bool]], sort: SortBy, after: Position | None, limit: int
) -> list[int]:
    """Ids in order, read from the sort's index alone."""
    column = _SORT_COLUMN[sort.removeprefix("-")]
    found: list[int] = []
    if after is None or after.value is not None:
        query = _segment(conditions, column, descending=sort.startswith("-"), after=after)
        found = list(await session.scalars(query.limit(limit)))
    if len(found) < limit and column is not RepositoryRow.full_name_lower:
        without = select(RepositoryRow.id).where(*conditions, column.is_(None)).order_by(RepositoryRow.id)
        if after is not None and after.value is None:
            without = without.where(RepositoryRow.id > after.id)
        found += await session.scalars(without.limit(limit - len(found)))
    return found


async def _items(session: AsyncSession, ids: Sequence[int]) -> list[RepositoryItem]:
    """The rows of these ids, in their order."""
    if not ids:
        return []
    query = select(*COLUMNS).where(RepositoryRow.id.in_(ids))
    rows = {row[0]: RepositoryItem(*row) for row in (await session.execute(query)).all()}
    return [rows[key] for key in ids if key in rows]


def position_of(item: RepositoryItem, sort: SortBy) -> Position:
    """The position after which the page behind `item` begins."""
    value: str | int | None
    match sort.removeprefix("-"):
        case "score":
            value = item.score
        case "name":
            value = item.full_name.lower()
        case "pushed":
            value = item.pushed_at.isoformat() if item.pushed_at else None
        case _:
            value = item.reported_at.isoformat() if item.reported_at else None
    return Position(value, item.id)


async def find_repository(session: AsyncSession, scope: Scope, owner: str, name: str) -> RepositoryItem | None:
    """The repository of that name (any case) if `scope` may see it; of several of one name the newest."""
    query = (
        select(*COLUMNS)
        .where(visible(scope), RepositoryRow.full_name_lower == f"{owner}/{name}".lower())
        .order_by(RepositoryRow.id.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return None if row is None else RepositoryItem(*row)


async def find_owner(session: AsyncSession, scope: Scope, login: str) -> str | None:
    """The account of that login (any case) as its repositories that `scope` may see write it."""
    start = login.lower()
    row = RepositoryRow
    query = select(row.owner).where(row.full_name_lower >= f"{start}/", row.full_name_lower < f"{start}0")
    return await session.scalar(query.where(visible(scope)).limit(1))


async def owners(session: AsyncSession) -> list[tuple[int, str]]:
    """(installation id, account login) of every installation that is not deleted, by login."""
    query = (
        select(InstallationRow.id, InstallationRow.account_login)
        .where(InstallationRow.deleted_at.is_(None))
        .order_by(InstallationRow.account_login)
        .limit(500)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


def _segment(
    conditions: Sequence[ColumnElement[bool]],
    column: InstrumentedAttribute[Any],
    *,
    descending: bool,
    after: Position | None,
) -> Select[int]:
    query = select(RepositoryRow.id).where(*conditions)
    if column is not RepositoryRow.full_name_lower:
        query = query.where(column.is_not(None))
    if after is not None:
        value = _typed(column, after.value)
        if descending:
            beyond = or_(column < value, and_(column == value, RepositoryRow.id < after.id))
            query = query.where(column <= value, beyond)
        else:
            beyond = or_(column > value, and_(column == value, RepositoryRow.id > after.id))
            query = query.where(column >= value, beyond)
    if descending:
        return query.order_by(column.desc(), RepositoryRow.id.desc())
    return query.order_by(column, RepositoryRow.id)


def _typed(column: InstrumentedAttribute[Any], value: str | int | None) -> Any:
    if column is RepositoryRow.score:
        return int(value or 0)
    if column is RepositoryRow.full_name_lower:
        return str(value)
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
