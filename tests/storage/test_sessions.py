"""Sessions: whom a cookie stands for, until when, and what that person may see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.storage import sessions
from bot.storage.database import Database
from bot.storage.sessions import WebSession
from tests.storage.samples import NOW

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


def browser(secret: str, user_id: int = 1, hours: int = 24) -> WebSession:
    return WebSession(
        digest=sessions.digest_of(secret),
        role="user",
        user_id=user_id,
        login="ada",
        token_sealed="sealed",
        created_at=NOW,
        expires_at=NOW + timedelta(hours=hours),
        checked_at=None,
    )


async def test_a_cookie_is_known_until_its_session_is_over(database: Database) -> None:
    kept = browser("secret")
    async with database.write() as session:
        await sessions.add(session, kept)
        assert await sessions.find(session, kept.digest, NOW) == kept
        assert await sessions.find(session, kept.digest, kept.expires_at) is None
        assert await sessions.find(session, "secret", NOW) is None, "the secret itself is not stored"


async def test_signing_in_forgets_sessions_that_are_over(database: Database) -> None:
    over, fresh = browser("over", hours=-1), browser("fresh")
    async with database.write() as session:
        await sessions.add(session, over)
        await sessions.add(session, fresh)
        long_ago = NOW - DAY
        assert await sessions.find(session, over.digest, long_ago) is None
        assert await sessions.find(session, fresh.digest, long_ago) is not None


async def test_signing_out_ends_one_browser(database: Database) -> None:
    here, there = browser("here"), browser("there")
    async with database.write() as session:
        for one in (here, there):
            await sessions.add(session, one)
        await sessions.remove(session, here.digest)
        assert await sessions.find(session, here.digest, NOW) is None
        assert await sessions.find(session, there.digest, NOW) is not None


async def test_what_may_be_seen_is_replaced_not_added_to(database: Database) -> None:
    async with database.write() as session:
        await sessions.add(session, browser("secret"))
        await sessions.keep_access(
            session, 1, repositories={42: "admin", 43: "read"}, installations={7: True}, checked_at=NOW
        )
        assert [await sessions.permission(session, 1, one) for one in (42, 43, 44)] == ["admin", "read", ""]
        assert await sessions.administers(session, 1)
        assert await sessions.permission(session, 2, 42) == ""
        later = NOW + DAY
        await sessions.keep_access(session, 1, repositories={43: "write"}, installations={7: False}, checked_at=later)
        assert [await sessions.permission(session, 1, one) for one in (42, 43)] == ["", "write"]
        assert not await sessions.administers(session, 1)
        found = await sessions.find(session, sessions.digest_of("secret"), NOW)
        assert found is not None
        assert found.checked_at == later
