"""The list of repositories against a plain Python list: any filter, any order, any page size, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.storage import installations
from bot.storage.database import Database
from bot.storage.sessions import keep_access
from bot.storage.tables import (
    RepositoryCheckRow,
    RepositoryOwnerRow,
    RepositoryRow,
    RepositoryTechnologyRow,
)
from bot.storage.views_filters import RepositoryFilter
from bot.storage.views_repositories import (
    SORTS,
    Position,
    RepositoryItem,
    SortBy,
    find_repository,
    list_repositories,
    position_of,
)
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope
from tests.storage.samples import NOW, installation

pytestmark = pytest.mark.anyio
COUNT = 60


async def fill(database: Database) -> list[RepositoryItem]:
    """Sixty repositories with many equal and missing values; the items as the list should give them."""
    chance = random.Random(7)
    rows = []
    for number in range(1, COUNT + 1):
        owner = chance.choice(("octo", "Harbour"))
        name = f"{chance.choice(('alpha', 'Beta', 'under_score', 'per%cent'))}-{number}"
        score = chance.choice((None, 40, 70, 70, 95))
        rows.append(
            {
                "id": number,
                "node_id": f"R_{number}",
                "installation_id": 7 if owner == "octo" else 8,
                "owner": owner,
                "name": name,
                "full_name_lower": f"{owner}/{name}".lower(),
                "is_private": chance.random() < 0.4,
                "is_fork": chance.random() < 0.2,
                "head_sha": "a" * 40,
                "created_at": NOW,
                "updated_at": NOW,
                "pushed_at": chance.choice((None, NOW - timedelta(days=chance.randrange(5)))),
                "reported_at": None if score is None else NOW - timedelta(hours=chance.randrange(5)),
                "report_id": None if score is None else number,
                "score": score,
                "grade": {None: "", 40: "E", 70: "C", 95: "A"}[score],
                "status": chance.choice(("active", "stale", "")),
                "language": chance.choice(("Python", "Go", "")),
                "kind": chance.choice(("library", "application")),
                "licence": chance.choice(("MIT", "")),
                "refresh_status": "failed" if number % 7 == 0 else "completed",
                "removed_at": NOW if chance.random() < 0.1 else None,
            }
        )
    present = [row for row in rows if row["removed_at"] is None]
    async with database.write() as session:
        await installations.upsert(session, installation(7, "octo"), now=NOW)
        await installations.upsert(session, installation(8, "Harbour"), now=NOW)
        await session.execute(insert(RepositoryRow), rows)
        for table, values in (
            (RepositoryTechnologyRow, {"name": "Flask", "category": "framework"}),
            (RepositoryCheckRow, {"check_id": "readme", "state": "fail"}),
            (RepositoryOwnerRow, {"name": "ada"}),
        ):
            await session.execute(insert(table), [{"repository_id": number, **values} for number in range(1, COUNT, 3)])
        await session.execute(
            insert(RepositoryCheckRow), [{"repository_id": 2, "check_id": "readme", "state": "unknown"}]
        )
    async with database.read() as session:
        found = (await list_repositories(session, EVERYTHING, RepositoryFilter(), limit=1_000)).items
    assert {item.id for item in found} == {row["id"] for row in present}
    return found


def in_order(items: list[RepositoryItem], sort: SortBy) -> list[RepositoryItem]:
    """The order that the list promises: values, then ids, both in the sort's direction; rows without value last."""
    descending = sort.startswith("-")
    field = {"score": "score", "name": "full_name", "pushed": "pushed_at", "reported": "reported_at"}[sort.strip("-")]

    def value(item: RepositoryItem) -> object:
        found = getattr(item, field)
        return found.lower() if isinstance(found, str) else found

    have = [item for item in items if value(item) is not None]
    lack = [item for item in items if value(item) is None]
    have.sort(key=lambda item: (value(item), item.id), reverse=descending)
    return have + sorted(lack, key=lambda item: item.id)


async def pages(
    database: Database, scope: Scope, wanted: RepositoryFilter, sort: SortBy, limit: int
) -> list[RepositoryItem]:
    """All pages, one after the other."""
    found: list[RepositoryItem] = []
    after: Position | None = None
    async with database.read() as session:
        while True:
            page = (await list_repositories(session, scope, wanted, sort=sort, after=after, limit=limit)).items
            found += page
            if len(page) < limit:
                return found
            after = position_of(page[-1], sort)


@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_pages_make_the_whole_list_in_order(database: Database, limit: int) -> None:
    everything = await fill(database)
    for sort in SORTS:
        found = await pages(database, EVERYTHING, RepositoryFilter(), sort, limit)
        assert len({item.id for item in found}) == len(found) == len(everything), sort
        assert [item.id for item in found] == [item.id for item in in_order(everything, sort)], sort


