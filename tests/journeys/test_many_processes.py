"""Several web processes on one PostgreSQL, beside an Inngest server: they share the relay, and send nothing twice."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.databases import fresh_url
from tests.fakehub import FakeHub
from tests.fakehub.payloads import ZERO_SHA
from tests.fakehub.world import Repository
from tests.journeys.bot_process import BotProcess, eventually
from tests.patience import PATIENCE_S

PUSHES = 240
SENDERS = 12


class EventApi(ThreadingHTTPServer):
    """An Inngest server as far as it takes events: which id came by which event key, how often. It is in no hurry."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def pushes(self) -> Counter[str]:
        """Each push event's id, and how often it came."""
        return Counter(event_id for _, event_id in list(self.taken) if event_id.startswith("push"))


class Handler(BaseHTTPRequestHandler):
    """`POST /e/KEY` takes events; functions are registered at `/fn/register`."""

    server: EventApi

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        answer: dict[str, object] = {"ok": True}
        if self.path.startswith("/e/"):
            time.sleep(0.02)
            ids = [event["id"] for event in json.loads(body)]
            self.server.taken += [(self.path.removeprefix("/e/"), one) for one in ids]
            answer = {"ids": ids, "status": 200}
        self._answer(answer)

    def do_GET(self) -> None:
        self._answer({})

    def _answer(self, answer: dict[str, object]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def event_api() -> Iterator[EventApi]:
    server = EventApi()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_two_processes_share_the_relay_and_send_nothing_twice(
    event_api: EventApi, tmp_path: Path, postgresql_uri: str
) -> None:
    """Each delivery reaches both, as when GitHub or a load balancer tries again."""
    url = asyncio.run(fresh_url("postgresql", tmp_path, postgresql_uri))
    with ExitStack() as stack:
        hub = stack.enter_context(FakeHub())
        bots = [
            stack.enter_context(
                BotProcess(
                    hub,
                    tmp_path / name,
                    database_url=url,
                    environment={
                        "INNGEST_DEV": event_api.url,
                        "INNGEST_BASE_URL": event_api.url,
                        "INNGEST_EVENT_KEY": name,
                    },
                )
            )
            for name in ("first", "second")
        ]
        repository = hub.add_repository("acme", "hello", {"README.md": "# Hello\n"})
        hub.install("acme", announce=False)
        bodies = pushes(hub, repository)

        def deliver(number: int) -> list[int]:
            headers = hub.service.webhook_headers("push", str(uuid.UUID(int=number)), bodies[number])
            places = [bot.webhook_url for bot in bots[:: 1 if number % 2 else -1]]  # each is the first for every other
            return [client.post(place, content=bodies[number], headers=headers).status_code for place in places]

        with httpx.Client(timeout=PATIENCE_S, trust_env=False) as client, ThreadPoolExecutor(SENDERS) as threads:
            statuses = list(threads.map(deliver, range(PUSHES)))
        assert {status for both in statuses for status in both} == {202}
        eventually(lambda: len(event_api.pushes()) == PUSHES, what="every push is an event")
        first = bots[0]
        eventually(
            lambda: first.scalar("select count(*) from deliveries where state = 'received'") == 0, what="settled"
        )
        assert set(event_api.pushes().values()) == {1}
        assert {key for key, event_id in event_api.taken if event_id.startswith("push")} == {"first", "second"}


def pushes(hub: FakeHub, repository: Repository) -> list[bytes]:
    """The webhooks of many pushes, each to a commit of its own."""
    head = repository.git.head()
    payload = hub.service.payloads.push(repository, "refs/heads/main", ZERO_SHA, head, hub.user("ada"))
    return [json.dumps({**payload, "after": f"{number + 1:040x}"}).encode() for number in range(PUSHES)]
