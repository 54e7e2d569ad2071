"""The figures of the overview against plain Python sums, for each scope, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from bot.storage import installations, sessions
from bot.storage.database import Database
from bot.storage.tables import (
    RepositoryActionRow,
    RepositoryPackageRow,
    RepositoryRow,
    RepositoryTechnologyRow,
)
from bot.storage.views_figures import Figures, Tally, figures, together
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope
from tests.storage.samples import NOW, installation, later

pytestmark = pytest.mark.anyio


def _row(id_: int, **values: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "node_id": f"R{id_}",
        "installation_id": 7,
        "owner": "octo",
        "name": f"r{id_}",
        "full_name_lower": f"octo/r{id_}",
        "is_private": False,
        "removed_at": None,
        "refresh_status": "completed",
        "reported_at": NOW,
        "report_id": id_,
        "score": 80,
        "score_before": None,
        "grade": "B",
        "status": "active",
        "kind": "library",
        "licence": "MIT",
        "language": "Python",
        "created_at": NOW,
        "updated_at": NOW,
        **values,
    }


_UNREPORTED = {"reported_at": None, "report_id": None, "score": None, "grade": "", "status": "", "kind": "",
               "licence": "", "language": ""}  # fmt: skip
_ROWS = [
    _row(1),
    _row(2, score=40, score_before=60, grade="E", licence="", language="Go", is_private=True),
    _row(3, score=90, score_before=80, grade="A", owner="acme", full_name_lower="acme/r3", installation_id=8),
    _row(4, refresh_status="queued", **_UNREPORTED),
    _row(5, refresh_status="processing", **_UNREPORTED),
    _row(6, refresh_status="failed", **_UNREPORTED),
    _row(7, score=None, grade="", score_before=50, kind="data"),
    _row(8, removed_at=NOW, score=1, score_before=99),
    _row(9, score=70, score_before=71, reported_at=later(-100)),
    _row(10, score=50, score_before=80, grade="D"),
]


async def fill(database: Database) -> None:
    children = [number for number in range(1, 11) if number not in {4, 5, 6}]
    async with database.write() as session:
        for id_ in (7, 8):
            await installations.upsert(session, installation(id_, f"octo{id_}"), now=NOW)
        await session.execute(insert(RepositoryRow), _ROWS)
        await session.execute(
            insert(RepositoryTechnologyRow),
            [{"repository_id": number, "name": "Flask", "category": "framework"} for number in children]
            + [{"repository_id": 2, "name": "Redis", "category": "cache"}],
        )
        await session.execute(
            insert(RepositoryPackageRow),
            [
                {"repository_id": number, "ecosystem": ecosystem, "name": name, "scope": "runtime", "path": path}
                for number, ecosystem, name, path in (
                    (1, "pypi", "flask", "a"),
                    (1, "pypi", "flask", "b"),
                    (2, "pypi", "flask", "a"),
                    (3, "npm", "flask", "a"),
                    (8, "npm", "flask", "a"),
                )
            ],
        )
        await session.execute(
            insert(RepositoryActionRow),
            [
                {
                    "repository_id": number,
                    "position": position,
                    "check_id": check_id,
                    "title": "Do it",
                    "instruction": "now",
                    "effort": "hours",
                    "value": value,
                }
                for number, position, check_id, value in (
                    (1, 1, "tests", 2.5),
                    (2, 1, "tests", 1.5),
                    (2, 2, "secrets", 9.0),
                    (8, 1, "tests", 50.0),
                    (1, 2, "", 99.0),
                    (3, 1, "licence", 4.0),
                )
            ],
        )
        await sessions.keep_access(session, 1, repositories={2: "read"}, installations={}, checked_at=NOW)


async def _figures(database: Database, scope: Scope = EVERYTHING, **how: Any) -> Figures:
    async with database.read() as session:
        return await figures(session, scope, since=NOW, **how)


async def test_everything_is_counted_once(database: Database) -> None:
    await fill(database)
    found = await _figures(database)
    assert (found.total, found.reported, found.private, found.waiting, found.failed) == (9, 6, 1, 2, 1)
    assert found.average == pytest.approx((80 + 40 + 90 + 70 + 50) / 5)
    assert found.grades == (Tally("B", 2), Tally("A", 1), Tally("D", 1), Tally("E", 1), Tally("", 1))
    assert found.statuses == (Tally("active", 6),)
    assert found.kinds == (Tally("library", 5), Tally("data", 1))
    assert found.licences == (Tally("MIT", 5), Tally("", 1))
    assert found.languages == (Tally("Python", 5), Tally("Go", 1))
    assert found.owners == (Tally("octo", 8), Tally("acme", 1))


async def test_what_got_worse_and_better_is_of_new_reports_the_furthest_first(database: Database) -> None:
    await fill(database)
    found = await _figures(database)
    assert [one.id for one in found.worse] == [10, 2]
    assert [one.id for one in found.better] == [3]
    async with database.read() as session:
        older = await figures(session, EVERYTHING, since=later(-200))
    assert [one.id for one in older.worse] == [10, 2, 9]


async def test_users_are_repositories_not_lines(database: Database) -> None:
    await fill(database)
    found = await _figures(database)
    assert found.technologies == (Tally("Flask", 6, "framework"), Tally("Redis", 1, "cache"))
    assert found.packages == (Tally("flask", 2, "pypi"), Tally("flask", 1, "npm"))
    assert (await _figures(database, listed=1)).technologies == (Tally("Flask", 6, "framework"),)


async def test_actions_are_ranked_by_what_they_are_worth_together(database: Database) -> None:
    await fill(database)
    found = (await _figures(database)).actions
    assert [(one.check_id, one.repositories, one.value) for one in found] == [
        ("secrets", 1, 9.0),
        ("licence", 1, 4.0),
        ("tests", 2, 4.0),
    ]
    assert (found[0].title, found[0].effort) == ("Do it", "hours")


@pytest.mark.parametrize(
    ("scope", "total", "checks"),
    [
        (PUBLIC, 8, ["licence", "tests"]),
        (Scope(user_id=1), 9, ["licence", "tests"]),
        (Scope(user_id=2), 8, ["licence", "tests"]),
        (Scope(installation_id=7), 8, ["secrets", "tests"]),
        (Scope(installation_id=8), 1, ["licence"]),
        (Scope(installation_id=9), 0, []),
    ],
)
async def test_a_scope_counts_its_own_and_is_told_of_credentials_only_where_trusted(
    database: Database, scope: Scope, total: int, checks: list[str]
) -> None:
    await fill(database)
    found = await _figures(database, scope)
    assert found.total == total
    assert sorted(one.check_id for one in found.actions) == checks


async def test_one_owner_alone(database: Database) -> None:
    await fill(database)
    found = await _figures(database, owner="acme")
    assert (found.total, found.average, [one.id for one in found.better]) == (1, 90, [3])
    assert found.packages == (Tally("flask", 1, "npm"),)
    assert found.owners == (Tally("acme", 1),)


async def test_nothing_has_no_average(database: Database) -> None:
    found = await _figures(database)
    assert (found.total, found.average, found.grades, found.actions) == (0, None, (), ())


@pytest.mark.parametrize("looked_up", [1, 20_000])  # on SQLite: held against a list of ids, or looked up by it
async def test_the_public_and_what_is_beyond_it_make_what_a_person_sees(
    database: Database, looked_up: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.views_figures.LOOKED_UP", looked_up)
    await fill(database)
    whole = await _figures(database, Scope(user_id=1))
    beyond = await _figures(database, Scope(user_id=1, beyond_public=True))
    assert (beyond.total, beyond.private, [one.id for one in beyond.worse]) == (1, 1, [2])
    assert together(await _figures(database, PUBLIC), beyond) == whole
    assert together(beyond, await _figures(database, PUBLIC)) == whole
    nobody = await _figures(database, Scope(user_id=2, beyond_public=True))
    assert together(await _figures(database, PUBLIC), nobody) == await _figures(database, PUBLIC)
