"""Webhooks of ours, made and removed by the API."""

from __future__ import annotations

import pytest

from bot.storage import tokens
from tests.web.world import HARBOUR, KELP, NOW, World

pytestmark = pytest.mark.anyio


async def test_a_webhook_of_ours_by_the_api(world: World) -> None:
    world.web.settings = world.web.settings.model_copy(update={"radar_private_webhooks": True})
    async with world.web.db.write() as session:
        _, secret = await tokens.create(
            session, name="t", scope="write", installation_id=KELP, created_by="test", now=NOW
        )
    url = {"url": "http://127.0.0.1:9/hook"}
    async with world.api() as api, world.api(secret) as kelp:
        made = await api.post("/api/webhooks", json=url)
        assert made.status_code == 201
        assert made.json()["secret"]
        assert made.json()["webhook"]["installation_id"] is None
        assert (await kelp.get("/api/webhooks")).json() == {"webhooks": []}
        assert (await kelp.post("/api/webhooks", json={**url, "installation_id": HARBOUR})).status_code == 404
        own = (await kelp.post("/api/webhooks", json=url)).json()["webhook"]
        assert own["installation_id"] == KELP
        assert "secret" not in (await kelp.get("/api/webhooks")).text
        assert (await kelp.post(f"/api/webhooks/{made.json()['webhook']['id']}/remove")).status_code == 404
        assert (await kelp.post(f"/api/webhooks/{own['id']}/remove")).json() == {"ok": True}
    world.web.settings = world.web.settings.model_copy(update={"radar_private_webhooks": False})
    async with world.api() as api:
        assert (await api.post("/api/webhooks", json=url)).status_code == 400
