"""A token has a rate."""

from __future__ import annotations

import pytest

from tests.web.world import World

pytestmark = pytest.mark.anyio


async def test_a_token_has_a_rate(world: World) -> None:
    world.web.settings = world.web.settings.model_copy(update={"radar_api_per_minute": 3})
    async with world.api() as api:
        answers = [await api.get("/api/repos") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert int(answers[3].headers["retry-after"]) > 0
    assert answers[3].headers["content-type"] == "application/problem+json"
