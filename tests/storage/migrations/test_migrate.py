"""The migrations make exactly the tables of the code, run over rows, and several processes may run them at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from bot.engine.journal import engine_metadata
from bot.model.errors import UserError
from bot.storage import inbox, installations, reports, repositories, subscriptions, tokens
from bot.storage.database import Database
from bot.storage.migrations.migrate import config
from bot.storage.tables import Base
from bot.storage.views_filters import RepositoryFilter
from bot.storage.views_repositories import list_repositories
from bot.storage.views_scope import EVERYTHING
from tests.storage.samples import NOW, delivery, installation, report, repository

pytestmark = pytest.mark.anyio


def all_tables() -> MetaData:
    together = MetaData(naming_convention=Base.metadata.naming_convention)
    for metadata in (Base.metadata, engine_metadata):
        for table in metadata.sorted_tables:
            table.to_metadata(together)
    return together


def differences(connection: Connection) -> list[Any]:
    def belongs(_item: object, name: str | None, kind: str, *_more: object) -> bool:
        is_postgresql_only = kind == "index" and (name or "").startswith("ix_repositories_of_")
        return not is_postgresql_only or connection.dialect.name == "postgresql"

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": belongs})
    return list(compare_metadata(context, all_tables()))


async def test_the_migrated_schema_is_that_of_the_models(database: Database) -> None:
    async with database.write() as session:
        found = await (await session.connection()).run_sync(differences)
    assert found == []


async def test_nothing_is_pending_afterwards(empty_url: str) -> None:
    database = Database(empty_url)
    assert len(await database.pending_revisions()) >= 2
    await database.migrate()
    assert await database.pending_revisions() == ()
    await database.migrate()
    await database.close()


async def test_several_processes_may_migrate_at_once(empty_url: str) -> None:
    several = [Database(empty_url, busy_timeout_s=60.0) for _ in range(4)]  # three wait while one makes all tables
    await asyncio.gather(*(one.migrate() for one in several))
    assert await several[0].pending_revisions() == ()
    for one in several:
        await one.close()


REVISIONS = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][::-1]


async def test_rows_of_the_first_revision_survive_the_rest(empty_url: str) -> None:
    database = Database(empty_url)

    def to_first(connection: Connection) -> None:
        command.upgrade(config(connection), REVISIONS[0])

    async with database.write() as session:
        await (await session.connection()).run_sync(to_first)
    async with database.write() as session:
        await inbox.store_many(session, [delivery("g")])
        await session.execute(
            text(
                "INSERT INTO installations (id, account_id, account_login, account_type, status,"
                " repository_selection, permissions, events, created_at, updated_at)"
                " VALUES (7, 70, 'octo', 'User', 'active', 'all', '{}', '[]', :now, :now)"
            ),
            {"now": NOW if database.dialect == "postgresql" else NOW.isoformat(" ")[:19]},
        )
    await database.migrate()
    async with database.write() as session:
        assert await inbox.get(session, "g") is not None
        found = await installations.get(session, 7)
        assert found is not None
        assert (found.account_login, found.created_at) == ("octo", NOW)
        await installations.upsert(session, installation(), now=NOW)
        await repositories.upsert_many(session, 7, [repository()], now=NOW)
        assert await reports.complete(session, report(), run_id="r", trigger="push", now=NOW)
    await database.close()


async def test_tokens_webhooks_and_checks_survive_the_pages_revision(empty_url: str) -> None:
    """0006 adds who made a token or webhook: those that are there stand by themselves, as the operator's do."""
    database = Database(empty_url)
    moment = NOW if database.dialect == "postgresql" else NOW.isoformat(" ")[:19]

    def to_before(connection: Connection) -> None:
        command.upgrade(config(connection), "0005")

    async with database.write() as session:
        await (await session.connection()).run_sync(to_before)
    async with database.write() as session:
        await installations.upsert(session, installation(), now=NOW)
        await repositories.upsert_many(session, 7, [repository()], now=NOW)
        for statement in (
            "INSERT INTO repository_checks (repository_id, check_id, state)"
            " SELECT id, 'readme', 'fail' FROM repositories",
            "INSERT INTO api_tokens (id, name, digest, scope, installation_id, created_by, created_at)"
            " VALUES (1, 'ci', 'd', 'read', 7, 'ada', :now)",
            "INSERT INTO subscriptions (id, installation_id, url, secret_sealed, created_at, failures, last_error)"
            " VALUES (1, 7, 'https://x', 's', :now, 0, '')",
        ):
            await session.execute(text(statement), {"now": moment} if ":now" in statement else {})
    await database.migrate()
    async with database.read() as session:
        assert await tokens.is_vouched(session, 1, NOW)
        assert [one.url for one in await subscriptions.wanting(session, 7, NOW)] == ["https://x"]
        found = await list_repositories(session, EVERYTHING, RepositoryFilter(check="readme"), count_to=5)
        assert (len(found.items), found.count) == (1, 1)
    await database.close()


async def test_a_database_newer_than_the_code_is_said(empty_url: str) -> None:
    database = Database(empty_url)
    await database.migrate()
    async with database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UserError, match="newer"):
        await database.migrate()
    with pytest.raises(UserError, match="newer"):
        await database.pending_revisions()
    await database.close()
