"""The SDK's endpoint on Starlette, and the short way between the SDK and an engine in the same process.

inngest-py ships no Starlette adapter. This is its FastAPI one (inngest/fast_api.py) on Starlette, over the SDK's
private `comm_lib`; `tests/web/test_inngest.py` fails if the private names move. Nothing else may import them.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx
import inngest
from inngest._internal import comm_lib, const, net, server_lib  # noqa: TID251 - the one place that may
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.model.errors import WorldError

PATH = "/api/inngest"
_NO_URL = f"http://engine.invalid{PATH}"
MAX_BODY_BYTES = 32 * 1024 * 1024
"""Inngest keeps at most 32 MiB of state for a run (https://www.inngest.com/docs/usage-limits/inngest)."""

Deliver = Callable[[Sequence[Mapping[str, Any]]], Awaitable[list[str]]]
"""Takes events in and gives their ids once they are durable."""


async def _no_tracker(_timing: object) -> None:
    """In place of a timer for each call under way that wakes ten times a second to measure a blocked event loop.

    With hundreds of calls waiting it was a good part of what blocked the loop; nobody reads the header that it fills.
    """


net._AsyncBlockServerTiming._tracker = _no_tracker  # type: ignore[method-assign, assignment]


def new_signing_key() -> str:
    """A random key in Inngest's form, for one process: it closes the endpoint where no Inngest server is to call it."""
    return f"signkey-radar-{secrets.token_hex(32)}"


def inngest_routes(
    client: inngest.Inngest,
    functions: Sequence[inngest.Function[Any]],
    *,
    is_closed: bool = False,
    serve_origin: str | None = None,
) -> list[Route]:
    """GET, PUT and POST of `/api/inngest`.

    `serve_origin` is where an Inngest server reaches us, when that is not where the request came in. Closed, beside the
    embedded engine, nobody gets more than a 401: give the client a key that nobody knows.
    """
    handler = _handler(client, functions, enable_unauthed_sync=False if is_closed else None)

    async def endpoint(request: Request) -> Response:
        body = b"" if is_closed else await _read_body(request)  # a stranger's is not worth the memory
        sent = _request(
            body,
            headers=dict(request.headers.items()),
            query_params=dict(request.query_params.items()),
            raw_request=request,
            request_url=str(request.url),
            serve_origin=serve_origin,
        )
        if request.method == "POST":
            return _response(client, await handler.post(sent))
        if request.method == "PUT":
            return _response(client, await handler.put(sent))
        return _response(client, handler.get_sync(sent))

    return [Route(PATH, endpoint, methods=["GET", "PUT", "POST"], name="inngest")]


def _handler(
    client: inngest.Inngest,
    functions: Sequence[inngest.Function[Any]],
    *,
    enable_unauthed_sync: bool | None = None,
    streaming: const.Streaming | None = None,
) -> comm_lib.CommHandler:
    return comm_lib.CommHandler(
        client=client,
        enable_unauthed_sync=enable_unauthed_sync,
        framework=server_lib.Framework.FAST_API,  # the SDK's closed list has no Starlette
        functions=list(functions),
        streaming=streaming,
    )


async def _read_body(request: Request) -> bytes:
    """The body, refused while it comes in where it is larger than any call of Inngest."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise HTTPException(413, "A call of Inngest is at most 32 MiB.")
        chunks.append(chunk)
    return b"".join(chunks)


def _response(client: inngest.Inngest, answer: comm_lib.CommResponse) -> Response:
    if answer.stream is not None:
        return StreamingResponse(answer.stream(), headers=answer.headers, status_code=answer.status_code)
    status, headers, body = _plain(client, answer)
    return Response(body, headers=headers, status_code=status)


def _plain(client: inngest.Inngest, answer: comm_lib.CommResponse) -> tuple[int, dict[str, str], bytes]:
    body = answer.body_bytes()
    if isinstance(body, Exception):
        answer = comm_lib.CommResponse.from_error(client.logger, body)
        body = json.dumps(answer.body).encode()
    return answer.status_code, answer.headers, body


class InProcess:
    """The functions without a socket, for what is in this process too."""

    def __init__(self, client: inngest.Inngest, functions: Sequence[inngest.Function[Any]]) -> None:
        self._client = client
        self._functions = {function.id: function for function in functions}
        self._handler = _handler(client, functions, streaming=const.Streaming.DISABLE)

    def registration(self) -> list[dict[str, Any]]:
        """What an Inngest server would hear of each function."""
        configs = comm_lib.get_function_configs(_NO_URL, self._functions)
        if isinstance(configs, Exception):
            raise configs
        return [config.model_dump(mode="json", by_alias=True) for config in configs]

    async def call(self, function_id: str, step_id: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """The SDK's answer to a call of one function: status, headers in lower case, body.

        Nothing is signed: the SDK has this way for Connect, whose one connection is trusted as a whole.
        """
        request = _request(body, is_connect=True, query_params={"fnId": function_id, "stepId": step_id})
        return _plain(self._client, await self._handler.post(request))

    async def register(self, serve_origin: str) -> None:
        """Have the SDK tell its Inngest server about our functions: events for those it does not know are lost there.

        `serve_origin` is where the server reaches us. Raises WorldError when it is away or refuses.
        """
        answer = await self._handler.put(_request(b"", serve_origin=serve_origin))
        is_known = isinstance(answer.body, dict) and "error" not in answer.body  # a refusal comes as a 200 too
        if answer.status_code != 200 or not is_known:
            told = f"HTTP {answer.status_code}: {answer.body!r:.200}"
            raise WorldError(f"The Inngest server did not register our functions ({told}).")


def _request(body: bytes, **more: Any) -> comm_lib.CommRequest:
    given: dict[str, Any] = {"public_path": None, "raw_request": None, "serve_origin": None, "serve_path": None}
    given |= {"headers": {}, "query_params": {}, "request_url": _NO_URL} | more
    return comm_lib.CommRequest(body=body, **given)


def send_in_process(client: inngest.Inngest, deliver: Deliver) -> None:
    """Make `client.send` and `step.send_event` hand their events to `deliver`; nothing leaves the process.

    Call it on the event loop that `deliver` belongs to: functions that run in threads come back to that loop.
    """
    transport = _Loopback(deliver, asyncio.get_running_loop())
    inner = client._http_client
    inner._http_client = net.ThreadAwareAsyncHTTPClient(transport=transport).initialize()
    inner._http_client_sync = httpx.Client(transport=transport)
    inner.build_httpx_request = inner._http_client_sync.build_request


async def close_client(client: inngest.Inngest) -> None:
    """Close the connections of a client that talked to an Inngest server."""
    await client._http_client._http_client.aclose()
    client._http_client._http_client_sync.close()


class _Loopback(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """Answers the event API (`POST /e/<key>`); refuses everything else."""

    def __init__(self, deliver: Deliver, loop: asyncio.AbstractEventLoop) -> None:
        self._deliver = deliver
        self._loop = loop

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if request.method != "POST" or not request.url.path.startswith("/e/"):
            return httpx.Response(404, json={"error": "the embedded engine has no such endpoint", "status": 404})
        events = json.loads(body)
        try:
            ids = await self._deliver(events if isinstance(events, list) else [events])
        except ValueError as error:
            return httpx.Response(400, json={"error": str(error), "ids": [], "status": 400})
        return httpx.Response(200, json={"ids": ids, "status": 200})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(self.handle_async_request(request), self._loop).result()
