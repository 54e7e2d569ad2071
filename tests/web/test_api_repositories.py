"""The API of repositories: the newest report, every page of the list, two reports compared."""

from __future__ import annotations

import msgspec
import pytest

from bot.model.report import decode_report
from tests.web.world import World

pytestmark = pytest.mark.anyio


async def test_the_newest_report_comes_with_how_its_refresh_stands(world: World) -> None:
    async with world.api() as api:
        answer = (await api.get("/api/repos/harbour/tidemark/intelligence")).json()
    assert (answer["status"], answer["error"], answer["score"]) == ("completed", None, 78)
    assert answer["head_sha"] == answer["report"]["repository"]["head_sha"]
    assert answer["report"]["status"] == "active"
    decode_report(msgspec.json.encode(answer["report"]))


@pytest.mark.parametrize("sort", ["-score", "score", "name", "-name", "-pushed", "pushed", "-reported", "reported"])
async def test_following_the_links_gives_every_repository_once(world: World, sort: str) -> None:
    async with world.api() as api:
        whole = (await api.get(f"/api/repos?sort={sort}")).json()
        pages = []
        url = f"/api/repos?sort={sort}&limit=2"
        while url:
            answer = await api.get(url)
            pages += [found["id"] for found in answer.json()["repositories"]]
            url = answer.links.get("next", {}).get("url", "")
    assert pages == [found["id"] for found in whole["repositories"]]
    assert len(pages) == len(set(pages)) == whole["count"] == 5


async def test_two_reports_are_compared(world: World) -> None:
    async with world.api() as api:
        ids = [item["id"] for item in (await api.get("/api/repos/harbour/tidemark/history")).json()["reports"]]
        answer = (await api.get(f"/api/repos/harbour/tidemark/compare?before={ids[2]}&after={ids[0]}")).json()
    assert (answer["score_before"], answer["score_after"]) == (71, 78)
