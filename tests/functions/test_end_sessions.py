"""end-sessions: who took back the sign-in is signed out everywhere, and nobody else is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.functions.end_sessions import sign_out
from bot.storage import sessions
from bot.storage.sessions import WebSession
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio

BROWSERS = {"ada at home": 1, "ada at work": 1, "grace": 2}


async def signed_in(world: World) -> None:
    """Three browsers of two people, who may each see one repository."""
    async with world.bot.database.write() as session:
        for browser, user_id in BROWSERS.items():
            await sessions.add(
                session,
                WebSession(
                    digest=sessions.digest_of(browser),
                    role="user",
                    user_id=user_id,
                    login=browser.split()[0],
                    token_sealed="",
                    created_at=world.now,
                    expires_at=world.now + timedelta(days=1),
                    checked_at=None,
                ),
            )
        for user_id in (1, 2):
            await sessions.keep_access(
                session, user_id, repositories={42: "read"}, installations={7: True}, checked_at=world.now
            )


async def test_one_person_is_signed_out_everywhere(world: World) -> None:
    await signed_in(world)
    for _ in range(2):  # a step may run twice
        await sign_out(world.deps, 1)
    async with world.bot.database.read() as session:
        left = [
            browser
            for browser in BROWSERS
            if await sessions.find(session, sessions.digest_of(browser), world.now) is not None
        ]
        assert left == ["grace"]
        assert [await sessions.permission(session, user_id, 42) for user_id in (1, 2)] == ["", "read"]
        assert [await sessions.administers(session, user_id) for user_id in (1, 2)] == [False, True]
