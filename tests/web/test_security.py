"""Headers of every answer, and that no header of a request moves where we send people."""

from __future__ import annotations

import re

import pytest

from tests.web.world import READER_ID, World

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
