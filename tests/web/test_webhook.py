"""GitHub's deliveries over HTTP: every status of the contract, and nothing answered 202 that is not on disk."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from bot.intake.receive import Receiver
from bot.intake.signature import sign
from bot.model.delivery import DeliveryState
from bot.storage import inbox
from bot.storage.database import Database
from bot.web.webhook import LARGE_AT_ONCE, MAX_BODY_BYTES, PATH, SMALL_BODY_BYTES, WebhookEndpoint, webhook_first
from tests.databases import migrated
from tests.storage.samples import NOW

pytestmark = pytest.mark.anyio

SECRET, OLD_SECRET = b"new secret", b"old secret"
BODY = json.dumps({"action": "created", "repository": {"id": 42, "full_name": "octo/hello"}}).encode()
HEAD = {"content-type": "application/json", "x-github-event": "star", "x-github-delivery": "guid-1"}


@dataclass
class Answer:
    """What came back, and how many pieces of the body were taken."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces_read: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def deliver(
    endpoint: WebhookEndpoint,
    pieces: Iterable[bytes] = (BODY,),
    *,
    headers: Mapping[str, str | bytes | None] = {},
    secret: bytes | None = SECRET,
    method: str = "POST",
) -> Answer:
    """Send a delivery in pieces; `headers` replace, or with None remove, what GitHub would send."""
    answer, waiting = Answer(), iter(pieces)
    sent: dict[str, str | bytes | None] = {**HEAD}
    if secret is not None:
        pieces = list(pieces)
        waiting = iter(pieces)
        sent["x-hub-signature-256"] = sign(secret, b"".join(pieces))
    sent.update(headers)
    raw = [
        (name.encode(), value if isinstance(value, bytes) else value.encode("latin-1"))
        for name, value in sent.items()
        if value is not None
    ]
    upcoming = next(waiting, b"")

    async def receive() -> Message:
        nonlocal upcoming
        answer.pieces_read += 1
        piece, following = upcoming, next(waiting, None)
        upcoming = following or b""
        return {"type": "http.request", "body": piece, "more_body": following is not None}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message["body"]

    await endpoint({"type": "http", "method": method, "path": PATH, "headers": raw}, receive, send)
    return answer


@pytest.fixture(autouse=True)
def unprinted_logs() -> Iterator[None]:
    """Failures are provoked here; printing their tracebacks would take most of the time."""
    with capture_logs():
        yield


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with migrated(f"sqlite:///{tmp_path}/radar.db") as made:
        yield made


@asynccontextmanager
async def serving(database: Database) -> AsyncIterator[WebhookEndpoint]:
    async with Receiver(database) as receiver:
        yield WebhookEndpoint(receiver, secrets=lambda: (SECRET, OLD_SECRET), clock=lambda: NOW)


@pytest.fixture
async def endpoint(database: Database) -> AsyncIterator[WebhookEndpoint]:
    async with serving(database) as made:
        yield made


async def stored(database: Database) -> int:
    async with database.read() as session:
        return sum((await inbox.counts(session)).values())


async def test_a_delivery_is_on_disk_when_it_is_answered(endpoint: WebhookEndpoint, database: Database) -> None:
    answer = await deliver(endpoint)
    assert (answer.status, answer.json["ok"], answer.json["status"]) == (202, True, "accepted")
    assert answer.headers["content-type"] == "application/json"
    async with database.read() as session:
        found = await inbox.get(session, "guid-1")
        assert await inbox.body(session, "guid-1") == BODY
    assert found is not None
    assert (found.event, found.action, found.repository_id, found.state) == (
        "star",
        "created",
        42,
        DeliveryState.RECEIVED,
    )
    assert found.received_at == NOW


async def test_a_guid_already_held_is_accepted_and_nothing_more(endpoint: WebhookEndpoint, database: Database) -> None:
    await deliver(endpoint)
    again = await deliver(endpoint, [b'{"other": 1}'])
    assert (again.status, again.json["status"]) == (202, "already held")
    assert await stored(database) == 1


async def test_any_of_the_secrets_verifies(endpoint: WebhookEndpoint) -> None:
    assert (await deliver(endpoint, secret=OLD_SECRET)).status == 202


