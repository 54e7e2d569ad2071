"""INSERT … ON CONFLICT means the same in either dialect."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.tables import MarkRow
from bot.storage.upsert import insert, told_before
from tests.storage.samples import NOW, later

pytestmark = pytest.mark.anyio


async def _value(database: Database) -> tuple[str, object]:
    async with database.read() as session:
        row = await session.get(MarkRow, "m")
        assert row is not None
        return row.value, row.updated_at


async def test_do_nothing_keeps_the_first(database: Database) -> None:
    async with database.write() as session:
        for value in ("first", "second"):
            statement = insert(session, MarkRow).values(name="m", value=value, updated_at=NOW)
            await session.execute(statement.on_conflict_do_nothing(index_elements=["name"]))
    assert await _value(database) == ("first", NOW)


async def test_do_update_takes_what_was_offered_where_the_condition_holds(database: Database) -> None:
    async with database.write() as session:
        for value, moment in (("first", later(5)), ("older", later(1)), ("newer", later(9))):
            statement = insert(session, MarkRow).values(name="m", value=value, updated_at=moment)
            offered = statement.excluded
            await session.execute(
                statement.on_conflict_do_update(
                    index_elements=["name"],
                    set_={"value": offered["value"], "updated_at": offered["updated_at"]},
                    where=MarkRow.updated_at <= offered["updated_at"],
                )
            )
    assert await _value(database) == ("newer", later(9))


@pytest.mark.parametrize(("asked_s", "is_before"), [(0, True), (-1, False), (-599, False), (-601, True), (1, True)])
async def test_who_asked_later_knows_better_unless_the_clock_was_wrong(
    database: Database, asked_s: float, is_before: bool
) -> None:
    async with database.write() as session:
        await session.execute(insert(session, MarkRow).values(name="m", value="v", updated_at=NOW))
        holds = select(MarkRow.name).where(told_before(MarkRow.updated_at, later(asked_s)))
        assert (await session.scalar(holds) is not None) is is_before
