"""What is in use, by the API: each token sees its own, and following the links gives every user once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from bot.storage import tokens
from bot.storage.tables import RepositoryPackageRow, RepositoryTechnologyRow
from tests.web.world import HARBOUR, KELP, NOW, OTHER_PRIVATE, PRIVATE, PUBLIC, World

pytestmark = pytest.mark.anyio


async def _token(world: World, installation_id: int) -> str:
    async with world.web.db.write() as session:
        _, plain = await tokens.create(
            session, name="t", scope="read", installation_id=installation_id, created_by="", now=NOW
        )
    return plain


async def _use(world: World) -> None:
    rows = [{"repository_id": id_, "name": "Zig/C++", "category": "x"} for id_ in (PUBLIC, PRIVATE, OTHER_PRIVATE)]
    async with world.web.db.write() as session:
        await session.execute(insert(RepositoryTechnologyRow), rows)


@pytest.mark.parametrize(("installation_id", "total"), [(HARBOUR, 4), (KELP, 1)])
async def test_a_token_of_one_installation_counts_its_own(world: World, installation_id: int, total: int) -> None:
    async with world.api(await _token(world, installation_id)) as api:
        assert (await api.get("/api/overview")).json()["total"] == total


async def test_the_operators_token_counts_everything(world: World) -> None:
    async with world.api() as api:
        overview = (await api.get("/api/overview")).json()
    assert (overview["total"], overview["private"], overview["failed"]) == (5, 2, 1)
    assert sum(one["count"] for one in overview["grades"]) == overview["reported"] == 3


async def test_every_user_of_a_technology_once_and_only_ones_own(world: World) -> None:
    await _use(world)
    found: list[str] = []
    async with world.api() as api:
        url: str | None = "/api/technologies/Zig%2FC%2B%2B?limit=1"
        while url:
            answer = await api.get(url)
            uses: list[dict[str, Any]] = next(value for value in answer.json().values() if isinstance(value, list))
            found += [next(str(value) for key, value in one.items() if key in {"name", "repo"}) for one in uses]
            url = answer.links.get("next", {}).get("url")
    assert found == ["tidemark", "ledger", "vault"]
    async with world.api(await _token(world, KELP)) as api:
        assert "ledger" not in (await api.get("/api/technologies/Zig%2FC%2B%2B")).text


async def test_packages_are_found_by_the_beginning_of_their_name_or_by_use(world: World) -> None:
    async with world.api() as api:
        most = (await api.get("/api/dependencies")).json()
        listed = next(value for value in most.values() if isinstance(value, list))
        name = listed[0]["name"]
        found = (await api.get("/api/dependencies", params={"q": name[:3]})).json()
    assert name in [one["name"] for one in next(value for value in found.values() if isinstance(value, list))]


async def test_the_overview_tells_what_the_page_shows(world: World) -> None:
    async with world.api() as api:
        overview = (await api.get("/api/overview")).json()
        kelp = (await api.get("/api/overview?owner=KELP")).json()
    assert [(one["owner"], one["name"], one["score_before"], one["score"]) for one in overview["worse"]] == [
        ("harbour", "tidemark", 84, 78)
    ]
    assert overview["better"] == []
    assert overview["actions"]
    assert {one["name"]: one["count"] for one in overview["owners"]} == {"harbour": 4, "kelp": 1}
    assert (kelp["total"], kelp["worse"]) == (1, [])


async def test_a_full_last_page_of_a_packages_users_leads_no_further(world: World) -> None:
    rows = [{"repository_id": id_, "ecosystem": "npm", "name": "left-pad"} for id_ in (PUBLIC, PRIVATE)]
    async with world.web.db.write() as session:
        await session.execute(insert(RepositoryPackageRow), [row | {"scope": "runtime"} for row in rows])
    async with world.api() as api:
        first = await api.get("/api/dependencies/npm/left-pad?limit=1")
        second = await api.get(first.links["next"]["url"])
        both = await api.get("/api/dependencies/npm/left-pad?limit=2")
    assert [(use["name"], use["is_private"], use["grade"]) for use in second.json()["uses"]] == [("ledger", True, "E")]
    assert "next" not in second.links
    assert "next" not in both.links
