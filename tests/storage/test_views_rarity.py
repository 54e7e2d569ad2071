"""How many rows share a value: counted up to a bound on SQLite, estimated from statistics on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text

from bot.storage import installations
from bot.storage.database import Database
from bot.storage.tables import RepositoryRow, RepositoryTechnologyRow
from bot.storage.views_rarity import about
from tests.storage.samples import NOW, installation

pytestmark = pytest.mark.anyio
COUNT = 900


async def fill(database: Database) -> None:
    """Every repository uses React, every hundredth Vue."""
    numbers = range(1, COUNT + 1)
    shared = {"installation_id": 7, "owner": "octo", "created_at": NOW, "updated_at": NOW}
    rows = [{"id": n, "name": f"r{n}", "full_name_lower": f"octo/r{n}", **shared} for n in numbers]
    uses = [{"repository_id": n, "name": "React", "category": "ui"} for n in numbers]
    uses += [{"repository_id": n, "name": "Vue", "category": "ui"} for n in numbers if n % 100 == 0]
    async with database.write() as session:
        await installations.upsert(session, installation(7, "octo"), now=NOW)
        await session.execute(insert(RepositoryRow), rows)
        await session.execute(insert(RepositoryTechnologyRow), uses)
        await session.execute(text("ANALYZE"))


async def test_what_is_common_is_told_from_what_is_rare(database: Database) -> None:
    await fill(database)
    name = RepositoryTechnologyRow.name
    async with database.read() as session:
        assert await about(session, name, "React", at_most=5_000) == COUNT
        assert await about(session, name, "Vue", at_most=5_000) == 9
        assert await about(session, name, "o'Nobody; --", at_most=5_000) < 9


async def test_sqlite_counts_no_further_than_asked(database: Database) -> None:
    await fill(database)
    async with database.read() as session:
        found = await about(session, RepositoryTechnologyRow.name, "React", at_most=20)
    assert found == (20 if database.dialect == "sqlite" else COUNT)


async def test_a_table_without_statistics_has_an_estimate(database: Database) -> None:
    async with database.read() as session:
        assert await about(session, RepositoryTechnologyRow.repository_id, 7, at_most=20) >= 0
