"""Facts of GitHub that a batch has read, kept for the refreshes that follow."""

from __future__ import annotations

import pytest

from bot.model.snapshot import LanguageBytes, RepositoryFacts
from bot.storage import facts, installations, repositories
from bot.storage.database import Database, Session
from tests.storage.samples import NOW, installation, later, repository

pytestmark = pytest.mark.anyio


async def seed(session: Session) -> None:
    await installations.upsert(session, installation(), now=NOW)
    await repositories.upsert_many(session, 7, [repository(), repository(43, "world")], now=NOW)


class TestFacts:
    async def test_they_come_back_as_they_were_while_they_are_fresh(self, database: Database) -> None:
        whole = RepositoryFacts(
            id=42,
            owner="octo",
            name="hello",
            head_sha="a" * 40,
            languages=(LanguageBytes(name="Python", size_bytes=5),),
            fetched_at=NOW,
        )
        unknown = RepositoryFacts(id=99, owner="octo", name="gone")
        async with database.write() as session:
            await seed(session)
            await facts.put_many(session, [whole, unknown], api_requests=0.02, now=NOW)
            await facts.put_many(session, [], api_requests=0, now=NOW)
            found = await facts.get(session, 42, not_before=NOW, head_sha="a" * 40)
            assert found is not None
            assert (found.facts, found.api_requests, found.fetched_at) == (whole, 0.02, NOW)
            assert await facts.get(session, 42, not_before=later(1)) is None
            assert await facts.get(session, 42, not_before=NOW, head_sha="b" * 40) is None
            assert await facts.get(session, 99, not_before=NOW) is None
            await facts.put_many(session, [whole], api_requests=1, now=later(5))
            newer = await facts.get(session, 42, not_before=later(5))
            assert newer is not None
            assert newer.api_requests == 1
            assert await facts.prune(session, older_than=later(6)) == 1
