"""A slash too many: led to the page by a path, whatever Host was sent, and never to another host."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.slashes import lead_slashes_home
from tests.web.world import World

pytestmark = pytest.mark.anyio

LED = {
    "a page": ("/repos/", "/repos"),
    "with a query": ("/repos/?q=a%20b&after=1", "/repos?q=a%20b&after=1"),
    "several slashes": ("/batches///", "/batches"),
    "a name that is quoted": ("/repos/harbour/t%C3%AFde/", "/repos/harbour/t%C3%AFde"),
    "the API": ("/api/repos/", "/api/repos"),
}


@pytest.mark.parametrize("case", LED)
async def test_it_is_led_to_the_page(world: World, case: str) -> None:
    path, target = LED[case]
    lies = {"host": "thief.example", "x-forwarded-host": "thief.example", "x-forwarded-proto": "gopher"}
    async with world.client() as client:
        answer = await client.get(path, headers=lies)
    assert (answer.status_code, answer.headers["location"]) == (307, target)


@pytest.mark.parametrize(
    "path", ["/nowhere/", "//thief.example/", "/%2Fthief.example/", "//thief.example/repos/", "/%5Cthief.example/"]
)
async def test_what_is_no_page_leads_nowhere(world: World, path: str) -> None:
    async with world.client() as client:
        answer = await client.get(f"http://radar.test{path}")
    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["//thief.example/", "///thief.example/x/"])
async def test_where_any_path_is_a_page_none_is_taken_for_a_host(path: str) -> None:
    async def anything(_request: Request) -> Response:
        return Response()

    app = Starlette(routes=[Route("/{rest:path}e", anything), Route("/{rest:path}x", anything)])
    lead_slashes_home(app.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://radar.test") as client:
        answer = await client.get(f"http://radar.test{path}")
    assert (answer.status_code, "location" in answer.headers) == (404, False)
