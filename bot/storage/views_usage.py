"""Who uses what: repositories by technology and by dependency, each with its version."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CTE, ScalarSelect, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

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
    query = (
        select(row.repository_id, *_REPOSITORY, row.version)
        .join(RepositoryRow, RepositoryRow.id == row.repository_id)
        .where(row.name == name, row.repository_id > after, visible(scope))
        .order_by(row.repository_id)
        .limit(limit)
    )
    return [Usage(*line) for line in (await session.execute(query)).all()]


async def package_users(
    session: AsyncSession, scope: Scope, ecosystem: str, name: str, *, after: int = 0, limit: int = 50
) -> list[Usage]:
    """Declarations of the package, by repository id. Two rows of one repository never straddle `after`: the page
    ends with a whole repository, so it may be a few rows longer than `limit`."""
    row = RepositoryPackageRow
    base = (
        select(row.repository_id, *_REPOSITORY, row.requirement, row.locked, row.scope, row.path)
        .join(RepositoryRow, RepositoryRow.id == row.repository_id)
        .where(row.name == name, row.ecosystem == ecosystem, visible(scope))
        .order_by(row.repository_id, row.id)
    )
    lines = (await session.execute(base.where(row.repository_id > after).limit(limit))).all()
    found = [Usage(*line) for line in lines]
    if len(found) == limit:
        last = found[-1].key
        found = [usage for usage in found if usage.key != last]
        found += [Usage(*line) for line in (await session.execute(base.where(row.repository_id == last))).all()]
    return found


async def package_versions(
    session: AsyncSession, scope: Scope, ecosystem: str, name: str, *, at_most: int = COUNTED_VERSIONS
) -> list[tuple[str, int]]:
    """(version or requirement, repositories) by number, over the first `at_most` declarations."""
    row = RepositoryPackageRow
    version = func.coalesce(func.nullif(row.locked, ""), row.requirement).label("version")
    few = (
        select(version)
        .join(RepositoryRow, RepositoryRow.id == row.repository_id)
        .where(row.name == name, row.ecosystem == ecosystem, visible(scope))
        .limit(at_most)
        .subquery()
    )
    count = func.count()
    query = select(few.c.version, count).group_by(few.c.version).order_by(count.desc(), few.c.version).limit(12)
    return [(line[0], line[1]) for line in (await session.execute(query)).all()]


async def technology_versions(
    session: AsyncSession, scope: Scope, name: str, *, at_most: int = COUNTED_VERSIONS
) -> list[tuple[str, int]]:
    """(version, repositories) by number, over the first `at_most` repositories."""
    row = RepositoryTechnologyRow
    few = (
        select(row.version)
        .join(RepositoryRow, RepositoryRow.id == row.repository_id)
        .where(row.name == name, visible(scope))
        .limit(at_most)
        .subquery()
    )
    count = func.count()
    query = select(few.c.version, count).group_by(few.c.version).order_by(count.desc(), few.c.version).limit(12)
    return [(line[0], line[1]) for line in (await session.execute(query)).all()]


async def find_packages(
    session: AsyncSession, scope: Scope, start: str, *, limit: int = 30, at_most: int = 200
) -> list[PackageName]:
    """Packages whose name begins with `start`, in order.

    Names are found by skipping through the index, one look-up a name, so that a package with 60,000 users costs no
    more than one with a single user.
    """
    row, then = RepositoryPackageRow, aliased(RepositoryPackageRow)
    end = f"{start}\U0010ffff"
    first = select(row.name, row.ecosystem, literal(1).label("place")).where(row.name >= start, row.name < end)
    names = select(first.order_by(row.name, row.ecosystem).limit(1).subquery()).cte("names", recursive=True)
    beyond = (tuple_(then.name, then.ecosystem) > tuple_(names.c.name, names.c.ecosystem), then.name < end)
    order = (then.name, then.ecosystem)
    following = select(
        select(then.name).where(*beyond).order_by(*order).limit(1).scalar_subquery(),
        select(then.ecosystem).where(*beyond).order_by(*order).limit(1).scalar_subquery(),
        names.c.place + 1,
    ).where(names.c.name.is_not(None), names.c.place < limit * 2)
    names = names.union_all(following)
    query = select(names.c.ecosystem, names.c.name, _users(scope, names, at_most)).where(names.c.name.is_not(None))
    found = [PackageName(*line) for line in (await session.execute(query)).all()]
    return [package for package in found if package.count][:limit]


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
