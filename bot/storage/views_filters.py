"""What a list of repositories is narrowed to, as SQL that stays quick whatever is asked: the rarest part leads.

A list is a walk through the index of its order, which holds every plain column that is filtered by. What stands in
other tables (a technology, a check, a maintainer, what GitHub shows a person) is taken in a way that suits how many
rows it has:

- few matches give the ids that are looked up and sorted: the list's order does not matter;
- more make a set that each row of the walk is held against;
- most of all are probed row by row: the walk soon ends.

A walk to the end of a page is short, one until a thousand are counted is not: where only such tables narrow the list,
a look at some of their rows shows sooner that there are so many.

Neither database finds these ways by itself for every value: SQLite has no figures of how rare one value is,
PostgreSQL takes a subquery apart and joins whole tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.storage.tables import (
    InstallationRow,
    RepositoryCheckRow,
    RepositoryOwnerRow,
    RepositoryRow,
    RepositoryTechnologyRow,
    UserRepositoryRow,
)
from bot.storage.views_rarity import about, is_sqlite
from bot.storage.views_scope import SENSITIVE_CHECKS, Scope, visible

SELECTIVE = 2_500
"""Fewer matches than this are looked up."""
COMMON = 20_000
"""Fewer than this make a set; from here on each row of the walk is probed."""
EXAMINED = 5_000
"""So many rows of a part are looked at to see whether a list is long."""


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


Detail: TypeAlias = type[RepositoryTechnologyRow | RepositoryCheckRow | RepositoryOwnerRow | UserRepositoryRow]
PLAIN = ("status", "grade", "language", "kind", "licence")


@dataclass(frozen=True)
class Part:
    """What of the filter stands in another table: rows of `table` that meet `match`, about `count` of them."""

    table: Detail
    match: ColumnElement[bool]
    count: int

    @property
    def ids(self) -> Select[int]:
        """The repositories that have such a row."""
        return select(self.table.repository_id).where(self.match)


@dataclass(frozen=True)
class Narrowed:
    """What a repository of the list meets. `part` is the rarest part of the filter, where nothing else narrows the
    list but `others`: then a look at its rows may tell how many there are."""

    conditions: list[ColumnElement[bool]]
    part: Part | None = None
    others: tuple[ColumnElement[bool], ...] = ()

    async def has(self, session: AsyncSession, at_least: int) -> bool:
        """Whether so many are among the first `EXAMINED` rows of `part`; False tells nothing."""
        if self.part is None:
            return False
        some = self.part.ids.limit(EXAMINED).subquery()
        probe = select(1).where(RepositoryRow.id == some.c.repository_id, *self.others).correlate(some)
        few = select(literal(1)).select_from(some).where(_probed(session, probe)).limit(at_least).subquery()
        return int(await session.scalar(select(func.count()).select_from(few)) or 0) == at_least


async def narrow(session: AsyncSession, scope: Scope, wanted: RepositoryFilter) -> Narrowed:
    """What makes the list of `wanted` out of all that is stored."""
    if wanted.check in SENSITIVE_CHECKS and not scope.is_trusted:
        return Narrowed([false()])
    seen, plain = await _seen(session, scope), await _plain(session, wanted)
    parts = sorted([await _part(session, *detail) for detail in _details(wanted)], key=lambda part: part.count)
    details = [_has(session, part) for part in parts]
    leading = await _leading(session, scope, wanted) if is_sqlite(session) else []
    conditions = [*plain, *details, seen, *leading]  # SQLite asks in this order: what costs least, and rarest, first
    if parts and parts[0].count >= SELECTIVE and not plain and scope.installation_id is None:
        return Narrowed(conditions, parts[0], (seen, *details[1:]))
    return Narrowed(conditions)


async def login_of(session: AsyncSession, owner: str) -> str:
    """An account's login as GitHub writes it, whatever its case here; unknown ones as they are."""
    query = select(InstallationRow.account_login).where(func.lower(InstallationRow.account_login) == owner.lower())
    return await session.scalar(query.limit(1)) or owner


