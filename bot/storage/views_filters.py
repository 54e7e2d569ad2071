"""What a list of repositories is narrowed to, as SQL that stays quick whatever is asked: the rarest part leads.

A list is a walk through the index of its order, which holds every plain column that is filtered by. What stands in
other tables (a technology, a check, a maintainer) is counted first, up to a bound, in an index of its own:

- few matches give the ids that are looked up and sorted: the list's order does not matter;
- more make a set that each row of the walk is held against;
- most of all are probed row by row: the walk soon ends.

Neither database finds these ways by itself for every value: SQLite has no figures of how rare one value is,
PostgreSQL takes a subquery apart and joins whole tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import ColumnElement, Select, and_, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import (
    InstallationRow,
    RepositoryCheckRow,
    RepositoryOwnerRow,
    RepositoryRow,
    RepositoryTechnologyRow,
)
from bot.storage.views_scope import SENSITIVE_CHECKS, Scope, visible

SELECTIVE = 2_500
"""Fewer matches than this are looked up."""
COMMON = 20_000
"""Fewer than this make a set; from here on each row of the walk is probed."""


@dataclass(frozen=True)
class RepositoryFilter:
    """What a list is narrowed to; "" leaves a field alone. `q` is words that the full name contains."""

    q: str = ""
    status: str = ""
    grade: str = ""
    language: str = ""
    technology: str = ""
    kind: str = ""
    licence: str = ""
    owner: str = ""
    maintainer: str = ""
    check: str = ""
    visibility: str = ""
    refresh: str = ""


Detail: TypeAlias = type[RepositoryTechnologyRow | RepositoryCheckRow | RepositoryOwnerRow]
PLAIN = ("status", "grade", "language", "kind", "licence")


async def conditions(session: AsyncSession, scope: Scope, wanted: RepositoryFilter) -> list[ColumnElement[bool]]:
    """What a repository of the list meets, all of it."""
    found = [_seen(session, scope), *_words(session, wanted.q)]
    found += [_equals(field, getattr(wanted, field)) for field in PLAIN if getattr(wanted, field)]
    if wanted.visibility:
        found.append(RepositoryRow.is_private.is_(wanted.visibility == "private"))
    if wanted.owner:
        found.append(RepositoryRow.owner == await login_of(session, wanted.owner))
    if wanted.refresh:
        found.append(RepositoryRow.refresh_status == wanted.refresh)
    if wanted.check in SENSITIVE_CHECKS and not scope.is_trusted:
        return [false()]
    found += [await _has(session, table, match) for table, match in _details(wanted)]
    if _is_sqlite(session):
        found += await _leading(session, scope, wanted)
    return found


async def login_of(session: AsyncSession, owner: str) -> str:
    """An account's login as GitHub writes it, whatever its case here; unknown ones as they are."""
    query = select(InstallationRow.account_login).where(func.lower(InstallationRow.account_login) == owner.lower())
    return await session.scalar(query.limit(1)) or owner


def _seen(session: AsyncSession, scope: Scope) -> ColumnElement[bool]:
    """What the viewer may see. `+ 0` keeps SQLite in the index of the list's order: it would fetch every row of an
    installation instead, whatever its size; those of a small one are led to by `_leading`."""
    if scope.installation_id is None or not _is_sqlite(session):
        return visible(scope)
    return and_(RepositoryRow.removed_at.is_(None), RepositoryRow.installation_id + 0 == scope.installation_id)


def _words(session: AsyncSession, text: str) -> list[ColumnElement[bool]]:
    position = func.instr if _is_sqlite(session) else func.strpos
    return [position(RepositoryRow.full_name_lower, word) > 0 for word in text.lower().split()]


def _equals(field: str, value: str) -> ColumnElement[bool]:
    """`none` finds what has no value; "–" is the grade of a report in which nothing could be judged."""
    column: ColumnElement[str] = getattr(RepositoryRow, field)
    return column.in_(("", "–")) if value == "none" else column == value


def _details(wanted: RepositoryFilter) -> list[tuple[Detail, ColumnElement[bool]]]:
    """The parts of the filter that stand in other tables."""
    found: list[tuple[Detail, ColumnElement[bool]]] = []
    if wanted.technology:
        found.append((RepositoryTechnologyRow, RepositoryTechnologyRow.name == wanted.technology))
    if wanted.check:
        row = RepositoryCheckRow
        found.append((row, and_(row.check_id == wanted.check, row.state.in_(("fail", "warn")))))
    if wanted.maintainer:
        found.append((RepositoryOwnerRow, RepositoryOwnerRow.name == wanted.maintainer))
    return found


async def _has(session: AsyncSession, table: Detail, match: ColumnElement[bool]) -> ColumnElement[bool]:
    """Repositories with a matching row of `table`, in the way that suits how many there are."""
    ids: Select[int] = select(table.repository_id).where(match)
    count = await _count(session, ids, COMMON)
    if count < SELECTIVE:
        return RepositoryRow.id.in_(ids)
    if count < COMMON:
        return _in_set(session, ids)
    probe = select(1).where(match, table.repository_id == RepositoryRow.id).correlate(RepositoryRow).limit(1)
    return probe.exists() if _is_sqlite(session) else probe.scalar_subquery().is_not(None)


def _in_set(session: AsyncSession, ids: Select[int]) -> ColumnElement[bool]:
    """A set is made of `ids` once, and asked for each row: `+ 0` and `IS TRUE` keep the databases from looking ids up
    in it, or joining with it, which would lose the walk's order."""
    return (RepositoryRow.id + 0).in_(ids) if _is_sqlite(session) else RepositoryRow.id.in_(ids).is_(True)


async def _leading(session: AsyncSession, scope: Scope, wanted: RepositoryFilter) -> list[ColumnElement[bool]]:
    """Plain columns whose value is rare: SQLite would walk through all rows in search of them.

    An owner's repositories are a range of the index of full names.
    """
    row = RepositoryRow
    rare: list[Select[int]] = []
    if wanted.refresh:
        rare.append(select(row.id).where(row.refresh_status == wanted.refresh))
    if wanted.owner:
        start = wanted.owner.lower()
        rare.append(select(row.id).where(row.full_name_lower >= f"{start}/", row.full_name_lower < f"{start}0"))
    if scope.installation_id is not None:
        rare.append(select(row.id).where(row.installation_id == scope.installation_id, row.removed_at.is_(None)))
    for ids in rare:
        if await _count(session, ids, SELECTIVE) < SELECTIVE:
            return [row.id.in_(ids)]
    return []


async def _count(session: AsyncSession, ids: Select[int], at_most: int) -> int:
    few = ids.limit(at_most).subquery()
    return int(await session.scalar(select(func.count()).select_from(few)) or 0)


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"
