"""Named marks of background jobs."""

from __future__ import annotations

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
