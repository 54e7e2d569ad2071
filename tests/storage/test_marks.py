"""Named marks of background jobs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.storage import marks
from bot.storage.database import Database
from tests.storage.samples import NOW, later

pytestmark = pytest.mark.anyio


async def test_a_mark_is_what_was_put_last(database: Database) -> None:
    async with database.write() as session:
        assert await marks.get(session, "cursor") is None
        await marks.put(session, "cursor", "1", now=NOW)
        await marks.put(session, "cursor", "2", now=later(1))
        found = await marks.get(session, "cursor")
        assert found is not None
        assert (found.value, found.updated_at) == ("2", later(1))


async def test_a_mark_is_held_by_one(database: Database) -> None:
    lease = timedelta(seconds=60)

    async def claim(holder: str, seconds: float) -> bool:
        async with database.write() as session:
            return await marks.claim(session, "turn", holder, now=later(seconds), lease=lease)

    async def release(holder: str) -> None:
        async with database.write() as session:
            await marks.release(session, "turn", holder)

    assert [await claim("a", 0), await claim("b", 1), await claim("a", 30)] == [True, False, True]
    assert [await claim("b", 61), await claim("b", 91), await claim("a", 92)] == [False, True, False]
    await release("a")
    assert not await claim("a", 93), "it was not a's to give"
    await release("b")
    assert await claim("a", 93)
