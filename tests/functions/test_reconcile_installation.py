"""reconcile-installation: whatever changed and in whatever order it is told, the database ends as GitHub says."""

from __future__ import annotations

import inngest
import pytest

from bot.events.catalog import BATCH_REQUESTED, install_batch_id
from bot.events.translate import translate
from bot.functions.edge import InstallationChange, RefreshRequest
from bot.functions.reconcile_installation import Reconciling
from bot.functions.refresh_repository import Refreshing, record_failure
from bot.model.errors import FinalError
from bot.model.installation import Installation, InstallationStatus
from bot.model.repository import RefreshStatus
from bot.storage import batches, installations, outbox
from tests.fakehub.world import Repository as HubRepository
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio


async def installed(world: World) -> tuple[HubRepository, int]:
    repository = world.hub.add_repository("acme", "hello", {"a.py": "1\n"})
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    return repository, installation.id


async def reconcile(world: World, change: InstallationChange) -> str:
    reconciling = Reconciling(world.deps, change, "run-1")
    status = await reconciling.installation()
    return await reconciling.repositories() if status == InstallationStatus.ACTIVE else status


async def stored(world: World, installation_id: int) -> Installation:
    async with world.bot.database.read() as session:
        found = await installations.get(session, installation_id)
    assert found is not None
    return found


async def waiting(world: World) -> list[str]:
    async with world.bot.database.write() as session:
        return [one.event.name for one in await outbox.claim(session, now=world.now, limit=100, lease_s=1)]


async def test_uninstalling_keeps_the_data_out_of_sight(world: World) -> None:
    repository, installation_id = await installed(world)
    change = InstallationChange(installation_id=installation_id, change="installation.deleted")
    assert await reconcile(world, change) == InstallationStatus.DELETED
    assert (await stored(world, installation_id)).status is InstallationStatus.DELETED
    assert (await world.repository(repository.id)).removed_at is not None


async def test_an_installation_that_github_no_longer_knows_is_deleted_without_being_told(world: World) -> None:
    _, installation_id = await installed(world)
    world.hub.uninstall(next(iter(world.hub.world.installations.values())), announce=False)
    change = InstallationChange(installation_id=installation_id, change="reconcile")
    assert await reconcile(world, change) == InstallationStatus.DELETED


async def test_suspending_stops_and_unsuspending_compares(world: World) -> None:
    _, installation_id = await installed(world)
    installation = next(iter(world.hub.world.installations.values()))
    world.hub.suspend(installation, announce=False)
    suspend = InstallationChange(installation_id=installation_id, change="installation.suspend")
    assert await reconcile(world, suspend) == InstallationStatus.SUSPENDED
    assert (await stored(world, installation_id)).status is InstallationStatus.SUSPENDED
    world.hub.unsuspend(installation, announce=False)
    resume = InstallationChange(installation_id=installation_id, change="installation.unsuspend")
    assert await reconcile(world, resume) == "compared"
    assert await waiting(world) == ["repo/batch.requested"]


async def test_a_renamed_repository_keeps_its_row(world: World) -> None:
    repository, installation_id = await installed(world)
    world.hub.rename(repository, "greeting", announce=False)
    change = InstallationChange(
        installation_id=installation_id, change="repository.renamed", repository_id=repository.id
    )
    assert await reconcile(world, change) == "updated"
    assert (await world.repository(repository.id)).full_name == "acme/greeting"


async def test_a_renamed_account_takes_its_repositories_along(world: World) -> None:
    repository, installation_id = await installed(world)
    world.hub.rename_account(repository.owner, "apex")
    change = InstallationChange(installation_id=installation_id, change="installation_target.renamed")
    assert await reconcile(world, change) == "updated"
    assert (await stored(world, installation_id)).account_login == "apex"
    assert (await world.repository(repository.id)).full_name == "apex/hello"


async def test_a_deleted_repository_is_removed_though_its_event_came_late(world: World) -> None:
    repository, installation_id = await installed(world)
    world.hub.delete(repository, announce=False)
    change = InstallationChange(
        installation_id=installation_id, change="repository.privatized", repository_id=repository.id
    )
    assert await reconcile(world, change) == "deleted"
    assert (await world.repository(repository.id)).removed_reason == "deleted"


@pytest.mark.parametrize("private", [True, False])
async def test_visibility_is_what_github_says(world: World, private: bool) -> None:
    repository, installation_id = await installed(world)
    world.hub.set_private(repository, private)
    change = InstallationChange(
        installation_id=installation_id, change="repository.publicized", repository_id=repository.id
    )
    await reconcile(world, change)
    assert (await world.repository(repository.id)).is_private is private


async def test_repositories_taken_out_of_the_installation_are_removed(world: World) -> None:
    repository, installation_id = await installed(world)
    world.hub.uncover(next(iter(world.hub.world.installations.values())), repository, announce=False)
    change = InstallationChange(
        installation_id=installation_id,
        change="installation_repositories.removed",
        repository_ids=(repository.id,),
    )
    assert await reconcile(world, change) == "removed"
    assert (await world.repository(repository.id)).removed_reason == "removed"


