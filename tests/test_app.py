"""Radar as a server sees it: by ASGI's lifespan protocol and its requests, with everything real behind it."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partialmethod
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import Message

from bot import app as app_module
from bot.app import Radar
from bot.config import Settings, load_settings
from bot.engine.server import Engine
from bot.model.errors import UserError, WorldError
from bot.storage.database import Database
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

SECRET = "s" * 32
PING_BODY = b'{"zen":"Keep it logically awesome.","hook_id":1}'
PING = {"x-github-event": "ping", "x-github-delivery": "1", "content-type": "application/json"}
NO_DATABASE = "sqlite:////nowhere/radar.db"


def settings_with(folder: Path, **values: Any) -> Settings:
    fixed = {"database_url": f"sqlite:///{folder}/radar.db", "_env_file": None, "radar_workers": 1}
    return load_settings(**(fixed | values)).with_generated_secrets()


class Server:
    """What uvicorn is to an ASGI application, without a socket."""

    def __init__(self, settings: Settings) -> None:
        self.radar = Radar(settings)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.radar), base_url="http://radar.example.com")
        self._to_app = asyncio.Queue[Message]()
        self._from_app = asyncio.Queue[Message]()
        self._lifespan: asyncio.Task[None] | None = None

    async def start(self) -> Message:
        """Starts the application; its answer."""
        self._lifespan = asyncio.create_task(
            self.radar({"type": "lifespan", "asgi": {"version": "3.0"}}, self._to_app.get, self._from_app.put)
        )
        await self._to_app.put({"type": "lifespan.startup"})
        return await self.told()

    async def told(self) -> Message:
        """The application's next word."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._from_app.get()

    async def stop(self) -> Message:
        """Stops the application; its answer."""
        assert self._lifespan is not None
        await self._to_app.put({"type": "lifespan.shutdown"})
        answer = await self.told()
        await self._lifespan
        return answer


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Server]:
    """A server with the bot up, stopped in good order at the end."""
    server = Server(settings)
    assert await server.start() == {"type": "lifespan.startup.complete"}
    await server.radar.opened()
    async with server.http:
        yield server
    assert await server.stop() == {"type": "lifespan.shutdown.complete"}


async def test_it_starts_says_it_is_ready_and_stops(tmp_path: Path) -> None:
    async with served(settings_with(tmp_path)) as server:
        ready = await server.http.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert set(ready.json()["parts"]) == {"database", "engine"}
        assert "radar_acknowledge_seconds" in (await server.http.get("/metrics")).text
    assert server.radar.start_error is None


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_strangers_cannot_run_functions(tmp_path: Path, method: str) -> None:
    async with served(settings_with(tmp_path)) as server:
        answer = await server.http.request(method, "/api/inngest?fnId=repo-radar-end-sessions&stepId=step", json={})
    assert answer.status_code == 401


STRANGERS = {
    "an unsigned webhook": (
        "POST",
        "/api/github/webhooks",
        PING,
    ),
    "the API": ("GET", "/api/repos", {}),
}


@pytest.mark.parametrize("case", STRANGERS)
async def test_strangers_are_refused(tmp_path: Path, case: str) -> None:
    method, path, headers = STRANGERS[case]
    async with served(settings_with(tmp_path, github_webhook_secret="s" * 32)) as server:
        answer = await server.http.request(method, path, headers=headers, content=b"{}")
    assert answer.status_code == 401


async def test_requests_wait_for_the_start(tmp_path: Path) -> None:
    server = Server(settings_with(tmp_path))
    with pytest.raises(RuntimeError, match="has not been started"):
        _ = server.radar.web
    early = asyncio.create_task(server.http.get("/healthz"))
    await asyncio.sleep(0)
    await server.start()
    assert (await early).status_code == 200
    await server.http.aclose()
    await server.stop()