async def test_a_form_is_accepted_as_github_sends_it(endpoint: WebhookEndpoint, database: Database) -> None:
    form = urlencode({"payload": BODY.decode()}).encode()
    answer = await deliver(endpoint, [form], headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status == 202
    async with database.read() as session:
        assert await inbox.body(session, "guid-1") == BODY


async def test_a_large_form_is_accepted(endpoint: WebhookEndpoint, database: Database) -> None:
    body = json.dumps({"text": "é" * 300_000}, ensure_ascii=False)
    form = urlencode({"payload": body}).encode()
    answer = await deliver(endpoint, [form], headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status == 202
    async with database.read() as session:
        assert await inbox.body(session, "guid-1") == body.encode()


REFUSED: list[tuple[str, int, dict[str, Any]]] = [
    ("wrong secret", 401, {"secret": b"guess"}),
    ("no signature", 401, {"secret": None}),
    ("signature not ASCII", 401, {"headers": {"x-hub-signature-256": "sha256=é"}}),
    ("signature not UTF-8", 401, {"headers": {"x-hub-signature-256": b"\xff\xfe"}}),
    ("SHA-1 only", 401, {"secret": None, "headers": {"x-hub-signature": "sha1=" + "0" * 40}}),
    ("not JSON", 400, {"pieces": [b"{nonsense"]}),
    ("empty body", 400, {"pieces": [b""]}),
    ("JSON, but no object", 400, {"pieces": [b"[1, 2]"]}),
    ("no event header", 400, {"headers": {"x-github-event": None}}),
    ("no delivery header", 400, {"headers": {"x-github-delivery": None}}),
    ("empty delivery header", 400, {"headers": {"x-github-delivery": ""}}),
    ("long delivery header", 400, {"headers": {"x-github-delivery": "x" * 65}}),
    ("odd delivery header", 400, {"headers": {"x-github-delivery": "a\tb"}}),
    (
        "form without payload",
        400,
        {"pieces": [b"a=b"], "headers": {"content-type": "application/x-www-form-urlencoded"}},
    ),
    ("form that is none", 400, {"pieces": [b"\xff"], "headers": {"content-type": "application/x-www-form-urlencoded"}}),
    ("another content type", 415, {"headers": {"content-type": "text/plain"}}),
    ("no content type", 415, {"headers": {"content-type": None}}),
    ("announced too large", 413, {"headers": {"content-length": str(MAX_BODY_BYTES + 1)}}),
    ("GET", 405, {"method": "GET"}),
]


@pytest.mark.parametrize(("status", "changes"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
async def test_refused(endpoint: WebhookEndpoint, database: Database, status: int, changes: dict[str, Any]) -> None:
    answer = await deliver(endpoint, **changes)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["detail"].endswith(".")
    assert await stored(database) == 0


async def test_a_body_that_grows_too_large_is_refused_while_it_comes(endpoint: WebhookEndpoint) -> None:
    mebibyte = b"x" * 2**20
    answer = await deliver(endpoint, (mebibyte for _ in range(1000)), secret=None)
    assert answer.status == 413
    assert answer.pieces_read == 26
    assert answer.headers["connection"] == "close"


async def test_what_is_announced_too_large_is_not_read(endpoint: WebhookEndpoint) -> None:
    answer = await deliver(endpoint, headers={"content-length": str(26 * 2**20)})
    assert (answer.status, answer.pieces_read) == (413, 0)


async def test_the_largest_that_github_sends_is_accepted(endpoint: WebhookEndpoint) -> None:
    body = b'{"text": "' + b"x" * (MAX_BODY_BYTES - 12) + b'"}'
    assert len(body) == MAX_BODY_BYTES
    assert (await deliver(endpoint, [body[:1000], body[1000:]])).status == 202


async def test_without_a_secret_nothing_is_accepted(database: Database) -> None:
    async with Receiver(database) as receiver:
        endpoint = WebhookEndpoint(receiver, secrets=lambda: (), clock=lambda: NOW)
        assert (await deliver(endpoint, secret=b"")).status == 401


async def test_a_locked_database_is_never_a_false_202(tmp_path: Path) -> None:
    path = tmp_path / "radar.db"
    async with migrated(f"sqlite:///{path}"):
        database = Database(f"sqlite:///{path}", busy_timeout_s=0.05)
        async with serving(database) as endpoint:
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            answer = await deliver(endpoint)
            assert answer.status == 503
            assert int(answer.headers["retry-after"]) >= 1
            other.execute("ROLLBACK")
            other.close()
            assert await stored(database) == 0
            assert (await deliver(endpoint)).status == 202
        await database.close()


async def test_a_database_without_tables_is_never_a_false_202(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    async with serving(database) as endpoint:
        assert (await deliver(endpoint)).status == 503
    await database.close()


async def test_a_client_that_hangs_up_leaves_nothing(endpoint: WebhookEndpoint, database: Database) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"half', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(_message: Message) -> None:
        pytest.fail("nobody is there to answer")

    headers = [(name.encode(), value.encode()) for name, value in HEAD.items()]
    await endpoint({"type": "http", "method": "POST", "path": PATH, "headers": headers}, receive, send)
    assert await stored(database) == 0


async def test_deliveries_at_once_are_all_kept(database: Database) -> None:
    async with serving(database) as endpoint:
        answers = await asyncio.gather(
            *(deliver(endpoint, headers={"x-github-delivery": str(number)}) for number in range(64))
        )
    assert {answer.status for answer in answers} == {202}
    assert await stored(database) == 64, "a busy machine takes them for a burst, which is in the inbox at the end"


async def test_only_deliveries_go_past_the_app(endpoint: WebhookEndpoint) -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing() -> Message:
        return {}

    async def sink(_message: Message) -> None:
        return None

    whole = webhook_first(endpoint, app)
    await whole({"type": "lifespan"}, nothing, sink)
    await whole({"type": "http", "path": "/", "method": "GET", "headers": []}, nothing, sink)
    await whole({"type": "http", "path": PATH, "method": "GET", "headers": []}, nothing, sink)
    assert seen == ["lifespan", "http"]


async def test_large_bodies_wait_for_a_place_and_small_ones_do_not(endpoint: WebhookEndpoint) -> None:
    """Strangers who send slowly what is large hold a bounded part of memory, and hold up no ordinary delivery."""
    taken, let_go = 0, asyncio.Event()

    async def hold() -> int:
        statuses: list[int] = []
        pieces = iter((b"x" * (SMALL_BODY_BYTES + 1), b"x"))

        async def receive() -> Message:
            nonlocal taken
            piece = next(pieces)
            if len(piece) == 1:
                taken += 1
                await let_go.wait()
            return {"type": "http.request", "body": piece, "more_body": len(piece) > 1}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        headers = [(name.encode(), value.encode()) for name, value in HEAD.items()]
        await endpoint({"type": "http", "method": "POST", "path": PATH, "headers": headers}, receive, send)
        return statuses[0]

    async with asyncio.TaskGroup() as tasks:
        held = [tasks.create_task(hold()) for _ in range(LARGE_AT_ONCE + 3)]
        assert (await deliver(endpoint)).status == 202
        assert taken == LARGE_AT_ONCE
        let_go.set()
    assert {one.result() for one in held} == {401}
    assert taken == LARGE_AT_ONCE + 3
