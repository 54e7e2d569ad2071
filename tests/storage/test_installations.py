"""Installations through their life: installed, suspended, renamed, uninstalled, back again, purged."""

from __future__ import annotations

import pytest

from bot.model.batch import BatchStatus
from bot.model.installation import InstallationStatus
from bot.model.records import CommandRecord, Run, RunState
from bot.model.repository import RefreshStatus
from bot.storage import (
    batches,
    commands,
    inbox,
    installations,
    refreshes,
    reports,
    repositories,
    runs,
    sessions,
    subscriptions,
    tokens,
)
from bot.storage.database import Database, Session
from bot.storage.views_repositories import find_repository
from bot.storage.views_scope import EVERYTHING
from tests.storage.samples import NOW, delivery, installation, later, report, repository

pytestmark = pytest.mark.anyio


async def seed(session: Session) -> None:
    await installations.upsert(session, installation(permissions={"contents": "read"}, events=("push",)), now=NOW)
    await installations.upsert(session, installation(8, "Other"), now=NOW)
    await repositories.upsert_many(session, 7, [repository(), repository(43, "fork", "somebody")], now=NOW)
    await repositories.upsert_many(session, 8, [repository(44, "else", "Other")], now=NOW)


async def status(session: Session, id_: int = 7) -> InstallationStatus:
    found = await installations.get(session, id_)
    assert found is not None
    return found.status