FILTERS: dict[str, tuple[RepositoryFilter, Callable[[RepositoryItem], bool]]] = {
    "words of the name": (RepositoryFilter(q="HARBOUR beta"), lambda i: i.owner == "Harbour" and "Beta" in i.name),
    "an underscore is no wildcard": (RepositoryFilter(q="r_s"), lambda i: "under_score" in i.name),
    "a percent sign is no wildcard": (RepositoryFilter(q="r%c"), lambda i: "per%cent" in i.name),
    "status": (RepositoryFilter(status="stale"), lambda i: i.status == "stale"),
    "grade": (RepositoryFilter(grade="C"), lambda i: i.grade == "C"),
    "no grade": (RepositoryFilter(grade="none"), lambda i: i.grade == ""),
    "language": (RepositoryFilter(language="Go"), lambda i: i.language == "Go"),
    "kind": (RepositoryFilter(kind="library"), lambda i: i.kind == "library"),
    "no licence": (RepositoryFilter(licence="none"), lambda i: i.licence == ""),
    "owner in any case": (RepositoryFilter(owner="HARBOUR"), lambda i: i.owner == "Harbour"),
    "private": (RepositoryFilter(visibility="private"), lambda i: i.is_private),
    "public": (RepositoryFilter(visibility="public"), lambda i: not i.is_private),
    "technology": (RepositoryFilter(technology="Flask"), lambda i: i.id % 3 == 1),
    "technology by exact name": (RepositoryFilter(technology="flask"), lambda _i: False),
    "a check that fails": (RepositoryFilter(check="readme"), lambda i: i.id % 3 == 1),
    "failed": (RepositoryFilter(refresh="failed"), lambda i: i.id % 7 == 0),
    "failed ones of an owner": (
        RepositoryFilter(refresh="failed", owner="harbour"),
        lambda i: i.id % 7 == 0 and i.owner == "Harbour",
    ),
    "a word that begins like another owner": (RepositoryFilter(owner="harb"), lambda _i: False),
    "maintainer": (RepositoryFilter(maintainer="ada"), lambda i: i.id % 3 == 1),
    "several": (
        RepositoryFilter(technology="Flask", language="Python", status="active"),
        lambda i: i.id % 3 == 1 and i.language == "Python" and i.status == "active",
    ),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_a_filter_finds_what_it_says(database: Database, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = await fill(database)
    wanted, matches = FILTERS[name]
    expected = {item.id for item in everything if matches(item)}
    for selective, common in ((800, 40_000), (1, 40_000), (1, 1)):  # ids looked up, checked against, probed
        monkeypatch.setattr("bot.storage.views_filters.SELECTIVE", selective)
        monkeypatch.setattr("bot.storage.views_filters.COMMON", common)
        found = await pages(database, EVERYTHING, wanted, "-score", 7)
        assert {item.id for item in found} == expected
        async with database.read() as session:
            counted = await list_repositories(session, EVERYTHING, wanted, limit=1, count_to=1_000)
            assert counted.count == len(expected)
            assert (await list_repositories(session, EVERYTHING, wanted, limit=1, count_to=2)).count == min(
                2, len(expected)
            )


@pytest.mark.parametrize(
    ("selective", "common", "examined"),
    [
        (800, 40_000, 5_000),  # an installation's rows are led to, a person's made a set
        (1, 40_000, 5_000),  # an installation's are sought in the walk
        (1, 1, 5_000),  # a person's are probed, and counted by a look aside
        (1, 1, 3),  # … that does not tell
    ],
)
async def test_a_scope_sees_what_is_its_own(
    database: Database, selective: int, common: int, examined: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.views_filters.SELECTIVE", selective)
    monkeypatch.setattr("bot.storage.views_filters.COMMON", common)
    monkeypatch.setattr("bot.storage.views_filters.EXAMINED", examined)
    everything = await fill(database)
    private = [item.id for item in everything if item.is_private]
    granted, others = private[:3], set(private[3:])
    async with database.write() as session:
        access = dict.fromkeys(granted, "read")
        await keep_access(session, 5, repositories=access, installations={}, checked_at=NOW)
    public = {item.id for item in everything if not item.is_private}
    for scope, expected in (
        (PUBLIC, public),
        (Scope(user_id=5), public | set(granted)),
        (Scope(user_id=6), public),
        (Scope(installation_id=7), {item.id for item in everything if item.owner == "octo"}),
        (EVERYTHING, public | set(private)),
    ):
        found = await pages(database, scope, RepositoryFilter(), "-pushed", 7)
        assert {item.id for item in found} == expected
        flask = RepositoryFilter(technology="Flask")
        users = {number for number in expected if number % 3 == 1}
        assert {item.id for item in await pages(database, scope, flask, "-score", 7)} == users
        async with database.read() as session:
            for count_to in (*range(2, 21), 1_000):
                page = await list_repositories(session, scope, flask, limit=1, count_to=count_to)
                assert page.count == min(count_to, len(users)), scope
    hidden = next(item for item in everything if item.id in others)
    async with database.read() as session:
        assert await find_repository(session, Scope(user_id=5), hidden.owner, hidden.name) is None
        assert await find_repository(session, EVERYTHING, hidden.owner.upper(), hidden.name.upper()) == hidden


async def test_who_may_not_see_security_findings_cannot_filter_by_them(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        rows = [{"repository_id": number, "check_id": "secrets", "state": "fail"} for number in range(1, COUNT)]
        await session.execute(insert(RepositoryCheckRow), rows)
    wanted = RepositoryFilter(check="secrets")
    async with database.read() as session:
        assert (await list_repositories(session, PUBLIC, wanted)).items == []
        assert (await list_repositories(session, Scope(user_id=5), wanted, count_to=9)).count == 0
        assert (await list_repositories(session, EVERYTHING, wanted)).items
