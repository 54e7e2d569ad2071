"""Badges: what they say, who gets them, how long they are kept."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import httpx
import pytest

from bot.storage.views_repositories import RepositoryItem
from bot.web.badges import badge_path, draw, message_of
from tests.web.world import PRIVATE, World

pytestmark = pytest.mark.anyio


def text_of(answer: httpx.Response) -> str:
    """The badge in words."""
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    return ElementTree.fromstring(answer.text).attrib["aria-label"]


CASES = {
    "/badge/harbour/tidemark.svg": "radar score: 78 / 100",
    "/badge/HARBOUR/TideMark.svg": "radar score: 78 / 100",
    "/badge/harbour/tidemark.svg?kind=grade": "radar grade: C",
    "/badge/harbour/tidemark.svg?kind=status": "status: active",
    "/badge/harbour/tidemark.svg?kind=languages": "language: Python",
    "/badge/harbour/tidemark.svg?kind=licence": "licence: MIT",
    "/badge/harbour/tidemark.svg?kind=colour": "radar score: 78 / 100",
    "/badge/harbour/newborn.svg": "radar score: no report",
    "/badge/harbour/nowhere.svg": "radar score: unknown",
    "/badge/harbour/ledger.svg": "radar score: unknown",
    "/badge/harbour/ledger.svg?key=wrong": "radar score: unknown",
    "/badge/harbour/ledger.svg?key=é": "radar score: unknown",
}


@pytest.mark.parametrize("path", CASES)
async def test_a_badge_says(world: World, path: str) -> None:
    async with world.client() as client:
        assert text_of(await client.get(path)) == CASES[path]


async def test_the_link_of_the_report_page_opens_a_private_badge_and_no_other(world: World) -> None:
    async with world.operator() as client:
        page = (await client.get("/repos/harbour/ledger")).text
    (link, *_) = [part for part in page.split('"') if part.startswith("/badge/harbour/ledger.svg?key=")]
    async with world.client() as stranger:
        assert text_of(await stranger.get(link)) == "radar score: 43 / 100"
        other = link.replace("harbour/ledger", "kelp/vault")
        assert text_of(await stranger.get(other)) == "radar score: unknown"


async def test_a_badge_is_kept_for_minutes_and_asked_for_by_etag(world: World) -> None:
    async with world.client() as client:
        answer = await client.get("/badge/harbour/tidemark.svg")
        assert "max-age=300" in answer.headers["cache-control"]
        again = await client.get("/badge/harbour/tidemark.svg", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_shields_io_reads_the_same(world: World) -> None:
    async with world.client() as client:
        answer = (await client.get("/badge/harbour/tidemark.json?kind=grade")).json()
    assert answer == {
        "schemaVersion": 1,
        "label": "radar grade",
        "message": "C",
        "color": "#a16207",
        "cacheSeconds": 300,
    }


async def test_a_report_on_its_way_is_pending(world: World) -> None:
    async with world.api() as api:
        await api.post("/api/repos/harbour/newborn/intelligence")
        assert text_of(await api.get("/badge/harbour/newborn.svg")) == "radar score: pending"


def test_names_of_a_repository_stay_text() -> None:
    drawn = draw("language", '"><script>alert(1)</script>', "#fff")
    assert "<script>" not in drawn
    ElementTree.fromstring(drawn)


async def test_a_public_badges_path_needs_no_key(world: World) -> None:
    async with world.web.db.read() as session:
        from bot.storage.views_repositories import find_repository
        from bot.storage.views_scope import EVERYTHING

        found = await find_repository(session, EVERYTHING, "harbour", "tidemark")
        ledger = await find_repository(session, EVERYTHING, "harbour", "ledger")
    assert isinstance(found, RepositoryItem)
    assert isinstance(ledger, RepositoryItem)
    assert badge_path(world.web, found, "score") == "/badge/harbour/tidemark.svg"
    assert "key=" in badge_path(world.web, ledger, "grade", "json")
    assert message_of(ledger, "status")[0] == "stale"
    assert ledger.id == PRIVATE
