"""Headers of every answer, and that no header of a request moves where we send people."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from bot.model.sign_in import UserAccess
from bot.storage import tokens
from bot.web.access import RECHECK_S
from bot.web.api_answers import answer_of
from tests.patience import PATIENCE_S
from tests.web.world import ADMIN_ID, HARBOUR, NOW, READER_ID, World

pytestmark = pytest.mark.anyio

PRIVATE = ("/", "/repos", "/repos.csv", "/repos.json", "/repos/harbour/ledger", "/repos/harbour/ledger/status", "/api")
ANSWERS = (*PRIVATE, "/nowhere", "/api/repos", "/batches", "/readyz", "/badge/harbour/tidemark.svg")


async def test_no_shared_cache_keeps_what_one_person_may_see(world: World) -> None:
    async with world.person(READER_ID) as reader:
        for path in PRIVATE:
            kept = (await reader.get(path)).headers["cache-control"]
            assert "private" in kept or "no-store" in kept, path


@pytest.mark.parametrize("path", ANSWERS)
async def test_every_answer_carries_the_headers(world: World, path: str) -> None:
    async with world.client() as client:
        headers = (await client.get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "\x1b[31m", "<script>"])
async def test_a_request_id_of_a_stranger_is_taken_only_if_harmless(world: World, given: str) -> None:
    async with world.client() as client:
        safe = await client.get("/healthz", headers={"x-request-id": "abc-1.2_3"})
        odd = await client.get("/healthz", headers={"x-request-id": given})
    assert safe.headers["x-request-id"] == "abc-1.2_3"
    assert re.fullmatch(r"[0-9a-f]{32}", odd.headers["x-request-id"])


async def test_host_and_forwarded_headers_move_no_link(world: World) -> None:
    lies = {"host": "thief.example", "x-forwarded-host": "thief.example", "x-forwarded-proto": "gopher"}
    async with world.operator() as operator:
        for path in ("/", "/repos/harbour/ledger", "/setup", "/api"):
            assert "thief.example" not in (await operator.get(path, headers=lies)).text, path
    async with world.client() as client:
        answer = await client.get("/sign-in/github", headers=lies)
    assert "thief.example" not in answer.headers["location"]


async def test_a_page_of_the_api_leads_to_our_own_address(world: World) -> None:
    async with world.api() as client:
        answer = await client.get("/api/repos?limit=1", headers={"host": "thief.example"})
    assert answer.headers["link"].startswith(f"<{world.web.settings.radar_public_url}/api/repos?")


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"a":' * 12_000, b'{"force":' + b"[" * 60_000])
async def test_json_that_nests_without_end_is_a_plain_400(world: World, body: bytes) -> None:
    async with world.api() as client:
        answer = await client.post(
            "/api/batch/generate-remaining", content=body, headers={"content-type": "application/json"}
        )
    assert answer.status_code == 400


INJECTIONS = ("' OR '1'='1", "x'; DROP TABLE repositories; --", '" OR 1=1 --', "%' OR 1=1 --", "\\' OR 1=1 --", "{x}")


@pytest.mark.parametrize("evil", INJECTIONS)
async def test_what_is_asked_for_never_becomes_sql(world: World, evil: str) -> None:
    fields = ("q", "owner", "language", "licence", "technology", "check", "grade", "status", "kind", "sort")
    async with world.client() as stranger, world.operator() as operator:
        for field in fields:
            found = (await stranger.get("/repos.json", params={field: evil})).json()["repositories"]
            names = {f"{row['owner']}/{row['name']}" for row in found}
            assert names <= {"harbour/tidemark", "harbour/driftwood", "harbour/newborn"}, field
            if field not in {"sort"}:
                assert names == set(), field
        for path in ("/deliveries", "/runs"):
            for field in ("state", "event", "repository", "function"):
                assert (await operator.get(path, params={field: evil})).status_code == 200
        assert (await stranger.get("/dependencies", params={"q": evil})).status_code == 200
        assert len((await operator.get("/repos.json")).json()["repositories"]) == 5


async def test_the_live_progress_is_for_those_who_see_the_batch(world: World) -> None:
    async with world.client() as stranger, world.person(READER_ID) as reader, world.person(ADMIN_ID) as admin:
        assert (await stranger.get("/batches/batch-1/events")).status_code == 303
        assert (await reader.get("/batches/batch-1/events")).status_code == 403
        assert (await admin.get("/batches/batch-2/events")).status_code == 404


@pytest.mark.parametrize("how", ["signed out", "role lost", "token revoked"])
async def test_the_live_progress_ends_with_the_readers_right(
    world: World, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.pages_batches.LOOK_S", 0.0)
    monkeypatch.setattr("bot.web.pages_batches.POLL_S", 0.001)
    told = asyncio.Event()

    def tells(*given: Any) -> Any:
        told.set()
        return answer_of(*given)

    monkeypatch.setattr("bot.web.pages_batches.answer_of", tells)
    async with world.web.db.write() as session:
        made, secret = await tokens.create(
            session, name="t", scope="read", installation_id=HARBOUR, created_by="operator", now=NOW
        )
    async with world.person(ADMIN_ID) as admin, world.api(secret) as api:
        page = (await admin.get("/settings")).text
        client, path = (
            (api, "/api/batches/batch-1/events") if how == "token revoked" else (admin, "/batches/batch-1/events")
        )
        reading = asyncio.create_task(client.get(path))
        async with asyncio.timeout(PATIENCE_S):
            await told.wait()
        assert not reading.done(), "the batch still runs"
        if how == "signed out":
            token = re.findall(r'name="form_token" value="([^"]+)"', page)[0]
            await admin.post("/sign-out", data={"form_token": token})
        elif how == "role lost":
            world.sign_in.accesses = {ADMIN_ID: UserAccess({}, {HARBOUR: False})}
            world.now += timedelta(seconds=RECHECK_S + 1)
        else:
            async with world.web.db.write() as session:
                await tokens.revoke(session, made.id, now=NOW)
        async with asyncio.timeout(PATIENCE_S):
            assert (await reading).text.count("event: progress") == 1
