"""The minute of a token in the database: what is taken adds up, a new minute begins at nothing."""

from __future__ import annotations

import asyncio

import pytest

from bot.storage import rates
from bot.storage.database import Database

pytestmark = pytest.mark.anyio


async def test_what_is_taken_adds_up_until_the_next_minute(database: Database) -> None:
    async with database.write() as session:
        assert [await rates.take(session, "a", minute, 5) for minute in (7, 7, 8, 8)] == [5, 10, 5, 10]
        assert await rates.take(session, "b", 8, 1) == 1
        assert await rates.take(session, "a", 7, 5) == 15, "a clock that is behind takes of the running minute"
        assert await rates.take(session, "a", 8, 5) == 20


async def test_nothing_is_counted_twice_or_lost_at_the_same_time(database: Database) -> None:
    async def once() -> int:
        async with database.write() as session:
            return await rates.take(session, "a", 7, 1)

    assert sorted(await asyncio.gather(*(once() for _ in range(8)))) == list(range(1, 9))