async def test_new_settings_are_put_to_use_without_dropping_a_request(tmp_path: Path) -> None:
    async with served(settings_with(tmp_path)) as server:
        before = server.radar.web
        changed = server.radar.settings.model_copy(
            update={"github_token": SecretStr("t"), "github_owner": "acme", "radar_public_url": "https://new.example"}
        )
        await server.radar.apply(changed)
        for _ in range(3):
            await asyncio.sleep(0)  # the exchange begins; who comes now waits for the new parts
        answers = await asyncio.gather(*(server.http.get("/readyz") for _ in range(5)))
        assert [one.status_code for one in answers] == [200] * 5
        assert server.radar.web.settings is changed
        assert server.radar.web.operator_link.startswith("https://new.example/")
        assert server.radar.web.operator_token == before.operator_token, "the printed link goes on working"


class SlowBody:
    """A delivery whose last byte comes when it is let go."""

    def __init__(self) -> None:
        self.has_begun, self.is_let_go = asyncio.Event(), asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield PING_BODY[:1]
        self.has_begun.set()
        await self.is_let_go.wait()
        yield PING_BODY[1:]


@asynccontextmanager
async def delivery_under_way(server: Server) -> AsyncIterator[tuple[SlowBody, asyncio.Task[httpx.Response]]]:
    """A signed delivery of which the body is still coming in."""
    body = SlowBody()
    signature = "sha256=" + hmac.new(SECRET.encode(), PING_BODY, "sha256").hexdigest()
    headers = PING | {"x-hub-signature-256": signature}
    task = asyncio.create_task(server.http.post("/api/github/webhooks", headers=headers, content=body))
    await body.has_begun.wait()
    yield body, task
    await task


async def test_requests_under_way_end_on_the_parts_that_they_began_with(tmp_path: Path) -> None:
    """The delivery is stored by the receiver that will stop, which waits for it; who comes meanwhile waits."""
    settings = settings_with(tmp_path, github_webhook_secret=SECRET)
    async with served(settings) as server, delivery_under_way(server) as (body, delivery):
        before = server.radar.web
        await server.radar.apply(settings.model_copy(update={"radar_public_url": "https://new.example"}))
        late = asyncio.create_task(server.http.get("/readyz"))
        await asyncio.sleep(0.1)
        assert (late.done(), delivery.done(), server.radar.web) == (False, False, before)
        body.is_let_go.set()
        assert (await delivery).status_code == 202
        assert (await late).status_code == 200
        assert server.radar.web is not before


async def test_a_request_without_end_does_not_hold_up_the_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "DRAIN_S", 0.05)
    settings = settings_with(tmp_path, github_webhook_secret=SECRET)
    async with served(settings) as server, delivery_under_way(server) as (body, delivery):
        before = server.radar.web
        await server.radar.apply(settings)
        assert (await server.http.get("/readyz")).status_code == 200
        assert server.radar.web is not before
        assert before.ending.is_set(), "streams of events end by this"
        body.is_let_go.set()
        assert (await delivery).status_code == 503, "its receiver has stopped: GitHub is told that it failed"


