"""The API as programs use it: shapes of the contract, paging, ETags, rate, problems."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from bot.model.batch import ItemState
from bot.model.report import decode_report
from bot.storage import batches, outbox, tokens
from tests.web.world import FAILED, HARBOUR, KELP, NOW, PUBLIC, World

pytestmark = pytest.mark.anyio


async def events_of(world: World) -> list[dict[str, Any]]:
    """What stands in the outbox."""
    async with world.web.db.write() as session:
        found = await outbox.claim(session, now=NOW, limit=100, lease_s=1)
    return [{"name": claimed.event.name, **claimed.event.data} for claimed in found]


async def test_the_newest_report_comes_with_how_its_refresh_stands(world: World) -> None:
    async with world.api() as api:
        answer = (await api.get("/api/repos/harbour/tidemark/intelligence")).json()
    assert (answer["status"], answer["error"], answer["score"]) == ("completed", None, 78)
    assert answer["head_sha"] == answer["report"]["repository"]["head_sha"]
    assert answer["report"]["status"] == "active"
    decode_report(msgspec.json.encode(answer["report"]))


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


BAD_BODIES = (
    ("no JSON", b"{", "application/json", 400),
    ("an unknown field", b'{"ownre":"x"}', "application/json", 400),
    ("a wrong type", b'{"force":"yes"}', "application/json", 400),
    ("a wrong word", b'{"forks":"some"}', "application/json", 400),
    ("no object", b"[]", "application/json", 400),
    ("no UTF-8", b'{"owner":"\xff"}', "application/json", 400),
    ("a NUL", b'{"owner":"a\\u0000b"}', "application/json", 400),
    ("a form", b"force=true", "application/x-www-form-urlencoded", 415),
    ("70 kB", b'{"owner":"' + b"a" * 70_000 + b'"}', "application/json", 413),
)


@pytest.mark.parametrize(
    ("body", "kind", "status"), [case[1:] for case in BAD_BODIES], ids=[case[0] for case in BAD_BODIES]
)
async def test_a_body_that_is_not_as_it_should_be(world: World, body: bytes, kind: str, status: int) -> None:
    async with world.api() as api:
        answer = await api.post("/api/batch/generate-remaining", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert not world.woken


BAD_QUERIES = (
    "limit=0",
    "limit=201",
    "limit=x",
    "sort=size",
    "colour=red",
    "cursor=rubbish",
    "cursor=WyJuYW1lIiwxLDFd",
    "status=lively",
    "q=%00",
    "limit=1&limit=2",
    f"q={'a' * 256}",
)


@pytest.mark.parametrize("query", BAD_QUERIES)
async def test_a_query_that_is_not_as_it_should_be(world: World, query: str) -> None:
    async with world.api() as api:
        answer = await api.get(f"/api/repos?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("sort", ["-score", "score", "name", "-name", "-pushed", "pushed", "-reported", "reported"])
async def test_following_the_links_gives_every_repository_once(world: World, sort: str) -> None:
    async with world.api() as api:
        whole = (await api.get(f"/api/repos?sort={sort}")).json()
        pages = []
        url = f"/api/repos?sort={sort}&limit=2"
        while url:
            answer = await api.get(url)
            pages += [found["id"] for found in answer.json()["repositories"]]
            url = answer.links.get("next", {}).get("url", "")
    assert pages == [found["id"] for found in whole["repositories"]]
    assert len(pages) == len(set(pages)) == whole["count"] == 5


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/api/repos/harbour/tidemark/history", "reports"),
        ("/api/batches", "batches"),
        ("/api/batches/batch-1/items", "items"),
        ("/api/deliveries", "deliveries"),
        ("/api/technologies/NumPy", "uses"),
        ("/api/dependencies/pypi/numpy", "uses"),
    ],
)
async def test_every_list_is_paged_the_same_way(world: World, path: str, key: str) -> None:
    async with world.api() as api:
        whole = (await api.get(path)).json()[key]
        found = []
        url = f"{path}?limit=1"
        while url:
            answer = await api.get(url)
            found += answer.json()[key]
            url = answer.links.get("next", {}).get("url", "")
    assert found == whole
    assert len(whole) > 1


async def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    async with world.api() as api:
        first = await api.get("/api/repos")
        again = await api.get("/api/repos", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        await api.post("/api/repos/harbour/newborn/intelligence")
        after = await api.get("/api/repos", headers={"if-none-match": first.headers["etag"]})
        assert after.status_code == 200


async def test_a_token_has_a_rate(world: World) -> None:
    world.web.settings = world.web.settings.model_copy(update={"radar_api_per_minute": 3})
    async with world.api() as api:
        answers = [await api.get("/api/repos") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert int(answers[3].headers["retry-after"]) > 0
    assert answers[3].headers["content-type"] == "application/problem+json"


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


async def test_two_reports_are_compared(world: World) -> None:
    async with world.api() as api:
        ids = [item["id"] for item in (await api.get("/api/repos/harbour/tidemark/history")).json()["reports"]]
        answer = (await api.get(f"/api/repos/harbour/tidemark/compare?before={ids[2]}&after={ids[0]}")).json()
    assert (answer["score_before"], answer["score_after"]) == (71, 78)


async def test_a_run_that_failed_says_why(world: World) -> None:
    async with world.api() as api:
        (run,) = (await api.get("/api/runs?state=failed")).json()["runs"]
    assert (run["repository"], run["reason"]) == ("harbour/driftwood", "The archive was refused.")
    assert FAILED


async def test_a_webhook_of_ours_by_the_api(world: World) -> None:
    world.web.settings = world.web.settings.model_copy(update={"radar_private_webhooks": True})
    async with world.web.db.write() as session:
        _, secret = await tokens.create(
            session, name="t", scope="write", installation_id=KELP, created_by="test", now=NOW
        )
    url = {"url": "http://127.0.0.1:9/hook"}
    async with world.api() as api, world.api(secret) as kelp:
        made = await api.post("/api/webhooks", json=url)
        assert made.status_code == 201
        assert made.json()["secret"]
        assert made.json()["webhook"]["installation_id"] is None
        assert (await kelp.get("/api/webhooks")).json() == {"webhooks": []}
        assert (await kelp.post("/api/webhooks", json={**url, "installation_id": HARBOUR})).status_code == 404
        own = (await kelp.post("/api/webhooks", json=url)).json()["webhook"]
        assert own["installation_id"] == KELP
        assert "secret" not in (await kelp.get("/api/webhooks")).text
        assert (await kelp.post(f"/api/webhooks/{made.json()['webhook']['id']}/remove")).status_code == 404
        assert (await kelp.post(f"/api/webhooks/{own['id']}/remove")).json() == {"ok": True}
    world.web.settings = world.web.settings.model_copy(update={"radar_private_webhooks": False})
    async with world.api() as api:
        assert (await api.post("/api/webhooks", json=url)).status_code == 400


async def test_an_unknown_address_under_api_is_a_problem(world: World) -> None:
    async with world.api() as api:
        for answer in (await api.get("/api/nothing"), await api.delete("/api/repos")):
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code
