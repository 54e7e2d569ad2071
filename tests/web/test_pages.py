"""What stands on the pages, beyond that they answer."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest

from bot.storage import subscriptions, tokens
from bot.storage.sealed import unseal
from bot.web.health import readiness
from tests.web.test_access import form_token
from tests.web.world import PRIVATE, World

pytestmark = pytest.mark.anyio


async def test_the_export_is_exactly_what_the_filter_shows(world: World) -> None:
    async with world.operator() as client:
        for query in ("", "?status=stale", "?language=Python&sort=name", "?q=dr"):
            rows = list(csv.DictReader(io.StringIO((await client.get(f"/repos.csv{query}")).text)))
            found = (await client.get(f"/repos.json{query}")).json()["repositories"]
            page = (await client.get(f"/repos{query}")).text
            shown = re.findall(r'<a href="/repos/(\w+/\w+)"><span', page)
            assert [f"{row['owner']}/{row['name']}" for row in rows] == shown
            assert [f"{row['owner']}/{row['name']}" for row in found] == shown


async def test_a_spreadsheet_runs_nothing_of_an_export(world: World) -> None:
    from sqlalchemy import update

    from bot.storage.tables import RepositoryRow

    async with world.web.db.write() as session:
        await session.execute(
            update(RepositoryRow).where(RepositoryRow.id == PRIVATE).values(summary='=cmd|" /C calc"!A0')
        )
    async with world.operator() as client:
        assert "'=cmd" in (await client.get("/repos.csv")).text


async def test_what_others_wrote_stays_text_on_every_page(world: World) -> None:
    from sqlalchemy import update

    from bot.storage.tables import DeliveryRow, RepositoryRow

    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    async with world.web.db.write() as session:
        await session.execute(
            update(RepositoryRow).values(description=evil, summary=evil, refresh_error=evil, language=evil)
        )
        await session.execute(
            update(DeliveryRow).values(sender=evil, reason=evil, action=evil, repository_full_name=evil)
        )
    async with world.operator() as client:
        for path in (
            "/",
            "/repos",
            "/repos/harbour/driftwood",
            "/deliveries",
            "/deliveries/guid-0",
            f"/repos?q={evil}",
        ):
            page = (await client.get(path)).text
            assert "<script>alert" not in page, path
            assert "<img src=x" not in page, path


async def test_no_page_needs_an_exception_from_the_policy(world: World) -> None:
    async with world.operator() as client:
        for path in (
            "/",
            "/repos",
            "/repos/harbour/tidemark",
            "/batches/batch-1",
            "/deliveries",
            "/settings",
            "/setup",
            "/api",
        ):
            answer = await client.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert not re.search(r"\sstyle=|<style|\son\w+=\"|<script(?! src=\"/static/)", answer.text), path
            assert not re.search(r'(?:src|href)="//', answer.text), path
            assert len(answer.content) < 100_000


async def test_static_files_are_kept_for_a_year_under_their_version(world: World) -> None:
    async with world.client() as client:
        page = (await client.get("/")).text
        (sheet,) = re.findall(r'href="(/static/radar\.css\?v=\w+)"', page)
        assert "immutable" in (await client.get(sheet)).headers["cache-control"]
        assert "immutable" not in (await client.get("/static/radar.css?v=old")).headers["cache-control"]
        assert (await client.get("/static/../config.py")).status_code == 404


async def test_a_made_token_is_shown_once_and_works(world: World) -> None:
    async with world.operator() as client:
        data = {"form_token": await form_token(client), "name": "ci", "scope": "write", "installation": "11"}
        page = (await client.post("/settings/tokens", data=data)).text
        (secret,) = re.findall(r'value="(radar_[\w-]+)"', page)
        assert secret not in (await client.get("/settings")).text
        async with world.api(secret) as api:
            assert (await api.post("/api/repos/harbour/tidemark/intelligence")).status_code == 202
        async with world.web.db.read() as session:
            (kept,) = await tokens.list_all(session)
        await client.post(f"/settings/tokens/{kept.id}/revoke", data=data)
        async with world.api(secret) as api:
            assert (await api.get("/api/repos")).status_code == 401


async def test_a_webhook_of_ours_is_kept_with_a_sealed_secret(world: World) -> None:
    world.web.settings = world.web.settings.model_copy(update={"radar_private_webhooks": True})
    async with world.operator() as client:
        data = {
            "form_token": await form_token(client),
            "url": "http://127.0.0.1:9/hook",
            "secret": "s3cret",
            "installation": "11",
        }
        assert "s3cret" in (await client.post("/settings/webhooks", data=data)).text
        assert "s3cret" not in (await client.get("/settings")).text
    async with world.web.db.read() as session:
        (kept,) = await subscriptions.wanting(session, 11)
        assert await subscriptions.wanting(session, 12) == []
    assert "s3cret" not in kept.secret_sealed
    assert unseal(kept.secret_sealed, "a key for these tests") == "s3cret"


async def test_a_webhook_into_our_own_network_is_refused(world: World) -> None:
    async with world.operator() as client:
        token = await form_token(client)
        for url in ("https://127.0.0.1/", "http://example.org/", "https://localhost/"):
            answer = await client.post("/settings/webhooks", data={"form_token": token, "url": url})
            assert answer.status_code == 400
    async with world.web.db.read() as session:
        assert await subscriptions.list_all(session) == []


async def test_retrying_a_failed_run_refreshes_its_repository(world: World) -> None:
    async with world.operator() as client:
        answer = await client.post("/runs/run-failed/retry", data={"form_token": await form_token(client)})
        assert answer.headers["location"] == "/repos/harbour/driftwood"
        assert "A new analysis is" in (await client.get("/repos/harbour/driftwood")).text


async def test_readiness_tells_which_part_is_down(world: World) -> None:
    from bot.web.deps import PartStatus

    async def parts() -> list[PartStatus]:
        return [PartStatus("engine", ok=False, detail="the journal is locked")]

    world.web.parts = parts
    async with world.client() as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["engine"] == {"ok": False, "detail": "the journal is locked"}
        assert (await client.get("/healthz")).status_code == 200
        metrics = (await client.get("/metrics")).text
    assert 'radar_deliveries{state="ignored"} 1.0' in metrics
    assert [part.name for part in await readiness(world.web)] == ["database", "engine"]


async def test_who_is_signed_in_stays_so_on_an_error_page(world: World) -> None:
    async with world.operator() as client:
        page = (await client.get("/repos/nobody/nothing")).text
        assert "Sign out" in page
        assert "Sign in" not in page
        assert 'href="/deliveries"' in page
    async with world.client() as client:
        assert 'href="/sign-in"' in (await client.get("/repos/nobody/nothing")).text


async def test_our_own_fault_is_a_page_without_its_inside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr("bot.web.pages_usage.technology_users", broken)
    transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://radar.test") as client:
        answer = await client.get("/technologies/NumPy", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert "the inside" not in answer.text
    assert "Our fault" in answer.text
