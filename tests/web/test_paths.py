"""NUL and endless numbers in addresses, forms and cursors: an answer for a person, and nothing for a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event
from starlette.routing import Route

from bot.web import cursors
from tests.web.test_access import form_token
from tests.web.world import NOW, World

pytestmark = pytest.mark.anyio

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@pytest.fixture
def _strict_database() -> Iterator[None]:
    """SQLite refuses what PostgreSQL refuses: texts with a NUL."""

    def look(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_more: Any) -> None:
        assert "\0" not in str(parameters).replace("\\x00", "\0"), "PostgreSQL takes no NUL"

    event.listen(Engine, "before_cursor_execute", look)
    yield
    event.remove(Engine, "before_cursor_execute", look)


def _routes(world: World) -> list[Route]:
    return [route for route in world.app.routes if isinstance(route, Route) and "events" not in route.path]


@pytest.mark.usefixtures("_strict_database")
async def test_at_a_path_with_a_nul_there_is_nothing(world: World) -> None:
    async with world.operator() as browser, world.api() as api:
        token = await form_token(browser)
        for route in _routes(world):
            client = api if route.path.startswith("/api/") else browser
            for name in PARAMETER.findall(route.path):
                path = PARAMETER.sub("1", re.sub(rf"\{{{name}(:\w+)?\}}", "a%00b", route.path))
                method = "POST" if "POST" in (route.methods or ()) else "GET"
                answer = await client.request(method, path, data={"form_token": token} if method == "POST" else None)
                assert answer.status_code == 404, path


@pytest.mark.usefixtures("_strict_database")
async def test_a_nul_in_a_query_is_left_out_or_told(world: World) -> None:
    asked = ("q", "owner", "state", "event", "repository", "function", "status", "technology", "check", "maintainer")
    async with world.operator() as browser, world.api() as api:
        for route in _routes(world):
            if "GET" not in (route.methods or ()) or "{" in route.path or "sign-in" in route.path:
                continue
            for name in asked:
                client = api if route.path.startswith("/api/") else browser
                answer = await client.get(f"{route.path}?{name}=%00")
                assert answer.status_code < 500, (route.path, name)
        assert len((await browser.get("/repos.json?q=tide%00mark")).json()["repositories"]) == 1


@pytest.mark.usefixtures("_strict_database")
@pytest.mark.parametrize(
    ("path", "name", "cursor"),
    [
        ("/repos?sort=name", "after", cursors.encode("name", "a\0", 1)),
        ("/batches?", "before", cursors.encode(NOW.isoformat(), "a\0")),
        ("/runs?", "before", cursors.encode(NOW.isoformat(), "\0")),
        ("/deliveries?", "before", cursors.encode(NOW.isoformat(), "\0")),
    ],
)
async def test_a_nul_in_a_cursor_is_a_slip(world: World, path: str, name: str, cursor: str) -> None:
    async with world.operator() as browser, world.api() as api:
        assert (await browser.get(f"{path}&{name}={cursor}")).status_code == 400
        assert (await api.get(f"/api{path}&cursor={cursor}")).status_code == 400


@pytest.mark.usefixtures("_strict_database")
@pytest.mark.parametrize("path", ["/batches", "/settings/tokens", "/settings/webhooks", "/setup/import"])
async def test_a_nul_in_a_form_is_a_slip(world: World, path: str) -> None:
    async with world.operator() as browser:
        token = await form_token(browser)
        for name in ("owner", "name", "url"):
            answer = await browser.post(path, data={"form_token": token, name: "a\0b"})
            assert answer.status_code == 400, name


@pytest.mark.parametrize("digits", ["9" * 18, "9" * 19, "9" * 5_000])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/repos/harbour/tidemark/reports/{}"),
        ("GET", "/repos/harbour/tidemark/dependencies?report={}"),
        ("GET", "/api/repos/harbour/tidemark/reports/{}"),
        ("POST", "/settings/tokens/{}/revoke"),
        ("POST", "/settings/webhooks/{}/remove"),
        ("POST", "/api/webhooks/{}/remove"),
    ],
)
async def test_a_number_beyond_every_id_is_of_nothing(world: World, method: str, path: str, digits: str) -> None:
    async with world.operator() as browser, world.api() as api:
        client, data = (api, None) if path.startswith("/api/") else (browser, {"form_token": await form_token(browser)})
        answer = await client.request(method, path.format(digits), data=data if method == "POST" else None)
    assert answer.status_code == (400 if "?" in path and len(digits) > 18 else 404)
