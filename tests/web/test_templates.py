"""What others wrote stays text on every page, and no page needs an exception from the policy."""

from __future__ import annotations

import re

import pytest

from tests.web.world import World

pytestmark = pytest.mark.anyio


async def test_what_others_wrote_stays_text_on_every_page(world: World) -> None:
    from sqlalchemy import update

    from bot.storage.tables import DeliveryRow, RepositoryRow

    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    async with world.web.db.write() as session:
        await session.execute(
            update(RepositoryRow).values(description=evil, summary=evil, refresh_error=evil, language=evil)
        )
        await session.execute(
            update(DeliveryRow).values(sender=evil, reason=evil, action=evil, repository_full_name=evil)
        )
    async with world.operator() as client:
        for path in (
            "/",
            "/repos",
            "/repos/harbour/driftwood",
            "/deliveries",
            "/deliveries/guid-0",
            f"/repos?q={evil}",
        ):
            page = (await client.get(path)).text
            assert "<script>alert" not in page, path
            assert "<img src=x" not in page, path


async def test_no_page_needs_an_exception_from_the_policy(world: World) -> None:
    async with world.operator() as client:
        for path in (
            "/",
            "/repos",
            "/repos/harbour/tidemark",
            "/batches/batch-1",
            "/deliveries",
            "/settings",
            "/setup",
            "/api",
        ):
            answer = await client.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert not re.search(r"\sstyle=|<style|\son\w+=\"|<script(?! src=\"/static/)", answer.text), path
            assert not re.search(r'(?:src|href)="//', answer.text), path
            assert len(answer.content) < 100_000