async def test_a_database_that_is_away_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder stands where the file shall be, as if the disk were full, until it is taken away."""
    monkeypatch.setattr(app_module, "TRY_AGAIN_S", 0.01)
    (tmp_path / "radar.db").symlink_to("/dev/full")
    server = Server(settings_with(tmp_path, github_webhook_secret=SECRET))
    assert await server.start() == {"type": "lifespan.startup.complete"}
    ready = await server.http.get("/readyz")
    assert (ready.status_code, ready.json()["parts"]) == (
        503,
        {"database": {"ok": False, "detail": "database or disk is full"}},
    )
    assert (await server.http.get("/healthz")).status_code == 200
    webhook = await server.http.post("/api/github/webhooks", headers=PING, content=PING_BODY)
    assert (webhook.status_code, webhook.headers["retry-after"]) == (503, "5")
    assert "waits for its database" in (await server.http.get("/", headers={"accept": "text/html"})).text
    (tmp_path / "radar.db").unlink()
    async with asyncio.timeout(PATIENCE_S):
        await server.radar.opened()
    assert (await server.http.get("/readyz")).status_code == 200
    await server.http.aclose()
    assert await server.stop() == {"type": "lifespan.shutdown.complete"}


async def test_a_slow_database_is_awaited_while_the_server_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, is_let_go = app_module._prepare, asyncio.Event()

    async def slow(settings: Settings) -> None:
        await is_let_go.wait()
        await prepare(settings)

    monkeypatch.setattr(app_module, "_prepare", slow)
    monkeypatch.setattr(app_module, "PATIENCE_S", 0.01)
    server = Server(settings_with(tmp_path))
    assert await server.start() == {"type": "lifespan.startup.complete"}
    ready = await server.http.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["parts"]["database"]["detail"] == "no answer yet, or its tables are being made ready"
    is_let_go.set()
    await server.radar.opened()
    assert (await server.http.get("/readyz")).status_code == 200
    await server.http.aclose()
    assert await server.stop() == {"type": "lifespan.shutdown.complete"}


async def test_a_stop_is_heard_while_the_database_is_awaited(tmp_path: Path) -> None:
    (tmp_path / "radar.db").symlink_to("/dev/full")
    server = Server(settings_with(tmp_path))
    await server.start()
    await server.http.aclose()
    assert await server.stop() == {"type": "lifespan.shutdown.complete"}


async def test_a_database_that_stays_away_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "radar.db").symlink_to("/dev/full")
    server = Server(settings_with(tmp_path, radar_database_wait_s=0))
    answer = await server.start()
    await server.http.aclose()
    assert answer["type"] == "lifespan.startup.failed"
    assert "Make room on the disk" in answer["message"]
    assert isinstance(server.radar.start_error, WorldError)


async def test_a_bot_that_ends_by_itself_says_so(tmp_path: Path) -> None:
    server = Server(settings_with(tmp_path))
    failed = asyncio.Event()
    server.radar.when_failed = failed.set
    await server.start()
    await server.http.aclose()
    await server.radar.apply(server.radar.settings.model_copy(update={"database_url": SecretStr(NO_DATABASE)}))
    assert (await server.told())["type"] == "lifespan.shutdown.failed"
    assert failed.is_set()
    assert isinstance(server.radar.start_error, UserError)


FAILURES: dict[str, tuple[Mapping[str, str], type[Exception], str]] = {
    "no database there": ({"database_url": NO_DATABASE}, UserError, "database"),
    "a key that is none": (
        {"github_app_id": "1", "github_private_key": "hello!", "github_webhook_secret": "s" * 32},
        UserError,
        "GITHUB_PRIVATE_KEY is no private key",
    ),
}


@pytest.mark.parametrize("case", FAILURES)
async def test_a_start_that_fails_says_why(tmp_path: Path, case: str) -> None:
    values, kind, said = FAILURES[case]
    server = Server(settings_with(tmp_path, **values))
    answer = await server.start()
    await server.http.aclose()
    assert answer["type"] == "lifespan.startup.failed"
    assert said.lower() in answer["message"].lower()
    assert isinstance(server.radar.start_error, kind)


async def test_a_second_bot_on_one_database_is_told_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(tmp_path)
    async with served(settings):
        monkeypatch.setattr(Engine, "start", partialmethod(Engine.start, wait_s=0.0))
        second = Server(settings)
        answer = await second.start()
        await second.http.aclose()
        assert answer["type"] == "lifespan.startup.failed"
        assert "Another process runs the engine on this database" in answer["message"]
        assert isinstance(second.radar.start_error, UserError)


async def test_the_database_is_migrated_by_the_start(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    async with served(settings):
        database = Database(settings.database_url.get_secret_value())
        try:
            assert await database.pending_revisions() == ()
        finally:
            await database.close()


async def test_a_slash_too_many_leads_to_the_page_of_this_bot(tmp_path: Path) -> None:
    async with served(settings_with(tmp_path)) as server:
        answer = await server.http.get("/repos/?q=a", headers={"host": "thief.example"})
    assert (answer.status_code, answer.headers["location"]) == (307, "/repos?q=a")
