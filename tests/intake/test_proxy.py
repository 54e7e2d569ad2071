"""The webhook proxy's client: smee's events become stored deliveries whose signature still holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from bot.intake.proxy import WebhookProxy, event_data
from bot.intake.receive import Receiver
from bot.intake.signature import sign
from bot.storage import inbox
from bot.storage.database import Database

pytestmark = pytest.mark.anyio

SECRET = b"a secret that nobody guesses"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
BODY = '{"action":"created","name":"Zoë \\"quoted\\" </b>","n":[1,2.5,null,true],"deep":{"emoji":"🛰"}}'


def smee(changes: dict[str, Any] | None = None) -> str:
    """One event of a channel, as smee sends it: the body parsed, the headers beside it."""
    message = {
        "x-github-event": "issue_comment",
        "x-github-delivery": "guid-1",
        "x-hub-signature-256": sign(SECRET, BODY.encode()),
        "host": "smee.example",
        "body": json.loads(BODY),
        "query": {},
        "timestamp": 1,
    }
    return json.dumps({**message, **(changes or {})})


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/radar.db")
    await database.migrate()
    yield database
    await database.close()


def proxy_for(receiver: Receiver) -> WebhookProxy:
    return WebhookProxy("http://smee.example/c", receiver, secrets=lambda: (SECRET,), clock=lambda: NOW)


async def stored(database: Database) -> bytes | None:
    async with database.read() as session:
        return await inbox.body(session, "guid-1")


async def test_the_bytes_that_github_signed_are_stored(database: Database) -> None:
    async with Receiver(database) as receiver:
        assert await proxy_for(receiver).take(smee())
    assert await stored(database) == BODY.encode()


async def test_a_proxy_that_keeps_the_text_is_taken_at_its_word(database: Database) -> None:
    spaced = '{ "action" : "created" }'
    message = smee({"rawBody": spaced, "x-hub-signature-256": sign(SECRET, spaced.encode())})
    async with Receiver(database) as receiver:
        assert await proxy_for(receiver).take(message)
    assert await stored(database) == spaced.encode()


@pytest.mark.parametrize(
    "data",
    [
        "{}",
        "[]",
        "nonsense",
        '{"x-github-event": "push"}',
        smee({"x-hub-signature-256": "sha256=00"}),
        smee({"x-hub-signature-256": "sha256=ü"}),
        smee({"body": {"forged": True}}),
        "[" * 100_000,
    ],
)
async def test_what_is_no_verified_delivery_is_left_alone(database: Database, data: str) -> None:
    async with Receiver(database) as receiver:
        assert not await proxy_for(receiver).take(data)
    assert await stored(database) is None


async def test_events_are_read_as_the_standard_says() -> None:
    async def lines() -> AsyncIterator[str]:
        for line in (
            "event: ready",
            "data: {}",
            "",
            ": a comment",
            "data: one",
            "data:two",
            "",
            "event: ping",
            "data: x",
            "",
        ):
            yield line

    assert [data async for data in event_data(lines())] == ["one\ntwo"]


async def test_a_broken_connection_is_taken_up_again_with_growing_pauses(database: Database) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            raise asyncio.CancelledError

    with respx.mock:
        respx.get("http://smee.example/c").mock(
            side_effect=[
                httpx.ConnectError("refused"),
                httpx.Response(502),
                httpx.Response(200, text=f"data: {smee()}\n\n"),
                httpx.ConnectError("refused"),
            ]
        )
        async with Receiver(database) as receiver:
            proxy = WebhookProxy(
                "http://smee.example/c", receiver, secrets=lambda: (SECRET,), clock=lambda: NOW, sleep=sleep
            )
            with pytest.raises(asyncio.CancelledError):
                await proxy.run()
    assert pauses == [1.0, 2.0, 1.0, 2.0]
    assert await stored(database) == BODY.encode()


@pytest.mark.parametrize(
    "signed",
    [
        '{"a":"é <b> & 世界","b":[1,null]}',
        '{"a":"é \\u003cb\\u003e \\u0026 世界","b":[1,null]}',
        '{"a":"\\u00e9 <b> & \\u4e16\\u754c","b":[1,null]}',
        '{"a":"\\u00e9 \\u003cb\\u003e \\u0026 \\u4e16\\u754c","b":[1,null]}',
    ],
    ids=["as JavaScript", "escaped for HTML", "ASCII", "ASCII, escaped for HTML"],
)
async def test_whichever_way_github_wrote_it_the_signed_bytes_are_found(database: Database, signed: str) -> None:
    message = smee({"body": json.loads(signed), "x-hub-signature-256": sign(SECRET, signed.encode())})
    async with Receiver(database) as receiver:
        assert await proxy_for(receiver).take(message)
    assert await stored(database) == signed.encode()
