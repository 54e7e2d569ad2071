"""Error pages."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from tests.web.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/repos/nobody/nothing", "/nowhere", "/repos/a/b/c/d"])
async def test_who_is_signed_in_stays_so_on_an_error_page(world: World, path: str) -> None:
    async with world.operator() as client:
        answer = await client.get(path)
        assert answer.status_code == 404
        assert "Sign out" in answer.text
        assert "Sign in" not in answer.text
        assert 'href="/deliveries"' in answer.text
    async with world.client() as client:
        assert f'href="/sign-in?next={quote(path, safe="")}"' in (await client.get(path)).text


async def test_an_unknown_address_of_the_api_is_a_problem(world: World) -> None:
    async with world.client() as client:
        answer = await client.get("/api/nowhere", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.json()["status"] == 404
    assert answer.json()["detail"] == "There is nothing at this address. `/api` lists what there is."


async def test_our_own_fault_is_a_page_without_its_inside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr("bot.web.pages_usage.technology_users", broken)
    transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://radar.test") as client:
        answer = await client.get(
            "/technologies/NumPy", headers={"accept": "text/html", "x-request-id": "the-id-of-this"}
        )
    assert answer.status_code == 500
    assert "the inside" not in answer.text
    assert "Our fault" in answer.text
    assert "<code>the-id-of-this</code>" in answer.text, "what is found in the log by it can be told"
