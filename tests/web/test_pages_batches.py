"""Batches by button: begun and stopped by those who administer, over what is theirs."""

from __future__ import annotations

import pytest

from bot.model.batch import Batch
from bot.storage import batches
from tests.web.test_access import form_token
from tests.web.world import ADMIN_ID, WRITER_ID, World

pytestmark = pytest.mark.anyio


async def _stored(world: World, batch_id: str) -> Batch:
    async with world.web.db.read() as session:
        found = await batches.get(session, batch_id)
    assert found is not None
    return found


async def test_a_batch_is_begun_over_ones_own_accounts(world: World) -> None:
    async with world.person(ADMIN_ID) as admin:
        fields = {"form_token": await form_token(admin), "forks": "without-forks", "force": "yes"}
        answer = await admin.post("/batches", data=fields)
    assert answer.status_code == 303
    made = await _stored(world, answer.headers["location"].rpartition("/")[2])
    assert (made.owner, made.forks, made.force) == ("harbour", "without-forks", True)


@pytest.mark.parametrize(
    ("fields", "status"), [({"owner": "kelp"}, 404), ({"owner": "nobody"}, 404), ({"forks": "nonsense"}, 303)]
)
async def test_what_is_not_ones_own_begins_nothing(world: World, fields: dict[str, str], status: int) -> None:
    async with world.person(ADMIN_ID) as admin:
        answer = await admin.post("/batches", data={"form_token": await form_token(admin), **fields})
    assert answer.status_code == status
    if status == 303:
        assert (await _stored(world, answer.headers["location"].rpartition("/")[2])).forks == "all"


async def test_a_running_batch_is_stopped_with_the_name_of_who_did_it(world: World) -> None:
    async with world.person(ADMIN_ID) as admin:
        answer = await admin.post("/batches/batch-1/cancel", data={"form_token": await form_token(admin)})
    assert answer.status_code == 303
    stopped = await _stored(world, "batch-1")
    assert (stopped.status, stopped.error) == ("cancelled", f"Cancelled by person-{ADMIN_ID}.")


@pytest.mark.parametrize("place", ["", "/batch-1", "/batch-1/events"])
async def test_only_those_who_administer_see_them(world: World, place: str) -> None:
    async with world.person(WRITER_ID) as writer:
        assert (await writer.get(f"/batches{place}")).status_code == 403
        answer = await writer.post("/batches", data={"form_token": await form_token(writer)})
        assert answer.status_code == 403


@pytest.mark.parametrize(("state", "shown"), [("failed", True), ("done", True), ("nonsense", False)])
async def test_its_repositories_are_narrowed_by_their_state(world: World, state: str, shown: bool) -> None:
    async with world.operator() as operator:
        text = (await operator.get(f"/batches/batch-1?state={state}")).text
        assert (await operator.get("/batches/gone")).status_code == 404
    assert ("/repos/harbour/" in text or "harbour/" in text.partition("<table")[2]) is shown
