"""What a batch would have to do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from bot.storage import installations, sessions
from bot.storage.database import Database
from bot.storage.tables import RepositoryRow
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope
from bot.storage.views_work import InstallationItem, count_remaining
from bot.storage.views_work import installations as list_installations
from tests.storage.samples import NOW, installation

pytestmark = pytest.mark.anyio

_KINDS: dict[str, dict[str, Any]] = {
    "current": {"report_id": 1, "report_head_sha": "a", "head_sha": "a"},
    "behind": {"report_id": 1, "report_head_sha": "a", "head_sha": "b"},
    "never": {"report_id": None, "report_head_sha": "", "head_sha": "a"},
    "archived": {"report_id": None, "head_sha": "a", "is_archived": True},
    "removed": {"report_id": None, "head_sha": "a", "removed_at": NOW},
    "fork": {"report_id": None, "head_sha": "a", "is_fork": True},
    "current fork": {"report_id": 2, "report_head_sha": "a", "head_sha": "a", "is_fork": True},
}


async def fill(database: Database) -> None:
    common = {"node_id": "R", "owner": "octo", "created_at": NOW, "updated_at": NOW}
    blank = {"report_id": None, "report_head_sha": "", "is_archived": False, "is_fork": False, "removed_at": None}
    rows = [
        {
            **common,
            **blank,
            "id": number,
            "installation_id": 7,
            "name": name,
            "full_name_lower": f"octo/{name}",
            **values,
        }
        for number, (name, values) in enumerate(_KINDS.items(), 1)
    ]
    rows.append({**rows[2], "id": 99, "installation_id": 8, "name": "other", "full_name_lower": "octo/other"})
    async with database.write() as session:
        for id_, login in ((7, "Octo"), (8, "acme"), (9, "gone")):
            await installations.upsert(session, installation(id_, login), now=NOW)
        await installations.delete(session, 9, now=NOW)
        await installations.upsert(session, installation(10, "rests", suspended_at=NOW), now=NOW)
        await session.execute(insert(RepositoryRow), rows)
        await sessions.keep_access(session, 1, repositories={}, installations={7: True, 8: False}, checked_at=NOW)


@pytest.mark.parametrize(
    ("forks", "force", "count"),
    [("all", False, 3), ("with-forks", False, 3), ("without-forks", False, 2), ("all", True, 5),
     ("without-forks", True, 3)],
)  # fmt: skip
async def test_what_remains_of_one_installation(database: Database, forks: str, force: bool, count: int) -> None:
    await fill(database)
    async with database.read() as session:
        assert await count_remaining(session, 7, forks=forks, force=force) == count
        assert await count_remaining(session, 8, forks=forks, force=force) == 1
        assert await count_remaining(session, 9, forks=forks, force=force) == 0


@pytest.mark.parametrize(
    ("scope", "owner", "ids"),
    [
        (EVERYTHING, "", [7, 8]),
        (EVERYTHING, "OCTO", [7]),
        (EVERYTHING, "oct", []),
        (EVERYTHING, "gone", []),
        (Scope(user_id=1), "", [7]),
        (Scope(user_id=1), "acme", []),
        (Scope(user_id=2), "", []),
        (Scope(installation_id=8), "", [8]),
        (Scope(installation_id=9), "", []),
        (PUBLIC, "", []),
    ],
)
async def test_active_installations_of_a_scope(database: Database, scope: Scope, owner: str, ids: list[int]) -> None:
    await fill(database)
    async with database.read() as session:
        found = await list_installations(session, scope, owner=owner)
    assert {one.id for one in found} == set(ids)
    for one in found:
        assert one == InstallationItem(one.id, {7: "Octo", 8: "acme"}[one.id], "Organization", "active")
