"""What is in use across repositories: narrowed, and for those only who may see its users."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from bot.storage.tables import RepositoryPackageRow, RepositoryTechnologyRow
from tests.web.world import OTHER_PRIVATE, PRIVATE, PUBLIC, READER_ID, World

pytestmark = pytest.mark.anyio


async def _use(world: World, *repository_ids: int) -> None:
    async with world.web.db.write() as session:
        await session.execute(
            insert(RepositoryTechnologyRow),
            [{"repository_id": id_, "name": "Nim <3", "category": "framework"} for id_ in repository_ids],
        )
        await session.execute(
            insert(RepositoryPackageRow),
            [
                {
                    "repository_id": id_,
                    "ecosystem": "npm",
                    "name": "@kelp/secret",
                    "scope": "runtime",
                    "requirement": "^1",
                }
                for id_ in repository_ids
            ],
        )


@pytest.mark.parametrize("address", ["/technologies/Nim%20%3C3", "/dependencies/npm/@kelp/secret"])
async def test_what_only_unseen_repositories_use_does_not_exist(world: World, address: str) -> None:
    await _use(world, PRIVATE, OTHER_PRIVATE)
    async with world.client() as stranger:
        assert (await stranger.get(address)).status_code == 404
    async with world.person(READER_ID) as reader:
        text = (await reader.get(address)).text
    assert "ledger" in text
    assert "vault" not in text


@pytest.mark.parametrize("address", ["/technologies/Nim%20%3C3", "/dependencies/npm/@kelp/secret"])
async def test_its_users_are_listed_and_names_stay_text(world: World, address: str) -> None:
    await _use(world, PUBLIC)
    async with world.client() as stranger:
        text = (await stranger.get(address)).text
    assert "tidemark" in text
    assert "Nim <3" not in text


@pytest.mark.parametrize(("wanted", "found"), [("@kelp/", True), ("kelp", False), ("%00", True), ("x" * 999, False)])
async def test_packages_are_searched_by_the_beginning_of_their_name(world: World, wanted: str, found: bool) -> None:
    await _use(world, PUBLIC)
    async with world.client() as stranger:
        answer = await stranger.get(f"/dependencies?q={wanted}")
    assert answer.status_code == 200
    assert ("@kelp/secret" in answer.text) is found


async def test_technologies_are_narrowed_in_any_case(world: World) -> None:
    await _use(world, PUBLIC)
    async with world.client() as stranger:
        assert "Nim" in (await stranger.get("/technologies?q=NIM")).text
        assert "Nim &lt;3" not in (await stranger.get("/technologies?q=nothing-like-it")).text


async def test_a_full_last_page_leads_no_further(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.pages_usage.PAGE", 2)
    await _use(world, PUBLIC, PRIVATE)
    async with world.operator() as operator:
        assert "Next page" not in (await operator.get("/dependencies/npm/@kelp/secret")).text
        await _use(world, OTHER_PRIVATE)
        first = (await operator.get("/dependencies/npm/@kelp/secret")).text
    assert "Next page" in first
