"""The fake GitHub's inside: records, limits and faults, the ASGI application, and the sending of webhooks."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.fakehub.app_api import app_routes
from tests.fakehub.app_record import AppRecord
from tests.fakehub.control import control_routes
from tests.fakehub.faults import Faults
from tests.fakehub.gate import Gate, dumps
from tests.fakehub.graph import graphql_route
from tests.fakehub.ledger import Ledger
from tests.fakehub.pages import page_routes
from tests.fakehub.payloads import Payloads
from tests.fakehub.people_api import people_routes, sign_in_routes
from tests.fakehub.repo_api import codeload_route, repo_routes
from tests.fakehub.shapes import Shapes
from tests.fakehub.talk_api import talk_routes
from tests.fakehub.world import Account, Comment, Delivery, Issue, Json, Repository, World
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.fakehub.hub import FakeHub

ALWAYS_SENT = ("installation", "installation_repositories", "installation_target", "github_app_authorization", "ping")
DELIVERY_TIMEOUT_S = 10
MAX_CONCURRENT_DELIVERIES = 32


class Service:
    """One fake GitHub. `url` is set when it listens; `loop` is the one that it serves on."""

    def __init__(self) -> None:
        self.world = World()
        self.ledger = Ledger()
        self.faults = Faults()
        self.url = ""
        self.enterprise = False
        self.latency_s = 0.0
        self.token_lifetime = timedelta(hours=1)
        self.tree_limit = 100_000
        self.codeload_key = secrets.token_bytes(32)
        self.signed_in: Account | None = None
        self.oauth_codes: dict[str, tuple[Account, str, str]] = {}
        self.manifest_codes: dict[str, tuple[Json, Account]] = {}
        self.webhooks_enabled = True
        self.hub: FakeHub | None = None
        self.released = asyncio.Event()
        owner = self.world.account("radar-makers", "Organization")
        self.app_record = AppRecord(
            id=self.world.next_id(),
            slug="repo-radar",
            name="Repo Radar",
            owner=owner,
            bot=self.world.account("repo-radar[bot]", "Bot"),
            created_at=self.world.now(),
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: httpx.AsyncClient | None = None
        self._gate = asyncio.Semaphore(MAX_CONCURRENT_DELIVERIES)
        self._pending: set[Future[None]] = set()

    @property
    def api_url(self) -> str:
        """The REST root that the App is configured with."""
        return f"{self.url}/api/v3" if self.enterprise else self.url

    def shapes(self, root_path: str = "") -> Shapes:
        """Shapes whose links are below the root of the request."""
        return Shapes(self.world, self.app_record, api=self.url + root_path, web=self.url)

    @property
    def payloads(self) -> Payloads:
        return Payloads(self.world, Shapes(self.world, self.app_record, api=self.api_url, web=self.url))

    def application(self) -> Gate:
        """The ASGI application: REST at / and /api/v3, GraphQL at /graphql and /api/graphql, pages, control.

        An Enterprise Server has the API below /api only.
        """
        rest = [
            *app_routes(self),
            *talk_routes(self),
            *repo_routes(self),
            *people_routes(self),
        ]
        pages = [codeload_route(self), *sign_in_routes(self), *control_routes(self), *page_routes(self)]
        routes = [Mount("/api/v3", routes=rest), graphql_route(self, "/api/graphql")]
        if not self.enterprise:
            routes += [graphql_route(self, "/graphql"), *rest]
        return Gate(Starlette(routes=[*routes, *pages], lifespan=self._lifespan), self)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await self.open()
        yield
        await self.close()

    async def open(self) -> None:
        """Get ready to send webhooks from this loop."""
        self._loop = asyncio.get_running_loop()
        limits = httpx.Limits(max_connections=MAX_CONCURRENT_DELIVERIES)
        self._client = httpx.AsyncClient(timeout=DELIVERY_TIMEOUT_S, limits=limits, trust_env=False)

    async def close(self) -> None:
        """Let hanging requests go and stop sending."""
        self.released.set()
        for future in tuple(self._pending):
            future.cancel()
        if self._client is not None:
            await self._client.aclose()

    def release(self) -> None:
        """Let hanging requests go; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.released.set)

    def new_issue(self, repository: Repository, title: str, user: Account, body: str) -> Issue:
        number = max(repository.issues, default=0) + 1
        issue = Issue(self.world.next_id(), number, title, user, body, self.world.now())
        repository.issues[number] = issue
        repository.version += 1
        return issue

    def new_comment(
        self, repository: Repository, issue: Issue, user: Account, body: str, *, via_app: bool = False
    ) -> Comment:
        now = self.world.now()
        comment = Comment(self.world.next_id(), user, body, now, now, via_app)
        issue.comments.append(comment)
        self.world.comments[comment.id] = (repository, issue, comment)
        repository.version += 1
        return comment

    def announce_comment(
        self, repository: Repository, issue: Issue, comment: Comment, action: str, sender: Account | None = None
    ) -> Delivery | None:
        """The webhook of a comment that was written, edited or deleted."""
        before = comment.edits[-1] if comment.edits else ""
        payload = self.payloads.issue_comment(action, repository, issue, comment, sender or comment.user, before)
        return self.announce("issue_comment", payload, repository)

    def announce(self, event: str, payload: Json, repository: Repository | None = None) -> Delivery | None:
        """Send an event to the App where an installation listens to it; None where nobody does."""
        number = (payload.get("installation") or {}).get("id")
        installation = self.world.installations.get(number) if number is not None else None
        if installation is None:
            return None
        is_silent = event not in ALWAYS_SENT and (
            event not in installation.events or installation.deleted or installation.suspended_at is not None
        )
        if is_silent:
            return None
        return self.deliver(event, payload, installation.id, repository.id if repository else None)

    def deliver(
        self,
        event: str,
        payload: Json,
        installation_id: int | None = None,
        repository_id: int | None = None,
        *,
        guid: str | None = None,
        redelivery: bool = False,
    ) -> Delivery:
        """Record a delivery and start sending it."""
        body = dumps(payload)
        guid = guid or str(uuid.uuid1())
        delivery = Delivery(
            id=self.world.next_id(),
            guid=guid,
            event=event,
            action=payload.get("action"),
            payload=payload,
            body=body,
            headers=self.webhook_headers(event, guid, body),
            delivered_at=self.world.now(),
            installation_id=installation_id,
            repository_id=repository_id,
            redelivery=redelivery,
        )
        self.world.deliveries.append(delivery)
        self.send(delivery)
        return delivery

    def redeliver(self, delivery: Delivery) -> Delivery:
        """The same body and GUID once more, as a new attempt."""
        return self.deliver(
            delivery.event,
            delivery.payload,
            delivery.installation_id,
            delivery.repository_id,
            guid=delivery.guid,
            redelivery=True,
        )

    def webhook_headers(self, event: str, guid: str, body: bytes) -> dict[str, str]:
        """The headers of GitHub's hookshot, both signatures included."""
        key = self.app_record.webhook_secret.encode()
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/fakehub",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Event": event,
            "X-GitHub-Hook-ID": str(self.app_record.id),
            "X-GitHub-Hook-Installation-Target-ID": str(self.app_record.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature": f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}",
            "X-Hub-Signature-256": f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}",
        }

    def send(self, delivery: Delivery) -> None:
        if not self.webhooks_enabled or not self.app_record.webhook_url or self._loop is None:
            delivery.status, delivery.status_code = "failed to connect to host", 502
            return
        future = asyncio.run_coroutine_threadsafe(self._send(delivery), self._loop)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)

    async def _send(self, delivery: Delivery) -> None:
        assert self._client is not None
        async with self._gate:
            started = time.monotonic()
            try:
                response = await self._client.post(
                    self.app_record.webhook_url, content=delivery.body, headers=delivery.headers
                )
            except httpx.TimeoutException:
                delivery.status, delivery.status_code = "timed out", 504
            except httpx.HTTPError:
                delivery.status, delivery.status_code = "failed to connect to host", 502
            else:
                delivery.status_code, delivery.answer = response.status_code, response.text
                delivery.status = "OK" if response.is_success else "Invalid HTTP Response: " + str(response.status_code)
            delivery.duration_s = time.monotonic() - started

    def settle(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until every webhook was tried. Raises TimeoutError."""
        for future in tuple(self._pending):
            future.result(timeout_s)
