"""Settings: tokens and webhooks, made and kept."""

from __future__ import annotations

import re

import pytest

from bot.storage import subscriptions, tokens
from bot.storage.sealed import unseal
from tests.web.test_access import form_token
from tests.web.world import NOW, World

pytestmark = pytest.mark.anyio


async def test_a_made_token_is_shown_once_and_works(world: World) -> None:
    async with world.operator() as client:
        data = {"form_token": await form_token(client), "name": "ci", "scope": "write", "installation": "11"}
        page = (await client.post("/settings/tokens", data=data)).text
        (secret,) = re.findall(r'value="(radar_[\w-]+)"', page)
        assert secret not in (await client.get("/settings")).text
        async with world.api(secret) as api:
            assert (await api.post("/api/repos/harbour/tidemark/intelligence")).status_code == 202
        async with world.web.db.read() as session:
            (kept,) = await tokens.list_all(session)
        await client.post(f"/settings/tokens/{kept.id}/revoke", data=data)
        async with world.api(secret) as api:
            assert (await api.get("/api/repos")).status_code == 401


async def test_a_webhook_of_ours_is_kept_with_a_sealed_secret(world: World) -> None:
    world.web.settings = world.web.settings.model_copy(update={"radar_private_webhooks": True})
    async with world.operator() as client:
        data = {
            "form_token": await form_token(client),
            "url": "http://127.0.0.1:9/hook",
            "secret": "s3cret",
            "installation": "11",
        }
        assert "s3cret" in (await client.post("/settings/webhooks", data=data)).text
        assert "s3cret" not in (await client.get("/settings")).text
    async with world.web.db.read() as session:
        (kept,) = await subscriptions.wanting(session, 11, NOW)
        assert await subscriptions.wanting(session, 12, NOW) == []
    assert "s3cret" not in kept.secret_sealed
    assert unseal(kept.secret_sealed, "a key for these tests") == "s3cret"


async def test_a_webhook_into_our_own_network_is_refused(world: World) -> None:
    async with world.operator() as client:
        token = await form_token(client)
        for url in ("https://127.0.0.1/", "http://example.org/", "https://localhost/"):
            answer = await client.post("/settings/webhooks", data={"form_token": token, "url": url})
            assert answer.status_code == 400
    async with world.web.db.read() as session:
        assert await subscriptions.list_all(session) == []
