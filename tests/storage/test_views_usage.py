"""Who uses what: prefix search, users, versions, on both databases, for each scope."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from bot.storage import installations, repositories
from bot.storage.database import Database
from bot.storage.sessions import keep_access
from bot.storage.tables import RepositoryPackageRow, RepositoryTechnologyRow
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope
from bot.storage.views_usage import (
    PackageName,
    Usage,
    find_packages,
    package_users,
    package_versions,
    technology_users,
    technology_versions,
)
from tests.storage.samples import NOW, installation, repository

pytestmark = pytest.mark.anyio


async def fill(database: Database) -> None:
    """Nine repositories, the third, sixth and ninth private."""
    rows: list[dict[str, Any]] = []
    for number in range(1, 10):
        names = ("react", "react-dom", "React", "reach", "Zod")[: number % 5 + 1]
        rows += [_package(number, "npm", name, f"^{number % 2}") for name in names]
        rows.append(_package(number, "pypi", "react", ""))
        if number == 1:
            rows.append(_package(number, "npm", "react", "^9", path="other/package.json"))
    async with database.write() as session:
        await installations.upsert(session, installation(), now=NOW)
        refs = [repository(number, f"r{number}", is_private=number % 3 == 0) for number in range(1, 10)]
        await repositories.upsert_many(session, 7, refs, now=NOW)
        await session.execute(insert(RepositoryPackageRow), rows)
        technologies = [
            {"repository_id": number, "name": "React", "category": "ui", "version": f"{number % 2}"}
            for number in range(1, 10)
        ]
        await session.execute(insert(RepositoryTechnologyRow), technologies)


def _package(number: int, ecosystem: str, name: str, requirement: str, path: str = "package.json") -> dict[str, Any]:
    return {
        "repository_id": number,
        "ecosystem": ecosystem,
        "name": name,
        "requirement": requirement,
        "locked": "",
        "scope": "runtime",
        "path": path,
    }


async def test_packages_are_found_by_the_beginning_of_their_name(database: Database) -> None:
    await fill(database)
    async with database.read() as session:
        found = await find_packages(session, EVERYTHING, "rea")
        assert found == [
            PackageName("npm", "reach", 4),
            PackageName("npm", "react", 9),
            PackageName("pypi", "react", 9),
            PackageName("npm", "react-dom", 8),
        ]
        assert [package.count for package in await find_packages(session, EVERYTHING, "react", at_most=2)] == [2, 2, 2]
        assert [package.name for package in await find_packages(session, EVERYTHING, "rea", limit=1)] == ["reach"]
        assert await find_packages(session, EVERYTHING, "nothing") == []
        assert {package.count for package in await find_packages(session, PUBLIC, "react")} == {6, 5}


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_users_of_a_package_are_paged_without_splitting_a_repository(database: Database, limit: int) -> None:
    await fill(database)
    found: list[Usage] = []
    async with database.read() as session:
        while page := await package_users(
            session, EVERYTHING, "npm", "react", after=found[-1].key if found else 0, limit=limit
        ):
            assert found == [] or page[0].key > found[-1].key
            found += page
    assert [use.name for use in found] == ["r1", "r1", *(f"r{number}" for number in range(2, 10))]
    assert {use.requirement for use in found if use.name == "r1"} == {"^1", "^9"}


async def test_a_scope_counts_its_own_users(database: Database) -> None:
    await fill(database)
    async with database.read() as session:
        public = await technology_users(session, PUBLIC, "React")
        assert [use.name for use in public] == ["r1", "r2", "r4", "r5", "r7", "r8"]
        assert await technology_users(session, Scope(installation_id=8), "React") == []
        assert [use.name for use in await technology_users(session, EVERYTHING, "React", after=7)] == ["r8", "r9"]
        assert await technology_versions(session, EVERYTHING, "React") == [("1", 5), ("0", 4)]
        assert await technology_versions(session, PUBLIC, "React") == [("0", 3), ("1", 3)]
        assert await package_versions(session, EVERYTHING, "npm", "react") == [("^1", 5), ("^0", 4), ("^9", 1)]


async def test_names_that_nobody_visible_uses_give_their_place_to_the_next(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        await session.execute(insert(RepositoryPackageRow), [_package(3, "npm", "rea-private", "")])
    async with database.read() as session:
        assert [one.name for one in await find_packages(session, EVERYTHING, "rea", limit=1)] == ["rea-private"]
        assert [one.name for one in await find_packages(session, PUBLIC, "rea", limit=1)] == ["reach"]


@pytest.mark.parametrize("examined", [0, 1, 4, 1_000])
@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_who_sees_little_finds_the_same_however_far_the_walk_looks(
    database: Database, examined: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.views_usage.EXAMINED", examined)
    await fill(database)
    async with database.write() as session:
        await keep_access(session, 5, repositories={6: "read"}, installations={}, checked_at=NOW)
    for scope, expected in (
        (PUBLIC, [1, 2, 4, 5, 7, 8]),
        (Scope(user_id=5), [1, 2, 4, 5, 6, 7, 8]),
        (Scope(installation_id=8), []),
    ):
        found: list[int] = []
        used: list[int] = []
        async with database.read() as session:
            while page := await technology_users(session, scope, "React", after=(found or [0])[-1], limit=limit):
                found += [use.key for use in page]
            while page := await package_users(session, scope, "pypi", "react", after=(used or [0])[-1], limit=limit):
                used += [use.key for use in page]
        assert found == used == expected, scope