async def test_another_default_branch_asks_for_a_report(world: World) -> None:
    repository, installation_id = await installed(world)
    world.hub.push(repository, {"b.py": "2\n"}, branch="next")
    world.hub.set_default_branch(repository, "next")
    change = InstallationChange(
        installation_id=installation_id, change="repository.edited", repository_id=repository.id
    )
    assert await reconcile(world, change) == "updated"
    assert (await world.repository(repository.id)).default_branch == "next"
    assert await waiting(world) == ["repo/refresh.requested"]


async def batch_events(world: World) -> list[str]:
    """The ids of the batches that were asked for."""
    async with world.bot.database.write() as session:
        events = [one.event for one in await outbox.claim(session, now=world.now, limit=100, lease_s=3600)]
    return [one.id for one in events if one.name == BATCH_REQUESTED]


async def test_an_install_that_the_clock_finds_first_is_batched_once(world: World) -> None:
    """The webhook says the same a second later: its event has the same id, and the engine drops it."""
    _, installation_id = await installed(world)
    change = InstallationChange(installation_id=installation_id, change="reconcile")
    assert await reconcile(world, change) == "compared"
    body = f'{{"action":"created","installation":{{"id":{installation_id}}}}}'.encode()
    (told,) = translate("installation", "guid", body).events
    assert await batch_events(world) == [told.id]
    assert await reconcile(world, change) == "compared just now", "a step may run twice"
    assert await batch_events(world) == []


async def test_a_comparison_is_a_batch_of_its_own(world: World) -> None:
    _, installation_id = await installed(world)
    async with world.bot.database.write() as session:
        await installations.mark_reconciled(session, installation_id, now=world.now)
    world.later(days=1)
    change = InstallationChange(installation_id=installation_id, change="reconcile")
    assert await reconcile(world, change) == "compared"
    assert await batch_events(world) == ["batch:run-1-batch"]


async def test_an_install_whose_batch_failed_is_batched_anew(world: World) -> None:
    _, installation_id = await installed(world)
    async with world.bot.database.write() as session:
        batch_id = install_batch_id(installation_id)
        await batches.create(session, batch_id, installation_id=installation_id, trigger="install", now=world.now)
        await batches.fail(session, batch_id, error="GitHub was away.", now=world.now)
    await reconcile(world, InstallationChange(installation_id=installation_id, change="reconcile"))
    assert await batch_events(world) == ["batch:run-1-batch"]


async def test_a_removal_that_is_told_late_removes_nothing_that_is_back(world: World) -> None:
    back, installation_id = await installed(world)
    gone = world.hub.add_repository("acme", "gone", {"a.py": "1\n"})
    (installation,) = world.hub.world.installations.values()
    await world.store_installation(installation_id)
    world.hub.uncover(installation, gone, announce=False)
    change = InstallationChange(
        installation_id=installation_id,
        change="installation_repositories.removed",
        repository_ids=(back.id, gone.id),
    )
    assert await reconcile(world, change) == "removed"
    assert [(await world.repository(one.id)).removed_at is None for one in (back, gone)] == [True, False]


@pytest.mark.parametrize("is_private", [False, True])
async def test_a_transfer_that_is_told_in_the_wrong_order_ends_with_the_new_owner(
    world: World, is_private: bool
) -> None:
    """The old installation's news come last: a removal, a rename, a push."""
    repository, before = await installed(world)
    repository.private = is_private
    world.hub.add_repository("bolt", "own", {"a.py": "1\n"})
    after = world.hub.install("bolt").id
    await world.store_installation(after)
    world.hub.transfer(repository, "bolt", announce=False)
    told = InstallationChange(installation_id=after, change="repository.transferred", repository_id=repository.id)
    assert await reconcile(world, told) == "updated"
    late = (
        InstallationChange(
            installation_id=before, change="installation_repositories.removed", repository_ids=(repository.id,)
        ),
        InstallationChange(installation_id=before, change="repository.renamed", repository_id=repository.id),
        InstallationChange(installation_id=before, change="repository.deleted", repository_id=repository.id),
    )
    for change in late:
        await reconcile(world, change)
    stale = RefreshRequest(installation_id=before, repository_id=repository.id, trigger="push")
    with pytest.raises(FinalError) as caught:
        await Refreshing(world.deps, stale, "run-1").prepare()
    event = inngest.Event(name="inngest/function.failed", data={"error": {"message": str(caught.value)}, "event": {}})
    await record_failure(world.deps, stale, "run-1", event)
    stored = await world.repository(repository.id)
    assert (stored.installation_id, stored.full_name, stored.removed_at) == (after, "bolt/hello", None)
    assert stored.refresh_status is not RefreshStatus.FAILED


async def test_a_push_after_a_transfer_that_was_not_told_yet_brings_the_repository_along(world: World) -> None:
    repository, _ = await installed(world)
    world.hub.add_repository("bolt", "own", {"a.py": "1\n"})
    after = world.hub.install("bolt").id
    world.hub.transfer(repository, "bolt", announce=False)
    request = RefreshRequest(installation_id=after, repository_id=repository.id, trigger="push")
    assert (await Refreshing(world.deps, request, "run-1").prepare())["outcome"] == "analyze"
    assert (await world.repository(repository.id)).installation_id == after
