"""The API of work: refreshes and batches are queued at once, progress is told while it happens."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.model.batch import ItemState
from bot.storage import batches, outbox
from tests.web.world import FAILED, HARBOUR, KELP, NOW, PUBLIC, World

pytestmark = pytest.mark.anyio


async def events_of(world: World) -> list[dict[str, Any]]:
    """What stands in the outbox."""
    async with world.web.db.write() as session:
        found = await outbox.claim(session, now=NOW, limit=100, lease_s=1)
    return [{"name": claimed.event.name, **claimed.event.data} for claimed in found]


async def test_a_failed_refresh_says_why(world: World) -> None:
    async with world.api() as api:
        answer = (await api.get("/api/repos/HARBOUR/Driftwood/intelligence")).json()
    assert answer["status"] == "failed"
    assert answer["error"] == "The archive holds a path outside of the repository. Nothing of it was read."
    assert answer["report"] is None


async def test_a_refresh_is_queued_at_once(world: World) -> None:
    async with world.api() as api:
        answer = await api.post("/api/repos/harbour/tidemark/intelligence", json={"force": True})
        assert (answer.status_code, answer.json()["ok"]) == (202, True)
        status = (await api.get("/api/repos/harbour/tidemark/intelligence")).json()
    assert status["status"] == "queued"
    assert status["report"]["score"] == 78, "the report that is there stays in sight"
    (event,) = await events_of(world)
    assert (event["name"], event["repository_id"], event["force"]) == ("repo/refresh.requested", PUBLIC, True)
    assert world.woken


async def test_a_batch_begins_for_each_installation(world: World) -> None:
    async with world.api() as api:
        answer = await api.post("/api/batch/generate-remaining")
        body = answer.json()
        assert (answer.status_code, body["ok"], body["queued"]) == (202, True, 2)
        assert "2 repositories" in body["message"]
        progress = (await api.get(f"/api/batches/{body['batch_id']}")).json()
    assert {key: progress[key] for key in ("status", "total", "done", "failed", "skipped")} == {
        "status": "running",
        "total": 0,
        "done": 0,
        "failed": 0,
        "skipped": 0,
    }
    assert [event["name"] for event in await events_of(world)] == ["repo/batch.requested"] * 2
    assert len(body["batch_ids"]) == 2


async def test_a_batch_of_one_owner_without_forks(world: World) -> None:
    async with world.api() as api:
        body = {"owner": "Harbour", "forks": "without-forks"}
        answer = (await api.post("/api/batch/generate-remaining", json=body)).json()
    assert answer["queued"] == 1, "driftwood is a fork, newborn has no report"
    (event,) = await events_of(world)
    assert (event["owner"], event["forks"], event["batch_id"]) == ("harbour", "without-forks", answer["batch_id"])


async def test_a_batch_without_any_installation_is_empty_and_complete(bare_world: World) -> None:
    async with bare_world.api() as api:
        body = (await api.post("/api/batch/generate-remaining")).json()
        assert (body["ok"], body["queued"]) == (True, 0)
        assert (await api.get(f"/api/batches/{body['batch_id']}")).json()["status"] == "completed"


async def test_progress_is_told_while_it_happens(world: World) -> None:
    async def finish() -> None:
        async with world.web.db.write() as session:
            await batches.mark_item(session, "batch-1", 104, ItemState.SKIPPED, now=NOW)
            await batches.mark_listed(session, "batch-1", now=NOW)

    async with world.api() as api:
        reading = asyncio.create_task(api.get("/api/batches/batch-1/events"))
        await asyncio.sleep(0)
        await finish()
        answer = await reading
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert told[-1]["status"] == "completed"
    assert (told[-1]["done"], told[-1]["failed"], told[-1]["skipped"]) == (1, 1, 1)


async def test_a_run_that_failed_says_why(world: World) -> None:
    async with world.api() as api:
        (run,) = (await api.get("/api/runs?state=failed")).json()["runs"]
    assert (run["repository"], run["reason"]) == ("harbour/driftwood", "The archive was refused.")
    assert FAILED


async def test_a_delivery_is_told_with_its_payload_and_its_runs(world: World) -> None:
    async with world.api() as api:
        sent = await api.get("/api/deliveries/guid-0/payload")
        runs = (await api.get("/api/deliveries/guid-0/runs")).json()["runs"]
        none = (await api.get("/api/deliveries/guid-1/runs")).json()["runs"]
    assert (sent.headers["content-type"], sent.json()["ref"]) == ("application/json", "refs/heads/main")
    assert [(run["id"], run["state"], run["reason"]) for run in runs] == [
        ("run-failed", "failed", "The archive was refused.")
    ]
    assert none == []


async def test_batches_in_one_state_and_the_accounts_they_are_for(world: World) -> None:
    async with world.web.db.write() as session:
        await batches.cancel(session, "batch-1", reason="enough", now=NOW)
    async with world.api() as api:
        running = (await api.get("/api/batches?status=running")).json()["batches"]
        accounts = (await api.get("/api/installations")).json()["installations"]
    assert [one["id"] for one in running] == ["batch-2"]
    assert [(one["id"], one["account_login"]) for one in accounts] == [(HARBOUR, "harbour"), (KELP, "kelp")]
