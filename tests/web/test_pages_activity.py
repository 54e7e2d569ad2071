"""Runs as their page shows them."""

from __future__ import annotations

import pytest

from tests.web.test_access import form_token
from tests.web.world import World

pytestmark = pytest.mark.anyio


async def test_retrying_a_failed_run_refreshes_its_repository(world: World) -> None:
    async with world.operator() as client:
        answer = await client.post("/runs/run-failed/retry", data={"form_token": await form_token(client)})
        assert answer.headers["location"] == "/repos/harbour/driftwood"
        assert "A new analysis is" in (await client.get("/repos/harbour/driftwood")).text
