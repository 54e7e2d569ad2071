"""Repositories by their numeric id, whatever they are called today."""

from __future__ import annotations

import asyncio

import pytest

from bot.model.errors import FinalError
from bot.model.repository import RefreshStatus, Repository
from bot.storage import inbox, installations, refreshes, repositories, sessions
from bot.storage.database import Database, Session
from tests.storage.samples import NOW, delivery, installation, later, repository

pytestmark = pytest.mark.anyio


async def seed(session: Session) -> None:
    await installations.upsert(session, installation(), now=NOW)
    await installations.upsert(session, installation(8, "other"), now=NOW)
    full = repository(
        default_branch="main", head_sha="a" * 40, description="Hi", is_fork=True, is_archived=True, pushed_at=NOW
    )
    await repositories.upsert_many(session, 7, [full, repository(43, "world"), repository(44, "moon")], now=NOW)


async def get(session: Session, id_: int = 42) -> Repository:
    found = await repositories.get(session, id_)
    assert found is not None
    return found


async def test_a_listing_replaces_what_is_known(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await repositories.upsert_many(session, 7, [repository(name="Hello", is_private=True)], now=later(1))
        found = await get(session)
    assert (found.full_name, found.is_private, found.is_fork, found.is_archived, found.description) == (
        "octo/Hello",
        True,
        False,
        False,
        "",
    )
    assert (found.head_sha, found.default_branch, found.pushed_at) == ("a" * 40, "main", NOW)
    assert (found.created_at, found.updated_at) == (NOW, later(1))


async def test_a_payload_replaces_only_what_it_tells(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        named = repository(name="renamed", is_private=True)
        await repositories.upsert_many(session, 7, [named], is_full=False, now=later(1))
        found = await get(session)
    assert (found.name, found.is_private, found.is_fork, found.is_archived, found.description) == (
        "renamed",
        True,
        True,
        True,
        "Hi",
    )


async def test_many_at_once_and_none(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await repositories.upsert_many(session, 7, [], now=NOW)
        many = [repository(1000 + n, f"r{n}") for n in range(1200)]
        await repositories.upsert_many(session, 7, many, now=NOW)
        await repositories.upsert_many(session, 7, many, now=later(1))
        assert len(await repositories.after(session, 7, 0, limit=9999)) == 1203
        assert len(await repositories.get_many(session, [one.id for one in many])) == 1200


async def test_a_listing_by_another_installation_is_a_transfer_and_brings_the_history_along(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await refreshes.queue(session, [42], trigger="api", now=NOW)
        await repositories.remove(session, 7, [42], reason="removed", now=NOW)
        await repositories.upsert_many(session, 8, [repository(owner="other")], now=later(1))
        found = await get(session)
        assert (found.installation_id, found.full_name, found.removed_at) == (8, "other/hello", None)
        assert found.refresh_requested_at == NOW
        await repositories.upsert_many(session, 7, [repository()], now=later(2))
        assert (await get(session)).installation_id == 7


async def test_what_moves_at_the_same_moment_is_not_removed_by_the_installation_that_it_leaves(
    database: Database,
) -> None:
    """GitHub tells the old installation and the new one at once, and both are worked on at once."""
    async with database.write() as session:
        await seed(session)

    async def leave() -> int:
        async with database.write() as session:
            return await repositories.remove(session, 7, [42], reason="removed", now=later(1))

    async with database.write() as session:
        await repositories.upsert_many(session, 8, [repository(owner="other")], now=later(1))
        leaving = asyncio.create_task(leave())
        done, _ = await asyncio.wait({leaving}, timeout=0.3)
        assert not done, "it waits for the move"
    assert await leaving == 0
    async with database.read() as session:
        found = await get(session)
    assert (found.installation_id, found.removed_at) == (8, None)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("a listing before the removal", "removed"),
        ("a listing after the removal", "listed"),
        ("a clock that was ahead", "listed"),
        ("facts after the removal", "removed"),
    ],
)
async def test_of_answers_that_pass_each_other_the_newest_counts(database: Database, told: str, kept: str) -> None:
    """GitHub was asked in one order, and its answers are stored in another."""
    asked_at = {"a listing before the removal": later(4), "a clock that was ahead": later(-3600)}.get(told, later(6))
    async with database.write() as session:
        await seed(session)
        assert await repositories.remove(session, 7, [42], reason="removed", now=later(5)) == 1
        await repositories.upsert_many(
            session, 7, [repository(name="other")], brings_back=not told.startswith("facts"), now=asked_at
        )
        found = await get(session)
    assert (found.removed_at is None, found.name) == ((True, "other") if kept == "listed" else (False, "hello"))


async def test_facts_that_were_read_before_a_transfer_do_not_undo_it(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await repositories.upsert_many(session, 8, [repository(owner="other")], now=later(2))
        for asked_at, brings_back in ((later(1), True), (later(3), False)):
            await repositories.upsert_many(session, 7, [repository()], brings_back=brings_back, now=asked_at)
            assert (await get(session)).installation_id == 8


async def test_what_came_while_a_listing_was_read_is_not_missing_from_it(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await repositories.upsert_many(session, 7, [repository(45, "fresh")], now=later(2))
        await refreshes.queue(session, [45], trigger="push", now=later(2))
        assert await repositories.missing(session, 7, {42}, asked_at=later(1)) == (43, 44)
        assert await repositories.remove(session, 7, [43, 45], reason="removed", now=later(1)) == 1
        fresh = await get(session, 45)
    assert (fresh.removed_at, fresh.refresh_status) == (None, RefreshStatus.QUEUED)


async def test_a_page_that_is_read_while_the_app_is_uninstalled_brings_nothing_back(database: Database) -> None:
    async with database.write() as session:
        await seed(session)

    async def uninstall() -> None:
        async with database.write() as session:
            await installations.delete(session, 7, now=later(1))

    async with database.write() as session:
        await repositories.upsert_many(session, 7, [repository(45, "fresh")], now=later(2))
        leaving = asyncio.create_task(uninstall())
        done, _ = await asyncio.wait({leaving}, timeout=0.3)
        assert not done, "it waits, and finds the new one, too"
    await leaving
    with pytest.raises(FinalError, match="no longer installed"):
        async with database.write() as session:
            await repositories.upsert_many(session, 7, [repository(46, "late")], now=later(3))
    async with database.read() as session:
        assert await repositories.after(session, 7, 0, limit=10) == []


async def test_what_github_no_longer_lists_is_removed_and_comes_back(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await refreshes.queue(session, [43], trigger="api", now=NOW)
        assert await repositories.missing(session, 7, {42}, asked_at=later(1)) == (43, 44)
        assert await repositories.remove(session, 7, [43, 44], reason="removed", now=later(1)) == 2
        assert await repositories.missing(session, 7, {42}, asked_at=later(2)) == ()
        assert [one.id for one in await repositories.after(session, 7, 0, limit=10)] == [42]
        lost = await get(session, 43)
        assert (lost.refresh_status, lost.removed_at) == (RefreshStatus.FAILED, later(1))
        await repositories.upsert_many(session, 7, [repository(43, "world")], now=later(3))
        assert (await get(session, 43)).removed_at is None


async def test_walking_through_an_installation_by_id(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        await repositories.remove(session, 7, [43], reason="removed", now=NOW)
        assert [one.id for one in await repositories.after(session, 7, 0, limit=10)] == [42, 44]
        assert [one.id for one in await repositories.after(session, 7, 42, limit=10)] == [44]
        assert [one.id for one in await repositories.after(session, 7, 0, limit=1)] == [42]
        assert [one.id for one in await repositories.after(session, 7, 0, limit=9, only=[44, 43, 1])] == [44]
        assert await repositories.after(session, 7, 44, limit=10, only=[42, 44]) == []


async def test_the_walk_is_not_cut_short_by_ids_that_are_gone(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        assert [one.id for one in await repositories.after(session, 7, 0, limit=2, only=[1, 2, 3, 44])] == [44]


async def test_purging_erases_what_was_removed_before(database: Database) -> None:
    async with database.write() as session:
        await seed(session)
        sent = [delivery(f"guid-{of}", repository_id=of, body=b'{"private":1}') for of in (42, 43)]
        await inbox.store_many(session, sent)
        await inbox.settle(session, sent={"guid-42": [], "guid-43": []}, ignored={}, failed={}, now=NOW)
        await sessions.keep_access(session, 1, repositories={42: "read", 43: "read"}, installations={}, checked_at=NOW)
        await repositories.remove(session, 7, [42], reason="deleted", now=later(1))
        assert await repositories.purge(session, removed_before=later(1)) == 0
        assert await repositories.purge(session, removed_before=later(2)) == 1
        assert await repositories.get(session, 42) is None
        assert [bool(await inbox.body(session, f"guid-{of}")) for of in (42, 43)] == [False, True]
        assert [await sessions.permission(session, 1, of) for of in (42, 43)] == ["", "read"]
