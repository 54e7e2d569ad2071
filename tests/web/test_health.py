"""Readiness tells which part is down."""

from __future__ import annotations

import pytest

from bot.web.health import readiness
from tests.web.world import World

pytestmark = pytest.mark.anyio


async def test_readiness_tells_which_part_is_down(world: World) -> None:
    from bot.web.deps import PartStatus

    async def parts() -> list[PartStatus]:
        return [PartStatus("engine", ok=False, detail="the journal is locked")]

    world.web.parts = parts
    async with world.client() as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["engine"] == {"ok": False, "detail": "the journal is locked"}
        assert (await client.get("/healthz")).status_code == 200
        metrics = (await client.get("/metrics")).text
    assert 'radar_deliveries{state="ignored"} 1.0' in metrics
    assert [part.name for part in await readiness(world.web)] == ["database", "engine"]
