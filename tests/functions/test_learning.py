"""A repository that an event names before any listing did is asked of GitHub; what is no longer ours is refused."""

from __future__ import annotations

import msgspec
import pytest

from bot.functions.learning import known_repository
from bot.model.errors import FinalError, Finality
from bot.model.installation import InstallationStatus
from bot.storage import installations, repositories
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio

FILES = {"README.md": "# hello\n"}


async def test_what_nobody_listed_yet_is_learned_with_its_installation(world: World) -> None:
    repository = world.hub.add_repository("acme", "hello", FILES)
    installation = world.hub.install("acme")
    found = await known_repository(world.deps, installation.id, repository.id)
    assert (found.full_name, found.installation_id) == ("acme/hello", installation.id)
    async with world.bot.database.read() as session:
        stored = await installations.get(session, installation.id)
    assert stored is not None
    assert stored.account_login == "acme"


async def test_what_is_known_costs_no_request(world: World) -> None:
    repository = world.hub.add_repository("acme", "hello", FILES)
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    before = dict(world.hub.ledger.counts)
    assert (await known_repository(world.deps, installation.id, repository.id)).id == repository.id
    assert dict(world.hub.ledger.counts) == before


@pytest.mark.parametrize(
    ("status", "finality"),
    [
        (InstallationStatus.SUSPENDED, Finality.SUSPENDED),
        (InstallationStatus.DELETED, Finality.UNINSTALLED),
    ],
)
async def test_an_installation_that_rests_or_is_gone_is_not_worked_for(
    world: World, status: InstallationStatus, finality: Finality
) -> None:
    repository = world.hub.add_repository("acme", "hello", FILES)
    installation = world.hub.install("acme")
    ref = await world.store_installation(installation.id)
    async with world.bot.database.write() as session:
        if status is InstallationStatus.DELETED:
            await installations.delete(session, ref.id, now=world.now)
        else:
            suspended = msgspec.structs.replace(ref, suspended_at=world.now)
            await installations.upsert(session, suspended, now=world.now)
    with pytest.raises(FinalError) as refused:
        await known_repository(world.deps, installation.id, repository.id)
    assert refused.value.finality is finality


async def test_a_repository_that_left_the_installation_is_gone(world: World) -> None:
    repository = world.hub.add_repository("acme", "hello", FILES)
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    async with world.bot.database.write() as session:
        await repositories.remove(session, installation.id, [repository.id], reason="left", now=world.now)
    with pytest.raises(FinalError) as refused:
        await known_repository(world.deps, installation.id, repository.id)
    assert refused.value.finality is Finality.GONE
