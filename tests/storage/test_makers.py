"""Tokens and webhooks stand as long as who made them administers the installation and is heard of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.storage import installations, sessions, subscriptions, tokens
from bot.storage.database import Database
from bot.storage.makers import HEARD_FOR
from tests.storage.samples import NOW, installation

pytestmark = pytest.mark.anyio
ADA = 5

CASES: dict[str, tuple[dict[int, bool] | None, timedelta, bool]] = {
    "an administrator": ({7: True}, timedelta(), True),
    "a member by now": ({7: False}, timedelta(), False),
    "of another account only": ({8: True}, timedelta(), False),
    "revoked": (None, timedelta(), False),
    "heard of a while ago": ({7: True}, HEARD_FOR - timedelta(minutes=1), True),
    "not heard of for long": ({7: True}, HEARD_FOR + timedelta(minutes=1), False),
}


@pytest.mark.parametrize("case", CASES)
async def test_who_made_it_vouches_for_it(database: Database, case: str) -> None:
    roles, later, expected = CASES[case]
    async with database.write() as session:
        for number in (7, 8):
            await installations.upsert(session, installation(number, f"octo{number}"), now=NOW)
        before = NOW - timedelta(days=90)
        made, _ = await tokens.create(
            session, name="t", scope="read", installation_id=7, created_by="ada", user_id=ADA, now=before
        )
        operators, _ = await tokens.create(
            session, name="o", scope="read", installation_id=7, created_by="operator", now=before
        )
        hook = await subscriptions.add(
            session, installation_id=7, url="https://x", secret_sealed="s", user_id=ADA, now=before
        )
        own = await subscriptions.add(session, installation_id=7, url="https://y", secret_sealed="s", now=before)
        await sessions.keep_access(session, ADA, repositories={}, installations=roles or {}, checked_at=NOW)
        if roles is None:
            await sessions.remove_user(session, ADA)
        now = NOW + later
        assert await tokens.is_vouched(session, made.id, now) is expected
        assert await tokens.is_vouched(session, operators.id, now) is True
        wanting = [one.id for one in await subscriptions.wanting(session, 7, now)]
        assert wanting == ([hook.id, own.id] if expected else [own.id])
