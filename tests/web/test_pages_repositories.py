"""The list of repositories and its export."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.web.world import PRIVATE, World

pytestmark = pytest.mark.anyio


async def test_the_export_is_exactly_what_the_filter_shows(world: World) -> None:
    async with world.operator() as client:
        for query in ("", "?status=stale", "?language=Python&sort=name", "?q=dr"):
            rows = list(csv.DictReader(io.StringIO((await client.get(f"/repos.csv{query}")).text)))
            found = (await client.get(f"/repos.json{query}")).json()["repositories"]
            page = (await client.get(f"/repos{query}")).text
            shown = re.findall(r'<a href="/repos/(\w+/\w+)"><span', page)
            assert [f"{row['owner']}/{row['name']}" for row in rows] == shown
            assert [f"{row['owner']}/{row['name']}" for row in found] == shown


async def test_a_spreadsheet_runs_nothing_of_an_export(world: World) -> None:
    from sqlalchemy import update

    from bot.storage.tables import RepositoryRow

    async with world.web.db.write() as session:
        await session.execute(
            update(RepositoryRow).where(RepositoryRow.id == PRIVATE).values(summary='=cmd|" /C calc"!A0')
        )
    async with world.operator() as client:
        assert "'=cmd" in (await client.get("/repos.csv")).text
