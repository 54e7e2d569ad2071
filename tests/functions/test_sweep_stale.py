"""sweep-stale-repositories: what was lost is asked for again, what is old renewed, compared or erased."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.functions.edge import RefreshRequest
from bot.functions.refresh_repository import Refreshing
from bot.functions.sweep_stale import BATCHES_KEEP, PROCESSING_AT_MOST, QUEUED_AT_MOST, RECONCILE_EVERY, Sweeping
from bot.github.app import GitHubApp
from bot.model.batch import Batch, BatchStatus
from bot.model.installation import InstallationStatus
from bot.model.repository import InstallationRef, RefreshStatus
from bot.storage import batches, installations, outbox, refreshes
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio


async def installed(world: World) -> tuple[int, int]:
    repository = world.hub.add_repository("acme", "hello", {"a.py": "1\n"})
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    return installation.id, repository.id


async def events(world: World) -> list[tuple[str, str]]:
    async with world.bot.database.write() as session:
        claimed = await outbox.claim(session, now=world.now, limit=100, lease_s=3600)
    return [(one.event.name, str(one.event.data.get("trigger", one.event.data.get("change")))) for one in claimed]


@pytest.mark.parametrize(
    ("state", "after", "lost"),
    [
        ("queued", QUEUED_AT_MOST - timedelta(minutes=1), 0),
        ("queued", QUEUED_AT_MOST + timedelta(minutes=1), 1),
        ("processing", PROCESSING_AT_MOST - timedelta(minutes=1), 0),
        ("processing", PROCESSING_AT_MOST + timedelta(minutes=1), 1),
    ],
)
async def test_a_refresh_that_an_engine_lost_is_asked_for_again_once(
    world: World, state: str, after: timedelta, lost: int
) -> None:
    _, repository_id = await installed(world)
    async with world.bot.database.write() as session:
        await refreshes.queue(session, [repository_id], trigger="push", now=world.now)
        if state == "processing":
            await refreshes.start(session, repository_id, run_id="run-1", trigger="push", now=world.now)
    world.now += after
    assert await Sweeping(world.deps).ask_again() == lost
    assert await events(world) == [("repo/refresh.requested", "push")] * lost
    assert await Sweeping(world.deps).ask_again() == 0
    assert (await world.repository(repository_id)).refresh_status is (
        RefreshStatus.QUEUED if lost or state == "queued" else RefreshStatus.PROCESSING
    )


async def test_a_report_that_has_grown_old_is_renewed(world: World) -> None:
    installation_id, repository_id = await installed(world)
    request = RefreshRequest(installation_id=installation_id, repository_id=repository_id)
    refreshing = Refreshing(world.deps, request, "run-1")
    await refreshing.prepare()
    await refreshing.analyze()
    world.later(days=world.deps.settings.radar_stale_days - 1)
    assert await Sweeping(world.deps).renew() == 0
    world.later(days=2)
    assert await Sweeping(world.deps).renew() == 1
    assert await events(world) == [("repo/refresh.requested", "sweep")]


async def test_installations_that_no_webhook_told_of_are_found_and_compared_once_a_day(world: World) -> None:
    world.hub.add_repository("acme", "hello", {"a.py": "1\n"})
    installation = world.hub.install("acme")
    assert await Sweeping(world.deps).reconcile() == 1
    assert await events(world) == [("installation/changed", "reconcile")]
    async with world.bot.database.write() as session:
        await installations.mark_reconciled(session, installation.id, now=world.now)
    assert await Sweeping(world.deps).reconcile() == 0
    world.now += RECONCILE_EVERY + timedelta(minutes=1)
    assert await Sweeping(world.deps).reconcile() == 1


async def test_installations_that_are_gone_are_deleted_and_later_erased(world: World) -> None:
    installation_id, _ = await installed(world)
    world.hub.uninstall(next(iter(world.hub.world.installations.values())), announce=False)
    await Sweeping(world.deps).reconcile()
    async with world.bot.database.read() as session:
        found = await installations.get(session, installation_id)
    assert found is not None
    assert found.status is InstallationStatus.DELETED
    world.later(days=world.deps.settings.radar_purge_days + 1)
    await Sweeping(world.deps).erase()
    async with world.bot.database.read() as session:
        assert await installations.get(session, installation_id) is None


async def test_an_installation_that_a_listing_passed_over_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It came while the pages were read, or moved to the page before when another one went."""
    installation_id, _ = await installed(world)

    async def lacking(_app: GitHubApp) -> AsyncIterator[list[InstallationRef]]:
        yield []

    monkeypatch.setattr(GitHubApp, "list_installations", lacking)
    await Sweeping(world.deps).reconcile()
    async with world.bot.database.read() as session:
        found = await installations.get(session, installation_id)
    assert found is not None
    assert found.status is InstallationStatus.ACTIVE


async def test_batches_end_though_an_engine_lost_them_and_are_forgotten_in_time(world: World) -> None:
    installation_id, repository_id = await installed(world)
    async with world.bot.database.write() as session:
        await batches.create(session, "b", installation_id=installation_id, trigger="reconcile", now=world.now)
        await batches.add_items(session, "b", [(repository_id, "acme/hello")], now=world.now)

    async def after(time: timedelta) -> Batch | None:
        world.now += time
        await Sweeping(world.deps).ask_again()
        await Sweeping(world.deps).erase()
        async with world.bot.database.read() as session:
            return await batches.get(session, "b")

    for time, status in (
        (QUEUED_AT_MOST, BatchStatus.RUNNING),
        (timedelta(minutes=1), BatchStatus.FAILED),
        (BATCHES_KEEP, BatchStatus.FAILED),
    ):
        found = await after(time)
        assert found is not None
        assert found.status is status
    assert await after(timedelta(minutes=1)) is None
    async with world.bot.database.read() as session:
        assert await batches.items(session, "b") == []


async def test_check_runs_that_are_missing_are_asked_for_once_an_hour(world: World) -> None:
    installation_id, repository_id = await installed(world)
    assert await Sweeping(world.deps).ask_for_check_runs() == 0, "there is no report to tell"
    request = RefreshRequest(installation_id=installation_id, repository_id=repository_id)
    refreshing = Refreshing(world.deps, request, "run-1")
    await refreshing.prepare()
    await refreshing.analyze()
    for _ in range(2):
        assert await Sweeping(world.deps).ask_for_check_runs() == 1
    assert [name for name, _ in await events(world)] == ["check_runs/wanted"]
    await refreshing.publish()
    assert await Sweeping(world.deps).ask_for_check_runs() == 0
