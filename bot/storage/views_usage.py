"""Who uses what: repositories by technology and by dependency, each with its version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, ScalarSelect, Subquery, and_, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.storage.tables import RepositoryPackageRow, RepositoryRow, RepositoryTechnologyRow
from bot.storage.views_scope import Scope, visible


@dataclass(frozen=True)
class Usage:
    """One repository that uses the thing asked about. `requirement` is what it declares, `locked` what it has."""

    key: int
    owner: str
    name: str
    is_private: bool
    grade: str
    score: int | None
    status: str
    requirement: str
    locked: str = ""
    scope: str = ""
    path: str = ""


@dataclass(frozen=True)
class PackageName:
    """A package in use. `count` stops at the bound that was asked for."""

    ecosystem: str
    name: str
    count: int


COUNTED_VERSIONS = 2_000
"""Versions are counted over the first so many declarations: enough to see which are in use."""
COUNTED_USERS = 50
"""And users of each package in a list of packages up to so many."""
EXAMINED = 3_000
"""Matches of a package or technology that are looked at one by one before a set of visible repositories is made."""

_REPOSITORY = (
    RepositoryRow.owner,
    RepositoryRow.name,
    RepositoryRow.is_private,
    RepositoryRow.grade,
    RepositoryRow.score,
    RepositoryRow.status,
)


async def technology_users(
    session: AsyncSession, scope: Scope, name: str, *, after: int = 0, limit: int = 50
) -> list[Usage]:
    """Repositories that use the technology, by id; `Usage.key` is the position behind the row."""
    row = RepositoryTechnologyRow
    query = select(row.repository_id, *_REPOSITORY, row.version).join(
        RepositoryRow, RepositoryRow.id == row.repository_id
    )
    query = query.where(row.name == name, visible(scope)).order_by(row.repository_id)
    return await _walk(session, scope, query, row.repository_id, row.name == name, after=after, limit=limit)


async def package_users(
    session: AsyncSession, scope: Scope, ecosystem: str, name: str, *, after: int = 0, limit: int = 50
) -> list[Usage]:
    """Declarations of the package, by repository id. Two rows of one repository never straddle `after`: the page
    ends with a whole repository, so it may be a few rows longer than `limit`."""
    row = RepositoryPackageRow
    match = and_(row.name == name, row.ecosystem == ecosystem)
    query = (
        select(row.repository_id, *_REPOSITORY, row.requirement, row.locked, row.scope, row.path)
        .join(RepositoryRow, RepositoryRow.id == row.repository_id)
        .where(match, visible(scope))
        .order_by(row.repository_id, row.id)
    )
    found = await _walk(session, scope, query, row.repository_id, match, after=after, limit=limit)
    if len(found) == limit:
        last = found[-1].key
        found = [usage for usage in found if usage.key != last]
        found += [Usage(*line) for line in (await session.execute(query.where(row.repository_id == last))).all()]
    return found


async def _walk(
    session: AsyncSession,
    scope: Scope,
    query: Any,  # a Select; its type cannot say "columns that make a Usage"
    key: InstrumentedAttribute[int],
    match: ColumnElement[bool],
    *,
    after: int,
    limit: int,
) -> list[Usage]:
    """Users in the order of `key` behind `after`: a walk through all matches that looks at each one's repository.

    That ends soon for a viewer who sees much. Who sees little would wait until the walk had passed tens of thousands
    of others' repositories, so after `EXAMINED` matches it goes on with a set of what the viewer sees.
    """
    ahead = select(key).where(match, key > after).order_by(key).offset(EXAMINED).limit(1)
    turn = None if scope.everything else await session.scalar(ahead)
    near = query.where(key > after) if turn is None else query.where(key > after, key <= turn)
    found = [Usage(*line) for line in (await session.execute(near.limit(limit))).all()]
    if turn is not None and len(found) < limit:
        seen = (key + 0).in_(select(RepositoryRow.id).where(visible(scope)))
        rest = query.where(key > turn, seen).limit(limit - len(found))
        found += [Usage(*line) for line in (await session.execute(rest)).all()]
    return found


async def package_versions(
    session: AsyncSession, scope: Scope, ecosystem: str, name: str, *, at_most: int = COUNTED_VERSIONS
) -> list[tuple[str, int]]:
    """(version or requirement, declarations) by number, among the first `at_most` declarations."""
    row = RepositoryPackageRow
    version = func.coalesce(func.nullif(row.locked, ""), row.requirement)
    few = select(row.repository_id, version.label("version")).where(row.name == name, row.ecosystem == ecosystem)
    return await _versions(session, scope, few.order_by(row.repository_id).limit(at_most).subquery())


async def technology_versions(
    session: AsyncSession, scope: Scope, name: str, *, at_most: int = COUNTED_VERSIONS
) -> list[tuple[str, int]]:
    """(version, repositories) by number, among the first `at_most` repositories that use it."""
    row = RepositoryTechnologyRow
    few = select(row.repository_id, row.version.label("version")).where(row.name == name)
    return await _versions(session, scope, few.order_by(row.repository_id).limit(at_most).subquery())


async def _versions(session: AsyncSession, scope: Scope, few: Subquery) -> list[tuple[str, int]]:
    """Versions of the rows of `few` whose repositories the viewer sees."""
    count = func.count()
    query = (
        select(few.c.version, count)
        .join(RepositoryRow, RepositoryRow.id == few.c.repository_id)
        .where(visible(scope))
        .group_by(few.c.version)
        .order_by(count.desc(), few.c.version)
        .limit(12)
    )
    return [(line[0], line[1]) for line in (await session.execute(query)).all()]


async def find_packages(
    session: AsyncSession, scope: Scope, start: str, *, limit: int = 30, at_most: int = COUNTED_USERS
) -> list[PackageName]:
    """Packages whose name begins with `start`, in order.

    Names are found by skipping through the index, one look-up a name, so that a package with 60,000 users costs no
    more than one with a single user. Users are counted of as many names as are shown, and of further ones only where
    nobody whom the viewer may see uses some: at most twice as many names are looked at.
    """
    found: list[PackageName] = []
    behind: tuple[str, str] | None = None
    for _ in range(2):
        names = _names(start, behind, limit)
        query = select(names.c.ecosystem, names.c.name, _users(scope, names, at_most)).where(names.c.name.is_not(None))
        lines = [PackageName(*line) for line in (await session.execute(query)).all()]
        found += [package for package in lines if package.count]
        if len(found) >= limit or len(lines) < limit:
            break
        behind = (lines[-1].name, lines[-1].ecosystem)
    return found[:limit]


def _names(start: str, behind: tuple[str, str] | None, limit: int) -> CTE:
    """At most `limit` (name, ecosystem) that begin with `start`, those after `behind`."""
    row, then = RepositoryPackageRow, aliased(RepositoryPackageRow)
    end = f"{start}\U0010ffff"
    first = select(row.name, row.ecosystem, literal(1).label("place")).where(row.name >= start, row.name < end)
    if behind is not None:
        first = first.where(tuple_(row.name, row.ecosystem) > tuple_(*map(literal, behind)))
    names = select(first.order_by(row.name, row.ecosystem).limit(1).subquery()).cte("names", recursive=True)
    beyond = (tuple_(then.name, then.ecosystem) > tuple_(names.c.name, names.c.ecosystem), then.name < end)
    order = (then.name, then.ecosystem)
    following = select(
        select(then.name).where(*beyond).order_by(*order).limit(1).scalar_subquery(),
        select(then.ecosystem).where(*beyond).order_by(*order).limit(1).scalar_subquery(),
        names.c.place + 1,
    ).where(names.c.name.is_not(None), names.c.place < limit)
    return names.union_all(following)


def _users(scope: Scope, names: CTE, at_most: int) -> ScalarSelect[int]:
    """How many repositories use the name of a row of `names`; counting stops at `at_most`."""
    row = RepositoryPackageRow
    few = (
        select(row.repository_id)
        .join(RepositoryRow, RepositoryRow.id == row.repository_id)
        .where(row.name == names.c.name, row.ecosystem == names.c.ecosystem, visible(scope))
        .correlate(names)
        .distinct()
        .limit(at_most)
        .subquery()
    )
    return select(func.count()).select_from(few).scalar_subquery()