async def test_it_is_stored_as_github_says(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        found = await installations.find(session, "OCTO")
        assert found is not None
        assert (found.id, found.account_id, found.permissions, found.events) == (
            7,
            70,
            {"contents": "read"},
            ("push",),
        )
        assert [one.account_login for one in await installations.list_all(session)] == ["Other", "octo"]
        granted = installation(permissions={"checks": "write"}, events=("push", "check_run"))
        await installations.upsert(session, granted, now=NOW)
        await installations.mark_reconciled(session, 7, now=later(3))
        found = await installations.get(session, 7)
        assert found is not None
        assert (found.permissions, found.events) == ({"checks": "write"}, ("push", "check_run"))
        assert found.reconciled_at == later(3)


async def test_suspended_and_resumed(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await installations.upsert(session, installation(suspended_at=NOW), now=NOW)
        assert await status(session) is InstallationStatus.SUSPENDED
        await installations.upsert(session, installation(), now=NOW)
        assert await status(session) is InstallationStatus.ACTIVE


async def test_a_renamed_account_takes_its_own_repositories_along(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        assert await installations.rename(session, 7, "Hexa", now=NOW)
        assert not await installations.rename(session, 99, "x", now=NOW)
        assert not await installations.rename(session, 7, "before", now=later(-1)), "an answer that comes late"
        for id_, full_name in ((42, "Hexa/hello"), (43, "somebody/fork"), (44, "Other/else")):
            found = await repositories.get(session, id_)
            assert found is not None
            assert found.full_name == full_name
        assert await find_repository(session, EVERYTHING, "hexa", "HELLO") is not None
        assert await find_repository(session, EVERYTHING, "octo", "hello") is None


async def test_uninstalling_hides_everything_and_ends_what_runs(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await reports.complete(session, report(), run_id="r", trigger="push", now=NOW)
        await refreshes.start(session, 42, run_id="r2", trigger="push", now=NOW)
        for of in (7, 8):
            await runs.start(session, Run(id=f"run-{of}", function_id="f", started_at=NOW, installation_id=of))
        for batch_id, id_ in (("ours", 7), ("theirs", 8)):
            await batches.create(session, batch_id, installation_id=id_, trigger="api", now=NOW)
        assert await installations.delete(session, 7, now=later(1)) is True
        assert await installations.delete(session, 7, now=later(2)) is False
    async with database.read() as session:
        assert await status(session) is InstallationStatus.DELETED
        assert await installations.find(session, "octo") is None
        assert [one.id for one in await installations.list_all(session)] == [8]
        assert len(await installations.list_all(session, with_deleted=True)) == 2
        assert await repositories.after(session, 7, 0, limit=10) == []
        found = await repositories.get(session, 42)
        assert found is not None
        assert (found.removed_at, found.removed_reason) == (later(1), "uninstalled")
        assert (found.refresh_status, found.refresh_error) == (RefreshStatus.FAILED, "The App was uninstalled.")
        ours, theirs = await batches.get(session, "ours"), await batches.get(session, "theirs")
        assert ours is not None
        assert theirs is not None
        assert (ours.status, theirs.status) == (BatchStatus.CANCELLED, BatchStatus.RUNNING)
        ended = [await runs.get(session, f"run-{of}") for of in (7, 8)]
        assert [one and one.state for one in ended] == [RunState.CANCELLED, RunState.RUNNING]
        assert await reports.newest(session, 42) is not None


async def test_an_answer_from_before_the_uninstall_does_not_bring_it_back(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await installations.delete(session, 7, now=later(5))
        await installations.upsert(session, installation(), now=later(4))
        assert await status(session) is InstallationStatus.DELETED


async def test_installed_again_it_is_back_with_its_history(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await reports.complete(session, report(), run_id="r", trigger="push", now=NOW)
        await installations.delete(session, 7, now=NOW)
        await installations.upsert(session, installation(), now=later(9))
        await repositories.upsert_many(session, 7, [repository()], now=later(9))
        found = await repositories.get(session, 42)
        assert found is not None
        assert (found.removed_at, found.score) == (None, 80)
        gone = await installations.get(session, 7)
        assert gone is not None
        assert (gone.status, gone.deleted_at) == (InstallationStatus.ACTIVE, None)


async def test_purging_erases_after_the_grace_period_only(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await reports.complete(session, report(), run_id="r", trigger="push", now=NOW)
        await batches.create(session, "b", installation_id=7, trigger="api", now=NOW)
        await batches.add_items(session, "b", [(42, "octo/hello")], now=NOW)
        await installations.delete(session, 7, now=later(10))
        assert (await installations.purge(session, deleted_before=later(10)))["installations"] == 0
        assert await installations.purge(session, deleted_before=later(11)) == {
            "installations": 1,
            "repositories": 2,
            "batches": 1,
        }
    async with database.read() as session:
        assert await installations.get(session, 7) is None
        assert await repositories.get(session, 42) is None
        assert await reports.count(session, 42) == 0
        assert await batches.items(session, "b") == []
        assert await repositories.get(session, 44) is not None


@pytest.mark.parametrize("is_swept", [False, True])
async def test_purging_erases_what_was_given_out_and_told(database: Database, is_swept: bool) -> None:
    """Keys of the installation, its payloads, runs and commands, and who could see it; nothing of another's."""
    async with database.write() as session:
        await seed(session)
        sent = [delivery(f"guid-{of}", installation_id=of, body=b'{"private":1}') for of in (7, 8)]
        await inbox.store_many(session, sent)
        await inbox.settle(session, sent={"guid-7": ["e7"], "guid-8": ["e8"]}, ignored={}, failed={}, now=NOW)
        secrets = {}
        for of, repository_id in ((7, 42), (8, 44)):
            _, secrets[of] = await tokens.create(
                session, name="t", scope="read", installation_id=of, created_by="ada", now=NOW
            )
            await subscriptions.add(session, installation_id=of, url="https://x.org/", secret_sealed="s", now=NOW)
            await runs.start(session, Run(id=f"run-{of}", function_id="f", started_at=NOW, installation_id=of))
            await commands.claim(
                session,
                CommandRecord(
                    id=f"c-{of}",
                    repository_id=repository_id,
                    issue_number=1,
                    comment_id=of,
                    command="report",
                    author="ada",
                ),
                now=NOW,
            )
            await sessions.keep_access(
                session, of, repositories={repository_id: "read"}, installations={of: True}, checked_at=NOW
            )
        await installations.delete(session, 7, now=NOW)
        if is_swept:  # as the sweep does: the repositories go first
            await repositories.purge(session, removed_before=later(1))
        await installations.purge(session, deleted_before=later(1))
    async with database.read() as session:
        for of, repository_id, is_there in ((7, 42, False), (8, 44, True)):
            found = [
                bool(await inbox.body(session, f"guid-{of}")),
                await tokens.find(session, secrets[of]) is not None,
                bool(await subscriptions.list_all(session, installation_id=of)),
                await runs.get(session, f"run-{of}") is not None,
                await commands.get(session, f"c-{of}") is not None,
                await sessions.permission(session, of, repository_id) == "read",
                await sessions.administers(session, of),
            ]
            assert found == [is_there] * len(found), of
        assert await inbox.known_guids(session, ["guid-7"]) == {"guid-7"}, "recovery must not ask for it again"
