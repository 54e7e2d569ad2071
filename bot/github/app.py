"""The App itself: its installations, its webhook deliveries, and one client per installation."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx
import msgspec

from bot.github import limits, translate
from bot.github.client import GitHubClient
from bot.github.credentials import AppCredentials, InstallationCredentials, MintedToken
from bot.github.gate import Gate
from bot.github.pace import DOCUMENTED, ContentLimits
from bot.github.wire import BudgetObserver, Reply, Wire
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.repository import AppInfo, HookDelivery, InstallationRef

CONCURRENCY = 90
"""GitHub allows 100 concurrent requests; the rest is left to other processes of ours."""
PAGE_SIZE = 100
DELIVERIES_PATH = "/app/hook/deliveries"


class GitHubApp:
    """Signs as the App. Close with `aclose`, or use it as a context manager.

    `on_budget` hears the rate limit that each response states; it runs on the event loop and must not block.
    `content` paces what each installation creates, below GitHub's limit.
    """

    def __init__(
        self,
        app_id: int,
        private_key_pem: str,
        *,
        api_url: str = "https://api.github.com",
        graphql_url: str = "https://api.github.com/graphql",
        timeout_s: float = 30.0,
        concurrency: int = CONCURRENCY,
        content: ContentLimits = DOCUMENTED,
        on_budget: BudgetObserver | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._concurrency = concurrency
        self._content = content
        self._wire = Wire(
            api_url=api_url,
            graphql_url=graphql_url,
            timeout_s=timeout_s,
            on_budget=on_budget,
            clock=clock,
            transport=transport,
        )
        self._credentials = AppCredentials(app_id, private_key_pem, clock=clock)
        self._gate = Gate(concurrency)
        self._clients: dict[int, GitHubClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the pool of connections; clients of installations end with it."""
        await self._wire.aclose()

    def for_installation(self, installation_id: int) -> GitHubClient:
        """The client of one installation; the same one each time, so that its token and limits are shared."""
        client = self._clients.get(installation_id)
        if client is None:
            credentials = InstallationCredentials(installation_id, self._mint)
            gate = Gate(self._concurrency, content=self._content, monotonic=self._monotonic)
            client = GitHubClient(self._wire, credentials, gate, app_id=self._credentials.app_id)
            self._clients[installation_id] = client
        return client

    async def info(self) -> AppInfo:
        """The App as GitHub knows it."""
        return translate.app_info((await self._request("GET", "/app", "the App")).json())

    async def server_time(self) -> datetime | None:
        """GitHub's clock, or None where it does not tell."""
        return limits.server_time((await self._request("GET", "/app", "the App")).headers)

    async def hook_url(self) -> str:
        """Where GitHub sends the App's webhooks; "" when none is set."""
        reply = await self._request("GET", "/app/hook/config", "the webhook's settings")
        return translate.text(translate.mapping(reply.json()).get("url"))

    async def list_installations(self) -> AsyncIterator[list[InstallationRef]]:
        """Every installation, a page of up to 100 at a time."""
        path: str | None = f"/app/installations?per_page={PAGE_SIZE}"
        while path:
            reply = await self._request("GET", path, "the App's installations")
            yield [translate.installation_ref(item) for item in translate.items(reply.json())]
            path = reply.next_link

    async def installation(self, installation_id: int) -> InstallationRef:
        """One installation. Raises FinalError(UNINSTALLED) when it is gone."""
        try:
            reply = await self._request("GET", f"/app/installations/{installation_id}", "the installation")
        except FinalError as error:
            raise _uninstalled(error) from error
        return translate.installation_ref(reply.json())

    async def hook_deliveries(self) -> AsyncIterator[list[HookDelivery]]:
        """GitHub's memory of our deliveries, newest first, a page of up to 100 at a time, three days back."""
        path: str | None = f"{DELIVERIES_PATH}?per_page={PAGE_SIZE}"
        while path:
            reply = await self._request("GET", path, "the App's webhook deliveries")
            yield [translate.hook_delivery(item) for item in translate.items(reply.json())]
            path = reply.next_link

    async def redeliver(self, delivery_id: int) -> None:
        """Asks GitHub to send one delivery again, under the same GUID."""
        await self._request("POST", f"{DELIVERIES_PATH}/{delivery_id}/attempts", "a redelivery")

    async def _request(self, method: str, path: str, what: str, *, body: object = None) -> Reply:
        return await self._wire.request(
            method, path, credentials=self._credentials, gate=self._gate, what=what, body=body
        )

    async def _mint(self, installation_id: int) -> MintedToken:
        try:
            reply = await self._request(
                "POST", f"/app/installations/{installation_id}/access_tokens", "an installation token"
            )
        except FinalError as error:
            raise _uninstalled(error) from error
        try:
            minted = msgspec.json.decode(reply.body, type=_TokenAnswer)
        except msgspec.DecodeError as error:
            raise WorldError("GitHub's answer holds no installation token.") from error
        now = limits.server_time(reply.headers) or self._clock()
        return MintedToken(minted.token, max((minted.expires_at - now).total_seconds(), 0.0))


class _TokenAnswer(msgspec.Struct):
    token: str
    expires_at: datetime


def _uninstalled(error: FinalError) -> FinalError:
    if error.finality is not Finality.GONE:
        return error
    return FinalError(
        Finality.UNINSTALLED,
        "The App is no longer installed there.",
        next_step="Install it again on GitHub to go on.",
    )
