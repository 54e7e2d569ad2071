"""The one way to GitHub: githubkit's `arequest` with its traps shut, every request counted, every refusal mapped.

githubkit 0.16.1 keeps its HTTP client in a context variable, so that each request of a server task would open a pool
of its own; retries POST by itself; sleeps through rate limits; and caches across tokens. None of that happens here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from githubkit import GitHub, UnauthAuthStrategy
from githubkit.exception import GitHubException, RequestError, RequestFailed, RequestTimeout

from bot.github import limits
from bot.github.counting import note_request
from bot.github.credentials import Credentials
from bot.github.gate import Gate
from bot.model.errors import FinalError, Finality, RadarError, WorldError
from bot.model.repository import RateBudget

API_VERSION = "2022-11-28"
MAX_REDIRECTS = 3
TO_STORAGE = 302
"""An archive's redirect: to a storage address that carries its own token. A renamed repository's is 301 or 307."""
KEPT_ALIVE = 20
"""Idle connections. httpcore looks at each of them for every request: a hundred cost a quarter of a batch's time."""

BudgetObserver = Callable[[RateBudget], None]


class Reply:
    """One answer of GitHub. `json()` raises WorldError for a body that is no JSON: a proxy's page, a cut-off answer."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, what: str) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self._what = what

    def json(self) -> Any:
        """The decoded body."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise WorldError(f"GitHub's answer to {self._what} is no JSON.") from None

    @property
    def next_link(self) -> str | None:
        """The `rel="next"` address of the Link header."""
        for part in self.headers.get("link", "").split(","):
            address, _, rest = part.partition(";")
            if 'rel="next"' in rest:
                return address.strip().strip("<>")
        return None


class GraphQLReply(msgspec.Struct, frozen=True):
    """Data, not decoded yet, and field errors of a query that was answered as a whole.

    An answer about fifty repositories has megabytes: decoded at once it would hold up the event loop.
    """

    raw: msgspec.Raw
    errors: list[dict[str, Any]] = []

    @property
    def data(self) -> dict[str, Any]:
        """All of the data, decoded."""
        decoded: dict[str, Any] = msgspec.json.decode(self.raw, type=dict[str, Any])
        return decoded

    def nodes(self) -> list[msgspec.Raw]:
        """The answers to `nodes`, each to be decoded by itself."""
        return msgspec.json.decode(self.raw, type=_Nodes).nodes or []


class _Nodes(msgspec.Struct):
    nodes: list[msgspec.Raw] | None = None


