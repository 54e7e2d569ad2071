"""The figures of the overview: grades, statuses, languages, technologies, what got worse, actions worth most.

These read every repository of a scope, so they cost time that grows with the installation (a second for
100,000 repositories): the web keeps them for a while instead of asking for every page view.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
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
    UserRepositoryRow,
)
from bot.storage.views_rarity import about
from bot.storage.views_repositories import COLUMNS, RepositoryItem
from bot.storage.views_scope import SENSITIVE_CHECKS, Scope, visible

LISTED = 2_000
"""Technologies and packages that are counted, the most used ones."""
MOVED = 8
"""Repositories that got worse, and better."""
LARGE = 3_000
"""Counting so many repositories takes longer than a page waits."""
LOOKED_UP = 20_000
"""Fewer repositories than these have their rows looked up one by one on SQLite."""


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
    """The overview in numbers. `average` is the mean score of `scored` repositories.

    `counting`: not all is counted yet; there may be more than this.
    """

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
    scored: int = 0
    counting: bool = False


NO_FIGURES = Figures(0, 0, 0, 0, 0, None, (), (), (), (), (), (), (), (), (), (), ())


async def figures(
    session: AsyncSession, scope: Scope, *, owner: str = "", since: datetime, listed: int = LISTED
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
        technologies=await _technologies(session, condition, listed),
        packages=await _packages(session, condition, listed),
        worse=worse,
        better=better,
        actions=await _actions(session, condition, hidden=() if scope.is_trusted else SENSITIVE_CHECKS),
        scored=counts.scored,
    )


async def is_large(session: AsyncSession, scope: Scope) -> bool:
    """Whether a person sees so much beyond the public that nobody should wait until it is counted."""
    if not scope.beyond_public:
        return False
    return await about(session, UserRepositoryRow.user_id, scope.user_id, at_most=LARGE) >= LARGE


def together(one: Figures, other: Figures) -> Figures:
    """Figures of two groups of repositories that share none, as if they had been counted together.

    Of what is listed up to a bound (technologies, packages), something beyond it in one of them may be left out.
    """
    scored = one.scored + other.scored
    points = (one.average or 0.0) * one.scored + (other.average or 0.0) * other.scored
    return Figures(
        total=one.total + other.total,
        reported=one.reported + other.reported,
        private=one.private + other.private,
        waiting=one.waiting + other.waiting,
        failed=one.failed + other.failed,
        average=points / scored if scored else None,
        grades=_sum(one.grades, other.grades),
        statuses=_sum(one.statuses, other.statuses),
        kinds=_sum(one.kinds, other.kinds),
        licences=_sum(one.licences, other.licences),
        languages=_sum(one.languages, other.languages),
        owners=_sum(one.owners, other.owners),
        technologies=_sum(one.technologies, other.technologies),
        packages=_sum(one.packages, other.packages),
        worse=_most(sorted((*one.worse, *other.worse), key=lambda item: (_gain(item), item.id))),
        better=_most(sorted((*one.better, *other.better), key=lambda item: (-_gain(item), item.id))),
        actions=_worthiest(one.actions, other.actions),
        scored=scored,
        counting=one.counting or other.counting,
    )


def _sum(one: tuple[Tally, ...], other: tuple[Tally, ...]) -> tuple[Tally, ...]:
    if not one or not other:
        return one or other
    counts: Counter[tuple[str, str]] = Counter()
    for tally in (*one, *other):
        counts[tally.name, tally.detail] += tally.count
    found = (Tally(name, count, detail) for (name, detail), count in counts.items())
    return tuple(sorted(found, key=lambda tally: (not tally.name, -tally.count, tally.name, tally.detail)))


def _gain(item: RepositoryItem) -> int:
    return (item.score or 0) - (item.score_before or 0)


def _most(items: Iterable[RepositoryItem]) -> tuple[RepositoryItem, ...]:
    return tuple(items)[:MOVED]


def _worthiest(one: tuple[WorthyAction, ...], other: tuple[WorthyAction, ...]) -> tuple[WorthyAction, ...]:
    found = {action.check_id: action for action in one}
    for action in other:
        same = found.get(action.check_id)
        found[action.check_id] = WorthyAction(
            check_id=action.check_id,
            title=min(action.title, same.title) if same else action.title,
            effort=min(action.effort, same.effort) if same else action.effort,
            repositories=action.repositories + (same.repositories if same else 0),
            value=action.value + (same.value if same else 0.0),
        )
    return tuple(sorted(found.values(), key=lambda action: (-action.value, action.check_id)))


async def still_seen(
    session: AsyncSession, scope: Scope, items: Iterable[RepositoryItem]
) -> tuple[RepositoryItem, ...]:
    """Those of kept items that the viewer may still see, as they are now: figures are kept for a while, and a
    repository may have been made private since."""
    ids = [item.id for item in items]
    query = select(*COLUMNS).where(visible(scope), RepositoryRow.id.in_(ids))
    found = {line[0]: RepositoryItem(*line) for line in (await session.execute(query)).all()} if ids else {}
    return tuple(found[number] for number in ids if number in found)


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


async def _among(
    session: AsyncSession, column: InstrumentedAttribute[int], condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Rows of repositories that are counted, by a list of ids, where a join would read wide rows. `+ 0` keeps SQLite
    from looking rows up by a long one, which costs more than one walk through the index on the name."""
    ids = select(RepositoryRow.id).where(condition)
    if session.get_bind().dialect.name == "postgresql":
        return column.in_(ids)
    few = select(func.count()).select_from(ids.limit(LOOKED_UP).subquery())
    return column.in_(ids) if int(await session.scalar(few) or 0) < LOOKED_UP else (column + 0).in_(ids)


