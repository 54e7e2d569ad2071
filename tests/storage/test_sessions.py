"""Sessions: whom a cookie stands for, until when, and what that person may see."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

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
        access = await sessions.keep_access(
            session, 1, repositories={43: "write"}, installations={7: False}, checked_at=later
        )
        assert [await sessions.permission(session, 1, one) for one in (42, 43)] == ["", "write"]
        assert not await sessions.administers(session, 1)
        found = await sessions.find(session, sessions.digest_of("secret"), NOW)
        assert found is not None
        assert (found.checked_at, found.access) == (later, access)


async def test_only_what_changed_is_written(database: Database) -> None:
    many = dict.fromkeys(range(100, 160), "read")
    async with database.write() as session:
        await sessions.keep_access(session, 1, repositories=many, installations={7: True, 8: False}, checked_at=NOW)
        written: list[tuple[str, int]] = []

        def remember(*call: Any) -> None:
            verb, values, is_many = call[2].split()[0], call[3], call[5]
            if ("user_repositories" in call[2] or "user_installations" in call[2]) and verb != "SELECT":
                written.append((verb, len(values) if is_many else 1))

        event.listen(session.get_bind(), "before_cursor_execute", remember)
        await sessions.keep_access(session, 1, repositories=many, installations={7: True, 8: False}, checked_at=NOW)
        assert written == []
        changed = {**many, 101: "write", 900: "admin"}
        del changed[102]
        await sessions.keep_access(session, 1, repositories=changed, installations={8: True}, checked_at=NOW)
        assert written == [("DELETE", 1), ("INSERT", 2), ("DELETE", 1), ("INSERT", 1)]
        seen = {one: await sessions.permission(session, 1, one) for one in (100, 101, 102, 900)}
        assert seen == {100: "read", 101: "write", 102: "", 900: "admin"}


async def test_a_person_may_sign_in_twice_at_once(database: Database) -> None:
    """Two browsers, or two processes that ask GitHub again: both write the same rows."""
    seen = dict.fromkeys(range(100, 160), "read")

    async def sign_in() -> None:
        async with database.write() as session:
            await sessions.keep_access(session, 1, repositories=seen, installations={7: True}, checked_at=NOW)

    await asyncio.gather(*(sign_in() for _ in range(4)))
    async with database.read() as session:
        assert await sessions.permission(session, 1, 159) == "read"
        assert await sessions.administers(session, 1)
