"""The SDK's endpoint on Starlette, and the short way between the SDK and an engine in the same process.

inngest-py ships no Starlette adapter. This is its FastAPI one (inngest/fast_api.py) on Starlette, over the SDK's
private `comm_lib`; `tests/web/test_inngest.py` fails if the private names move. Nothing else may import them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx
import inngest
from inngest._internal import comm_lib, net, server_lib, transforms  # noqa: TID251 - the one place that may
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from bot.model.errors import WorldError

PATH = "/api/inngest"
MAX_BODY_BYTES = 32 * 1024 * 1024
"""Inngest keeps at most 32 MiB of state for a run (https://www.inngest.com/docs/usage-limits/inngest)."""
IN_PROCESS = "radar.in_process"
"""In the ASGI scope of calls that came over no socket."""

Deliver = Callable[[Sequence[Mapping[str, Any]]], Awaitable[list[str]]]
"""Takes events in and gives their ids once they are durable."""

Call = Callable[[str, Mapping[str, str], Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]
"""`(method, query, headers, body) -> (status, lower-case headers, body)` of the SDK's endpoint."""


async def _no_tracker(_timing: object) -> None:
    """In place of a timer for each call under way that wakes ten times a second to measure a blocked event loop.

    With hundreds of calls waiting it was a good part of what blocked the loop; nobody reads the header that it fills.
    """


net._AsyncBlockServerTiming._tracker = _no_tracker  # type: ignore[method-assign, assignment]


def inngest_routes(
    client: inngest.Inngest,
    functions: Sequence[inngest.Function[Any]],
    *,
    enable_unauthed_sync: bool | None = None,
    serve_origin: str | None = None,
) -> list[Route]:
    """GET, PUT and POST of `/api/inngest`.

    `serve_origin` is where an Inngest server reaches us, when that is not where the request came in. With the embedded
    engine pass `enable_unauthed_sync=False`: then nobody but the engine, who signs, gets more than a 401.
    """
    handler = comm_lib.CommHandler(
        client=client,
        enable_unauthed_sync=enable_unauthed_sync,
        framework=server_lib.Framework.FAST_API,  # the SDK's closed list has no Starlette
        functions=list(functions),
        streaming=None,
    )

    async def endpoint(request: Request) -> Response:
        if enable_unauthed_sync is False and IN_PROCESS not in request.scope:
            body = b""  # a stranger's, who gets a 401: not worth the memory
        else:
            body = await _read_body(request)
        sent = comm_lib.CommRequest(
            body=body,
            headers=dict(request.headers.items()),
            public_path=None,
            query_params=dict(request.query_params.items()),
            raw_request=request,
            request_url=str(request.url),
            serve_origin=serve_origin,
            serve_path=None,
        )
        if request.method == "POST":
            return _response(client, await handler.post(sent))
        if request.method == "PUT":
            return _response(client, await handler.put(sent))
        return _response(client, handler.get_sync(sent))

    return [Route(PATH, endpoint, methods=["GET", "PUT", "POST"], name="inngest")]


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
    body = transforms.dump_json(answer.body)
    if isinstance(body, Exception):
        answer = comm_lib.CommResponse.from_error(client.logger, body)
        body = json.dumps(answer.body)
    return Response(body.encode(), headers=answer.headers, status_code=answer.status_code)


def in_process_call(app: ASGIApp) -> Call:
    """Reaches the SDK's endpoint of an ASGI app without a socket."""

    async def call(
        method: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": PATH,
            "raw_path": PATH.encode(),
            "root_path": "",
            "query_string": urlencode(query).encode(),
            "headers": [(b"host", b"engine.invalid"), *((k.encode(), v.encode()) for k, v in headers.items())],
            "client": ("engine", 0),
            "server": ("engine.invalid", 80),
            "state": {},
            IN_PROCESS: True,
        }
        status, answered, chunks = 500, dict[str, str](), list[bytes]()
        is_sent = False

        async def receive() -> Message:
            nonlocal is_sent
            if is_sent:
                await asyncio.Event().wait()  # the caller never hangs up
            is_sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered.update((name.decode().lower(), value.decode()) for name, value in message["headers"])
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await app(scope, receive, send)
        return status, answered, b"".join(chunks)

    return call


def send_in_process(client: inngest.Inngest, deliver: Deliver) -> None:
    """Make `client.send` and `step.send_event` hand their events to `deliver`; nothing leaves the process.

    Call it on the event loop that `deliver` belongs to: functions that run in threads come back to that loop.
    """
    transport = _Loopback(deliver, asyncio.get_running_loop())
    inner = client._http_client
    inner._http_client = net.ThreadAwareAsyncHTTPClient(transport=transport).initialize()
    inner._http_client_sync = httpx.Client(transport=transport)
    inner.build_httpx_request = inner._http_client_sync.build_request


async def register(call: Call) -> None:
    """Have the SDK tell its Inngest server about our functions: events for those it does not know are lost there.

    Raises WorldError when the server is away or refuses.
    """
    status, _, body = await call("PUT", {}, {}, b"")
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if status != 200 or not isinstance(answer, dict) or "error" in answer:  # the SDK passes a refusal on as a 200
        raise WorldError(f"The Inngest server did not register our functions (HTTP {status}): {body[:200]!r}")


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
