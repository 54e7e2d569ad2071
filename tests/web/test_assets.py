"""Static files under their version."""

from __future__ import annotations

import re

import pytest

from tests.web.world import World

pytestmark = pytest.mark.anyio


async def test_static_files_are_kept_for_a_year_under_their_version(world: World) -> None:
    async with world.client() as client:
        page = (await client.get("/")).text
        (sheet,) = re.findall(r'href="(/static/radar\.css\?v=\w+)"', page)
        assert "immutable" in (await client.get(sheet)).headers["cache-control"]
        assert "immutable" not in (await client.get("/static/radar.css?v=old")).headers["cache-control"]
        assert (await client.get("/static/../config.py")).status_code == 404