async def _seen(session: AsyncSession, scope: Scope) -> ColumnElement[bool]:
    """What the viewer may see. `+ 0` keeps SQLite in the index of the list's order: it would fetch every row of an
    installation instead, whatever its size; those of a small one are led to by `_leading`."""
    if scope.is_person:
        row = UserRepositoryRow
        granted = await _part(session, row, row.user_id, scope.user_id)
        return visible(scope, granted=_held_against(session, granted))
    if scope.installation_id is None or not is_sqlite(session):
        return visible(scope)
    return and_(RepositoryRow.removed_at.is_(None), RepositoryRow.installation_id + 0 == scope.installation_id)


async def _plain(session: AsyncSession, wanted: RepositoryFilter) -> list[ColumnElement[bool]]:
    """The parts of the filter that the list's index holds."""
    found = _words(session, wanted.q)
    found += [_equals(field, getattr(wanted, field)) for field in PLAIN if getattr(wanted, field)]
    if wanted.visibility:
        found.append(RepositoryRow.is_private.is_(wanted.visibility == "private"))
    if wanted.owner:
        found.append(RepositoryRow.owner == await login_of(session, wanted.owner))
    if wanted.refresh:
        found.append(RepositoryRow.refresh_status == wanted.refresh)
    return found


def _words(session: AsyncSession, text: str) -> list[ColumnElement[bool]]:
    position = func.instr if is_sqlite(session) else func.strpos
    return [position(RepositoryRow.full_name_lower, word) > 0 for word in text.lower().split()]


def _equals(field: str, value: str) -> ColumnElement[bool]:
    """`none` finds what has no value; "–" is the grade of a report in which nothing could be judged."""
    column: ColumnElement[str] = getattr(RepositoryRow, field)
    return column.in_(("", "–")) if value == "none" else column == value


def _details(wanted: RepositoryFilter) -> Iterator[tuple[Detail, InstrumentedAttribute[str], str]]:
    """The parts of the filter that stand in other tables."""
    if wanted.technology:
        yield RepositoryTechnologyRow, RepositoryTechnologyRow.name, wanted.technology
    if wanted.check:
        yield RepositoryCheckRow, RepositoryCheckRow.check_id, wanted.check
    if wanted.maintainer:
        yield RepositoryOwnerRow, RepositoryOwnerRow.name, wanted.maintainer


async def _part(session: AsyncSession, table: Detail, column: InstrumentedAttribute[Any], value: Any) -> Part:
    match = column == value
    if table is RepositoryCheckRow:
        match = and_(match, RepositoryCheckRow.state.in_(("fail", "warn")))
    return Part(table, match, await about(session, column, value, at_most=COMMON))


def _has(session: AsyncSession, part: Part) -> ColumnElement[bool]:
    """Repositories with a row of `part`, in the way that suits how many there are."""
    return RepositoryRow.id.in_(part.ids) if part.count < SELECTIVE else _held_against(session, part)


def _held_against(session: AsyncSession, part: Part) -> ColumnElement[bool]:
    """The same for each row of a walk: asked of a set that is made once, or of the table.

    `+ 0` and `IS TRUE` keep the databases from looking ids up in the set, or joining with it, which would lose the
    walk's order.
    """
    if part.count < COMMON:
        return (RepositoryRow.id + 0).in_(part.ids) if is_sqlite(session) else RepositoryRow.id.in_(part.ids).is_(True)
    row = select(1).where(part.match, part.table.repository_id == RepositoryRow.id).correlate(RepositoryRow)
    return _probed(session, row)


def _probed(session: AsyncSession, probe: Select[Any]) -> ColumnElement[bool]:
    """Whether there is such a row. PostgreSQL would read all of them into a set first, and does not for a value."""
    return probe.exists() if is_sqlite(session) else probe.limit(1).scalar_subquery().is_not(None)


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