class _GraphQLBody(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[dict[str, Any]] | None = None


class _PooledGitHub(GitHub[UnauthAuthStrategy]):
    """githubkit over one pool that outlives the task that made it."""

    def __init__(self, pool: httpx.AsyncClient, *, api_url: str, user_agent: str, timeout: httpx.Timeout) -> None:
        super().__init__(
            UnauthAuthStrategy(),
            base_url=api_url,
            user_agent=user_agent,
            timeout=timeout,
            http_cache=False,
            auto_retry=False,
            follow_redirects=False,
        )
        self._pool = pool

    @asynccontextmanager
    async def get_async_client(self) -> Any:
        yield self._pool


class Wire:
    """Requests to one GitHub (github.com or an Enterprise Server). Close with `aclose`."""

    def __init__(
        self,
        *,
        api_url: str,
        graphql_url: str,
        timeout_s: float = 30.0,
        user_agent: str = "repo-radar",
        accept: str = "application/vnd.github+json",
        on_budget: BudgetObserver | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        timeout = httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0))
        self.api_url = api_url.rstrip("/")
        self.graphql_url = graphql_url
        self._timeout_s = timeout_s
        self._on_budget = on_budget
        self._clock = clock
        self._origin = _origin(httpx.URL(self.api_url))
        self._pool = httpx.AsyncClient(
            base_url=f"{self.api_url}/",
            headers={
                "User-Agent": user_agent,
                "Accept": accept,
                "X-GitHub-Api-Version": API_VERSION,
            },
            timeout=timeout,
            limits=httpx.Limits(max_connections=400, max_keepalive_connections=KEPT_ALIVE),
            transport=transport,
        )
        self._github = _PooledGitHub(self._pool, api_url=self.api_url, user_agent=user_agent, timeout=timeout)

    async def aclose(self) -> None:
        """Closes the pool."""
        await self._pool.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        credentials: Credentials,
        gate: Gate,
        what: str,
        body: Any = None,
    ) -> Reply:
        """The answer to a REST request; `path` may be a whole address from a Link header.

        Raises WorldError, FinalError (see limits.py); nothing is retried but one 401 with fresh credentials.
        """
        async with self._opened(_Call(method, self._url(path), credentials, gate, what, body)) as response:
            return Reply(response.status_code, response.headers, response.content, what)

    async def graphql(
        self, query: str, variables: Mapping[str, Any], *, credentials: Credentials, gate: Gate, what: str
    ) -> GraphQLReply:
        """Data and field errors. Raises QueryTimedOut where asking for less may help, else as `request`."""
        try:
            reply = await self.request(
                "POST",
                self.graphql_url,
                credentials=credentials,
                gate=gate,
                what=what,
                body={"query": query, "variables": variables},
            )
        except limits.RateLimited:
            raise
        except WorldError as error:
            if isinstance(error.__cause__, (RequestTimeout, TimeoutError)) or status_of(error) in {502, 504}:
                raise limits.QueryTimedOut(error.message) from error
            raise
        return self._graphql_reply(reply, gate, what)

    def _graphql_reply(self, reply: Reply, gate: Gate, what: str) -> GraphQLReply:
        try:
            body = msgspec.json.decode(reply.body, type=_GraphQLBody)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise WorldError(f"GitHub's answer to {what} is no GraphQL answer.") from None
        errors = body.errors or []
        failure = limits.graphql_failure(errors, reply.headers, now=self._clock(), what=what)
        if isinstance(failure, limits.RateLimited):
            gate.close("graphql", failure)
        if failure is not None:
            raise failure
        if not bytes(body.data).startswith(b"{"):
            said = "; ".join(str(error.get("message", ""))[:200] for error in errors) or "no data"
            raise FinalError(Finality.REFUSED, f"GitHub refused {what}: {said}.")
        return GraphQLReply(body.data, errors)

    @asynccontextmanager
    async def stream(
        self, path: str, *, credentials: Credentials, gate: Gate, what: str
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The body of a GET as it arrives, redirects to a storage host followed without our token."""
        async with self._opened(_Call("GET", self._url(path), credentials, gate, what, is_stream=True)) as response:
            yield _chunks(response, what)

    @asynccontextmanager
    async def _opened(self, call: _Call) -> AsyncIterator[httpx.Response]:
        """A successful response, after redirects and at most one renewal of the credentials."""
        url, renewed = call.url, False
        is_api = _origin(url) == self._origin
        for _ in range(MAX_REDIRECTS + 2):
            authorization = await call.credentials.authorization() if is_api else ""
            response = await self._send(call, url, authorization, is_api=is_api)
            self._note_budget(response, call)  # of redirects too: an archive's second answer does not tell it
            try:
                if response.status_code == 401 and not renewed:
                    renewed = True
                    if call.credentials.drop(authorization, limits.server_time(response.headers)):
                        continue
                if response.has_redirect_location:
                    url = _redirected(call, response)
                    is_api = _origin(url) == self._origin and response.status_code != TO_STORAGE
                    continue
                await self._raise_for(response, call, resource=self._resource(url))
                yield response
                return
            finally:
                await response.aclose()
        raise WorldError(f"GitHub redirects {call.what} without end.")

    def _url(self, path: str) -> httpx.URL:
        return httpx.URL(path if "://" in path else f"{self.api_url}/{path.lstrip('/')}")

    def _resource(self, url: httpx.URL) -> str:
        return "graphql" if str(url) == self.graphql_url else "core"

    async def _send(self, call: _Call, url: httpx.URL, authorization: str, *, is_api: bool) -> httpx.Response:
        """One request. To storage (not `is_api`) it is neither counted nor limited."""
        if is_api:
            resource = self._resource(url)
            call.gate.check(resource)
            if call.method != "GET" and resource != "graphql":
                await call.gate.content_turn()
        headers = {"Authorization": authorization} if authorization else {}
        if call.is_stream:
            headers["Accept-Encoding"] = "identity"  # the archive is compressed already
        content = None
        if call.body is not None:
            content = msgspec.json.encode(call.body)
            headers["Content-Type"] = "application/json"
        async with call.gate.slots if is_api else nullcontext():
            if is_api and call.credentials.installation_id is not None:
                note_request()
            try:
                # Twice the time-out of one read bounds an answer that drips; a stream is bounded by who reads it.
                async with asyncio.timeout(self._timeout_s * 2):
                    reply = await self._github.arequest(
                        call.method, url, content=content, headers=headers, stream=call.is_stream
                    )
                    return reply.raw_response
            except RequestFailed as error:
                return error.response.raw_response
            except (GitHubException, httpx.HTTPError, TimeoutError) as error:
                raise _unreachable(error, call.what) from error
            except (ValueError, TypeError, OverflowError) as error:
                # githubkit reads Retry-After with int() although HTTP allows a date there.
                raise limits.RateLimited(
                    f"GitHub asks to slow down at {call.what}, in words we cannot read.",
                    retry_after_s=limits.SECONDARY_PAUSE_S,
                    is_secondary=True,
                ) from error

    def _note_budget(self, response: httpx.Response, call: _Call) -> None:
        if self._on_budget is None:
            return
        budget = limits.budget_of(response.headers, call.credentials.installation_id, now=self._clock())
        if budget is not None:
            self._on_budget(budget)

    async def _raise_for(self, response: httpx.Response, call: _Call, *, resource: str) -> None:
        is_accepted = response.status_code == 202 and call.method != "GET"
        if is_accepted or (response.is_success and response.status_code != 202):
            return
        try:
            content = await response.aread()
        except httpx.HTTPError as error:
            raise _unreachable(error, call.what) from error
        now = self._clock()
        failure = limits.failure(response.status_code, response.headers, content, now=now, what=call.what)
        if isinstance(failure, limits.RateLimited):
            call.gate.close(resource, failure)
        raise failure from StatusError(response.status_code)


@dataclass(frozen=True)
class _Call:
    """One request as it was asked for, before redirects."""

    method: str
    url: httpx.URL
    credentials: Credentials
    gate: Gate
    what: str
    body: Any = None
    is_stream: bool = False


def _redirected(call: _Call, response: httpx.Response) -> httpx.URL:
    if call.method != "GET" and response.status_code not in {307, 308}:
        raise FinalError(Finality.GONE, f"GitHub has moved {call.what}; the next listing tells where.")
    return response.url.join(response.headers["location"])


class StatusError(Exception):
    """The status behind a mapped error, as its cause."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


def status_of(error: RadarError) -> int | None:
    """GitHub's status behind an error of this package; None where there was no answer."""
    return error.__cause__.status if isinstance(error.__cause__, StatusError) else None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _unreachable(error: Exception, what: str) -> RadarError:
    if isinstance(error, (RequestTimeout, TimeoutError)):
        return WorldError(f"GitHub did not answer {what} in time.")
    cause = error.exc if isinstance(error, RequestError) else error
    if isinstance(cause, httpx.HTTPError):
        return WorldError(f"GitHub could not be reached for {what} ({type(cause).__name__}).")
    raise error


async def _chunks(response: httpx.Response, what: str) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.aiter_raw():
            yield chunk
    except httpx.TimeoutException as error:
        raise WorldError(f"GitHub stopped sending {what}.") from error
    except httpx.HTTPError as error:
        raise WorldError(f"{what.capitalize()} was cut off on its way.") from error
