"""Signing in with GitHub: state, PKCE, and where one lands afterwards."""

from __future__ import annotations

import base64
import hashlib
import re

import httpx
import pytest

from tests.web.world import READER_ID, World

pytestmark = pytest.mark.anyio


async def begin(client: httpx.AsyncClient, target: str = "/repos") -> httpx.QueryParams:
    """What our sign-in asks of GitHub."""
    answer = await client.get("/sign-in/github", params={"next": target})
    assert answer.status_code == 303
    return httpx.URL(answer.headers["location"]).params


async def test_the_code_is_proven_to_be_ours(world: World) -> None:
    async with world.client() as client:
        asked = await begin(client)
        await client.get("/sign-in/github/callback", params={"state": asked["state"], "code": str(READER_ID)})
    verifier = world.sign_in.exchanged["code_verifier"].encode()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).decode().rstrip("=")
    assert challenge == asked["code_challenge"]
    assert world.sign_in.exchanged["redirect_uri"] == asked["to"] == "http://radar.test/sign-in/github/callback"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"state": "forged"}, 400),
        ({"state": ""}, 400),
        ({"state": "é"}, 400),
        ({"code": "999"}, 403),
        ({"code": None, "error": "access_denied"}, 403),
    ],
)
async def test_a_wrong_answer_signs_nobody_in(world: World, changes: dict[str, str | None], status: int) -> None:
    async with world.client() as client:
        asked = await begin(client)
        params = {"state": asked["state"], "code": str(READER_ID), **changes}
        given = {name: value for name, value in params.items() if value is not None}
        answer = await client.get("/sign-in/github/callback", params=given)
        assert answer.status_code == status
        assert "radar_session" not in client.cookies


async def test_another_browser_cannot_finish_a_sign_in(world: World) -> None:
    async with world.client() as client, world.client() as other:
        asked = await begin(client)
        answer = await other.get("/sign-in/github/callback", params={"state": asked["state"], "code": "3"})
    assert answer.status_code == 400


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", ""])
async def test_nobody_is_led_elsewhere_after_signing_in(world: World, target: str) -> None:
    async with world.client() as client:
        asked = await begin(client, target)
        params = {"state": asked["state"], "code": str(READER_ID)}
        assert (await client.get("/sign-in/github/callback", params=params)).headers["location"] == "/"
        link = {"token": world.web.operator_token, "next": target}
        assert (await client.get("/sign-in/operator", params=link)).headers["location"] == "/"


async def test_githubs_token_is_sealed_in_the_database(world: World) -> None:
    async with world.person(READER_ID):
        pass
    kept = b"".join(path.read_bytes() for path in world.web.env_path.parent.glob("radar.db*"))
    assert b"person-3" in kept
    assert b"ghu_" not in kept


async def test_a_stranger_is_led_to_the_sign_in_and_back(world: World) -> None:
    async with world.client() as client:
        answer = await client.get("/deliveries?state=failed")
    assert answer.headers["location"] == "/sign-in?next=%2Fdeliveries%3Fstate%3Dfailed"


async def test_without_oauth_the_page_says_what_is_missing(world: World) -> None:
    world.web.sign_in = None
    async with world.client() as client:
        assert "GITHUB_CLIENT_ID" in (await client.get("/sign-in")).text
        assert (await client.get("/sign-in/github")).status_code == 404


@pytest.mark.parametrize("path", ["/repos?q=tide&sort=name", "/repos/harbour/ledger", "/technologies/NumPy?after=WzFd"])
async def test_a_sign_in_leads_back_to_where_it_was_asked_for(world: World, path: str) -> None:
    async with world.client() as client:
        found = re.findall(r'href="(/sign-in[^"]*)"', (await client.get(path)).text)
        assert found
        for link in found:
            page = (await client.get(link.replace("&amp;", "&"))).text
            (way,) = re.findall(r'href="(/sign-in/github[^"]*)"', page)
            away = await client.get(way.replace("&amp;", "&"))
            state = httpx.URL(away.headers["location"]).params["state"]
            back = await client.get("/sign-in/github/callback", params={"state": state, "code": "3"})
            assert back.headers["location"] == path
