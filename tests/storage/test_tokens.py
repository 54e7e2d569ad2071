"""API tokens: the secret is shown once and never kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.model.errors import UserError
from bot.storage import tokens
from bot.storage.database import Database
from bot.storage.tables import ApiTokenRow
from tests.storage.samples import NOW, later

pytestmark = pytest.mark.anyio


class TestTokens:
    async def test_the_secret_is_shown_once_and_never_kept(self, database: Database) -> None:
        async with database.write() as session:
            made, plain = await tokens.create(
                session, name="ci", scope="read", installation_id=7, created_by="octocat", now=NOW
            )
            kept = (await session.scalars(select(ApiTokenRow))).one()
            assert plain not in str(vars(kept))
            assert await tokens.find(session, plain) == made
            assert await tokens.find(session, plain + "x") is None
            assert await tokens.find(session, kept.digest) is None

    async def test_use_is_noted_to_the_minute_and_revoking_ends_it(self, database: Database) -> None:
        async with database.write() as session:
            made, plain = await tokens.create(
                session, name="ci", scope="write", installation_id=None, created_by="", now=NOW
            )
            assert await tokens.mark_used(session, made, now=later(1))
            used = await tokens.find(session, plain)
            assert used is not None
            assert not await tokens.mark_used(session, used, now=later(30))
            assert await tokens.mark_used(session, used, now=later(90))
            assert await tokens.revoke(session, made.id, now=later(99))
            assert not await tokens.revoke(session, made.id, now=later(99))
            assert await tokens.find(session, plain) is None
            assert [one.revoked_at for one in await tokens.list_all(session)] == [later(99)]
            assert await tokens.list_all(session, installation_id=7) == []

    async def test_an_unknown_scope_is_the_users_mistake(self, database: Database) -> None:
        async with database.write() as session:
            with pytest.raises(UserError, match="read or write"):
                await tokens.create(session, name="x", scope="admin", installation_id=None, created_by="", now=NOW)