async def _technologies(session: AsyncSession, condition: ColumnElement[bool], limit: int) -> tuple[Tally, ...]:
    row, again = RepositoryTechnologyRow, aliased(RepositoryTechnologyRow)
    count = func.count()
    counted = (
        select(row.name, count.label("number"))
        .where(await _among(session, row.repository_id, condition))
        .group_by(row.name)
        .order_by(count.desc(), row.name)
        .limit(limit)
        .subquery()
    )
    category = select(again.category).where(again.name == counted.c.name).limit(1).scalar_subquery()
    query = select(counted.c.name, counted.c.number, category).order_by(counted.c.number.desc(), counted.c.name)
    return tuple(Tally(*line) for line in (await session.execute(query)).all())


async def _packages(session: AsyncSession, condition: ColumnElement[bool], limit: int) -> tuple[Tally, ...]:
    row = RepositoryPackageRow
    count = func.count(row.repository_id.distinct())
    query = (
        select(row.name, count, row.ecosystem)
        .where(await _among(session, row.repository_id, condition))
        .group_by(row.name, row.ecosystem)
        .order_by(count.desc(), row.name, row.ecosystem)
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
        select(*COLUMNS)
        .where(condition, row.reported_at >= since, moved)
        .order_by(change if worse else change.desc(), row.id)
        .limit(MOVED)
    )
    return tuple(RepositoryItem(*line) for line in (await session.execute(query)).all())


async def _actions(
    session: AsyncSession, condition: ColumnElement[bool], *, hidden: tuple[str, ...]
) -> tuple[WorthyAction, ...]:
    row = RepositoryActionRow
    worth = func.sum(row.value)
    query = (
        select(row.check_id, func.min(row.title), func.min(row.effort), func.count(), worth)
        .where(await _among(session, row.repository_id, condition), row.check_id.not_in(("", *hidden)))
        .group_by(row.check_id)
        .order_by(worth.desc(), row.check_id)
    )
    return tuple(
        WorthyAction(check_id, title, effort, count, float(value))
        for check_id, title, effort, count, value in (await session.execute(query)).all()
    )
