"""How many rows a statement changed is how a transition knows that it made it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sqlalchemy import delete, select, update

from bot.storage import marks
from bot.storage.changed import changed
from bot.storage.database import Database
from bot.storage.tables import MarkRow
from tests.storage.samples import NOW

pytestmark = pytest.mark.anyio


async def test_rows_that_match_are_counted(database: Database) -> None:
    async with database.write() as session:
        for name in ("a", "b", "c"):
            await marks.put(session, name, "1", now=NOW)
        assert await changed(session, update(MarkRow).where(MarkRow.name.in_(["a", "b"])).values(value="2")) == 2
        assert await changed(session, update(MarkRow).where(MarkRow.name == "z").values(value="2")) == 0
        assert await changed(session, delete(MarkRow).where(MarkRow.value == "2")) == 2
        assert await changed(session, delete(MarkRow)) == 1


async def test_a_statement_that_reads_is_refused(database: Database) -> None:
    async with database.write() as session:
        with pytest.raises(TypeError, match="changes rows"):
            await changed(session, cast("Any", select(MarkRow)))


async def test_of_two_transitions_one_wins(database: Database) -> None:
    async with database.write() as session:
        await marks.put(session, "m", "open", now=NOW)
    won = []
    for _ in range(2):
        async with database.write() as session:
            statement = update(MarkRow).where(MarkRow.name == "m", MarkRow.value == "open").values(value="done")
            won.append(await changed(session, statement))
    assert won == [1, 0]
