"""announce-report: subscribers hear of a stored report once, signed, and a dead one is disabled in the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.functions import announce_report
from bot.functions.announce_report import StoredReportNews, deliver, message, note, subscribers
from bot.functions.edge import RefreshRequest
from bot.functions.refresh_repository import Refreshing
from bot.intake.signature import verify
from bot.model.errors import FinalError, Finality
from bot.storage import outbox, subscriptions
from bot.storage.sealed import seal
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio

SECRET = "their secret"


async def subscribed(world: World) -> tuple[StoredReportNews, int]:
    """A subscription, and the news of a report that was stored after it."""
    repository = world.hub.add_repository("acme", "hello", {"README.md": "# hello\n"})
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    key = world.deps.settings.radar_secret_key
    assert key is not None
    async with world.bot.database.write() as session:
        subscription = await subscriptions.add(
            session,
            installation_id=installation.id,
            url="https://hooks.example.com/radar",
            secret_sealed=seal(SECRET, key.get_secret_value()),
            now=world.now,
        )
    request = RefreshRequest(installation_id=installation.id, repository_id=repository.id)
    refreshing = Refreshing(world.deps, request, "run-1")
    await refreshing.prepare()
    done = await refreshing.analyze()
    async with world.bot.database.write() as session:
        (event,) = [one.event for one in await outbox.claim(session, now=world.now, limit=10, lease_s=1)]
    assert event.name == "report/stored"
    assert event.data["report_id"] == done["report_id"]
    return StoredReportNews(**event.data), subscription.id


async def test_a_subscriber_gets_the_news_signed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    news, subscription_id = await subscribed(world)
    sent: list[tuple[str, bytes, dict[str, str], bool]] = []

    async def post(url: str, body: bytes, headers: dict[str, str], *, allow_private: bool = False) -> int:
        sent.append((url, body, headers, allow_private))
        return 200

    monkeypatch.setattr(announce_report, "post", post)
    assert await subscribers(world.deps, news.installation_id) == [subscription_id]
    assert await deliver(world.deps, news, subscription_id, "run-2") == ""
    ((url, body, headers, allow_private),) = sent
    assert url == "https://hooks.example.com/radar"
    assert not allow_private
    assert verify((SECRET.encode(),), body, headers["x-hub-signature-256"])
    told: dict[str, Any] = json.loads(body)
    assert told["event"] == headers["x-radar-event"] == "report.updated"
    assert told["repository"]["name"] == "hello"
    assert told["report"]["id"] == news.report_id


async def test_an_address_that_is_refused_is_noted_and_disabled_in_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    news, subscription_id = await subscribed(world)

    async def post(*_: Any, **__: Any) -> int:
        raise FinalError(Finality.REFUSED, "hooks.example.com is not a public address.")

    monkeypatch.setattr(announce_report, "post", post)
    error = await deliver(world.deps, news, subscription_id, "run-2")
    assert "not a public address" in error
    for _ in range(subscriptions.GIVEN_UP_AFTER):
        await note(world.deps, subscription_id, error)
    assert await subscribers(world.deps, news.installation_id) == []


async def test_a_removed_repository_is_not_spoken_of(world: World) -> None:
    news, _ = await subscribed(world)
    assert await message(world.deps, news) is not None
    gone = StoredReportNews(installation_id=news.installation_id, repository_id=news.repository_id, report_id=-1)
    assert await message(world.deps, gone) is None
