"""The figures of the overview: grades, statuses, languages, technologies, what got worse, actions worth most.

These read every repository of a scope, so they cost time that grows with the installation (a second for
100,000 repositories): the web keeps them for a while instead of asking for every page view.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.storage.tables import (
    RepositoryActionRow,
    RepositoryPackageRow,
    RepositoryRow,
    RepositoryTechnologyRow,
)
from bot.storage.views_repositories import _COLUMNS, RepositoryItem
from bot.storage.views_scope import SENSITIVE_CHECKS, Scope, visible


@dataclass(frozen=True)
class Tally:
    """How many repositories share a value."""

    name: str
    count: int
    detail: str = ""


@dataclass(frozen=True)
class WorthyAction:
    """One next step over all repositories: how many would gain, and the points of score it brings them together."""

    check_id: str
    title: str
    effort: str
    repositories: int
    value: float


@dataclass(frozen=True)
class Figures:
    """The overview in numbers. `average` is the mean score of scored repositories."""

    total: int
    reported: int
    private: int
    waiting: int
    failed: int
    average: float | None
    grades: tuple[Tally, ...]
    statuses: tuple[Tally, ...]
    kinds: tuple[Tally, ...]
    licences: tuple[Tally, ...]
    languages: tuple[Tally, ...]
    owners: tuple[Tally, ...]
    technologies: tuple[Tally, ...]
    packages: tuple[Tally, ...]
    worse: tuple[RepositoryItem, ...]
    better: tuple[RepositoryItem, ...]
    actions: tuple[WorthyAction, ...]


async def figures(
    session: AsyncSession, scope: Scope, *, owner: str = "", since: datetime, technologies: int = 2_000
) -> Figures:
    """Everything of `scope` (and of `owner`, if given). `worse` and `better` are of reports since `since`."""
    condition = _of(scope, owner)
    counts = await _counts(session, condition)
    worse = await _moved(session, condition, since, worse=True)
    better = await _moved(session, condition, since, worse=False)
    return Figures(
        total=counts.total,
        reported=counts.reported,
        private=counts.private,
        waiting=counts.refresh["queued"] + counts.refresh["processing"],
        failed=counts.refresh["failed"],
        average=counts.points / counts.scored if counts.scored else None,
        grades=_tallies(counts.grades),
        statuses=_tallies(counts.statuses),
        kinds=_tallies(counts.kinds),
        licences=_tallies(counts.licences),
        languages=_tallies(counts.languages),
        owners=await _owners(session, condition),
        technologies=await _technologies(session, condition, technologies),
        packages=await _packages(session, condition),
        worse=worse,
        better=better,
        actions=await _actions(session, condition, hidden=() if scope.is_trusted else SENSITIVE_CHECKS),
    )


def _of(scope: Scope, owner: str) -> ColumnElement[bool]:
    return and_(visible(scope), RepositoryRow.owner == owner) if owner else visible(scope)


class _Counts:
    def __init__(self) -> None:
        self.total = self.reported = self.private = self.scored = self.points = 0
        self.grades: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.licences: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.refresh: Counter[str] = Counter()


async def _counts(session: AsyncSession, condition: ColumnElement[bool]) -> _Counts:
    """One scan, grouped by everything that is counted; the groups are folded here."""
    row = RepositoryRow
    keys = (row.grade, row.status, row.kind, row.licence, row.language, row.refresh_status, row.is_private)
    reported = row.reported_at.is_not(None)
    query = (
        select(*keys, reported, func.count(), func.count(row.score), func.coalesce(func.sum(row.score), 0))
        .where(condition)
        .group_by(*keys, reported)
    )
    found = _Counts()
    for line in (await session.execute(query)).all():
        grade, status, kind, licence, language, refresh, is_private, has_report, count, scored, points = line
        found.total += count
        found.private += count if is_private else 0
        found.scored += scored
        found.points += int(points)
        found.refresh[refresh] += count
        if has_report:
            found.reported += count
            for counter, value in (
                (found.grades, grade),
                (found.statuses, status),
                (found.kinds, kind),
                (found.licences, licence),
                (found.languages, language),
            ):
                counter[value] += count
    return found


def _tallies(counter: Counter[str]) -> tuple[Tally, ...]:
    return tuple(
        Tally(name, count) for name, count in sorted(counter.items(), key=lambda item: (not item[0], -item[1], item[0]))
    )


async def _owners(session: AsyncSession, condition: ColumnElement[bool]) -> tuple[Tally, ...]:
    count = func.count()
    query = select(RepositoryRow.owner, count).where(condition).group_by(RepositoryRow.owner)
    found = (await session.execute(query.order_by(count.desc(), RepositoryRow.owner).limit(200))).all()
    return tuple(Tally(owner, number) for owner, number in found)


def _among(column: InstrumentedAttribute[int], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Rows of repositories that are counted. A list of ids is made once, where a join would read wide rows; `+ 0`
    keeps SQLite from looking rows up by it, which costs more than one walk through the index on the name."""
    return (column + 0).in_(select(RepositoryRow.id).where(condition))


async def _technologies(session: AsyncSession, condition: ColumnElement[bool], limit: int) -> tuple[Tally, ...]:
    row, again = RepositoryTechnologyRow, aliased(RepositoryTechnologyRow)
    count = func.count()
    counted = (
        select(row.name, count.label("number"))
        .where(_among(row.repository_id, condition))
        .group_by(row.name)
        .order_by(count.desc(), row.name)
        .limit(limit)
        .subquery()
    )
    category = select(again.category).where(again.name == counted.c.name).limit(1).scalar_subquery()
    query = select(counted.c.name, counted.c.number, category).order_by(counted.c.number.desc(), counted.c.name)
    return tuple(Tally(*line) for line in (await session.execute(query)).all())


async def _packages(session: AsyncSession, condition: ColumnElement[bool], limit: int = 200) -> tuple[Tally, ...]:
    row = RepositoryPackageRow
    count = func.count(row.repository_id.distinct())
    query = (
        select(row.name, count, row.ecosystem)
        .where(_among(row.repository_id, condition))
        .group_by(row.name, row.ecosystem)
        .order_by(count.desc(), row.name)
        .limit(limit)
    )
    return tuple(Tally(*line) for line in (await session.execute(query)).all())


async def _moved(
    session: AsyncSession, condition: ColumnElement[bool], since: datetime, *, worse: bool
) -> tuple[RepositoryItem, ...]:
    row = RepositoryRow
    moved = row.score < row.score_before if worse else row.score > row.score_before
    change = row.score - row.score_before
    query = (
        select(*_COLUMNS)
        .where(condition, row.reported_at >= since, moved)
        .order_by(change if worse else change.desc(), row.id)
        .limit(8)
    )
    return tuple(RepositoryItem(*line) for line in (await session.execute(query)).all())


async def _actions(
    session: AsyncSession, condition: ColumnElement[bool], *, hidden: tuple[str, ...]
) -> tuple[WorthyAction, ...]:
    row = RepositoryActionRow
    worth = func.sum(row.value)
    query = (
        select(row.check_id, func.min(row.title), func.min(row.effort), func.count(), worth)
        .where(_among(row.repository_id, condition), row.check_id.not_in(("", *hidden)))
        .group_by(row.check_id)
        .order_by(worth.desc(), row.check_id)
    )
    return tuple(
        WorthyAction(check_id, title, effort, count, float(value))
        for check_id, title, effort, count, value in (await session.execute(query)).all()
    )
