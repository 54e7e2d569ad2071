"""The SDK's endpoint on Starlette, and that nothing of it leaves the process in embedded mode."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx
import inngest
import pytest
from inngest._internal import comm_lib, net, server_lib  # noqa: TID251 - that these names stay is what is tested
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from bot.engine.protocol import request_headers
from bot.engine.server import new_signing_key
from bot.model.errors import WorldError
from bot.web.inngest import MAX_BODY_BYTES, in_process_call, inngest_routes, register, send_in_process

pytestmark = pytest.mark.anyio
KEY = new_signing_key()


def _client(**more: Any) -> inngest.Inngest:
    return inngest.Inngest(app_id="app", is_production=True, event_key="embedded", signing_key=KEY, **more)


def _app(
    client: inngest.Inngest, *, enable_unauthed_sync: bool | None = False, serve_origin: str | None = None
) -> Starlette:
    @client.create_function(fn_id="hello", trigger=inngest.TriggerEvent(event="hello"))
    async def hello(ctx: inngest.Context) -> str:
        return f"hello {ctx.event.data['name']}"

    return Starlette(
        routes=inngest_routes(client, [hello], enable_unauthed_sync=enable_unauthed_sync, serve_origin=serve_origin)
    )


def _call_body() -> bytes:
    event = {"name": "hello", "data": {"name": "world"}, "id": "1", "ts": 1}
    context = {"attempt": 0, "disable_immediate_execution": False, "run_id": "r", "stack": {"stack": []}}
    return json.dumps({"ctx": context, "event": event, "events": [event], "steps": {}, "use_api": False}).encode()


def test_the_private_names_are_where_we_use_them() -> None:
    """inngest-py promises none of these; a newer SDK that moves one must fail here, not in production."""
    client = _client()
    for owner, names in {
        comm_lib.CommHandler: ("post", "put", "get_sync"),
        comm_lib.CommResponse: ("from_error",),
        net.ThreadAwareAsyncHTTPClient: ("initialize", "is_same_thread"),
        client._http_client: ("_http_client", "_http_client_sync", "build_httpx_request"),
    }.items():
        for name in names:
            assert hasattr(owner, name), f"{owner} has lost {name}"
    assert set(comm_lib.CommRequest.model_fields) == {
        "body", "headers", "is_connect", "public_path", "query_params", "raw_request", "request_url", "serve_origin",
        "serve_path", "timings",
    }  # fmt: skip
    assert server_lib.Framework.FAST_API.value == "fast_api"


async def test_a_signed_call_runs_the_function() -> None:
    body = _call_body()
    call = in_process_call(_app(_client()))
    status, headers, answer = await call("POST", {"fnId": "app-hello", "stepId": "step"}, _signed(body), body)
    assert (status, json.loads(answer)) == (200, "hello world")
    assert headers["x-inngest-sdk-handled"] == "true"


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
@pytest.mark.parametrize("headers", [{}, {"x-inngest-signature": "t=1&s=00"}, {"x-inngest-signature": "nonsense"}])
async def test_strangers_get_a_401(method: str, headers: Mapping[str, str]) -> None:
    """Without the engine's key nothing can be run, registered or read."""
    transport = httpx.ASGITransport(_app(_client()))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.example") as http:
        answer = await http.request(
            method, "/api/inngest?fnId=app-hello&stepId=step", content=_call_body(), headers=dict(headers)
        )
    assert answer.status_code == 401
    assert "hello" not in answer.text


async def test_a_strangers_body_is_not_read() -> None:
    """The engine of the same process calls over no socket: whatever else comes is not worth the memory."""
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 2**20

    app = _app(_client())

    async def scoped(scope: Scope, receive: Receive, send: Send) -> None:
        pieces = body()

        async def lazily() -> Message:
            return {"type": "http.request", "body": await anext(pieces), "more_body": True}

        await app(scope, lazily, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(scoped), base_url="http://bot.example") as http:
        answer = await http.post("/api/inngest?fnId=app-hello", headers={"x-inngest-signature": "t=1&s=00"})
    assert (answer.status_code, read) == (401, 0)


async def test_more_than_inngest_ever_sends_is_refused() -> None:
    body = b"x" * (MAX_BODY_BYTES + 1)
    status, _, _ = await in_process_call(_app(_client()))("POST", {}, {}, body)
    assert status == 413


async def test_registration_in_band() -> None:
    body = json.dumps({"url": "http://bot.example/api/inngest"}).encode()
    call = in_process_call(_app(_client()))
    status, _, answer = await call("PUT", {}, _signed(body) | {"x-inngest-sync-kind": "in_band"}, body)
    assert status == 200
    assert [one["id"] for one in json.loads(answer)["functions"]] == ["app-hello"]


class _Server(httpx.AsyncBaseTransport):
    """An Inngest server that answers each registration so; "" is one that is away."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.told: list[Any] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self.answer:
            raise httpx.ConnectError("away")
        assert request.url.path == "/fn/register"
        self.told.append(json.loads(await request.aread()))
        return httpx.Response(200 if "ok" in self.answer else 401, text=self.answer)


@pytest.mark.parametrize("answer", ['{"ok": true, "modified": true}', '{"error": "Unauthorized"}', "busy", ""])
async def test_an_inngest_server_is_told_our_functions(answer: str) -> None:
    """The SDK says 200 also where the server refused: what counts is the server's own word."""
    client, server = _client(), _Server(answer)
    routes = _app(client, serve_origin="http://bot.example", enable_unauthed_sync=None).routes
    client._http_client._http_client = net.ThreadAwareAsyncHTTPClient(transport=server).initialize()
    call = in_process_call(Starlette(routes=routes))
    if "ok" not in answer:
        with pytest.raises(WorldError, match="did not register"):
            await register(call)
        return
    await register(call)
    (told,) = server.told
    assert (told["url"], [one["id"] for one in told["functions"]]) == ("http://bot.example/api/inngest", ["app-hello"])


async def test_other_methods_are_refused() -> None:
    status, _, _ = await in_process_call(_app(_client()))("DELETE", {}, {}, b"")
    assert status == 405


async def test_events_stay_in_the_process() -> None:
    """`send` on the loop and `send_sync` in a thread end at `deliver`; any other request of the client is refused."""
    delivered: list[Mapping[str, Any]] = []

    async def deliver(events: Sequence[Mapping[str, Any]]) -> list[str]:
        delivered.extend(events)
        return [f"id {one['data']['n']}" for one in events]

    client = _client()
    send_in_process(client, deliver)
    assert await client.send([inngest.Event(name="a", data={"n": n}) for n in (1, 2)]) == ["id 1", "id 2"]
    assert await asyncio.to_thread(client.send_sync, inngest.Event(name="a", data={"n": 3})) == ["id 3"]
    assert [one["data"]["n"] for one in delivered] == [1, 2, 3]
    refused = await client._http_client.get("https://api.inngest.com/v0/runs/x/actions")
    assert isinstance(refused, Exception)


async def test_events_that_are_none_are_an_error_of_the_sender() -> None:
    async def deliver(events: Sequence[Mapping[str, Any]]) -> list[str]:
        raise ValueError("no event")

    client = _client()
    send_in_process(client, deliver)
    with pytest.raises(Exception, match="no event"):
        await client.send(inngest.Event(name="a"))


def _signed(body: bytes) -> dict[str, str]:
    return request_headers(body, KEY, 1_700_000_000_000)


async def test_a_call_that_waits_costs_no_timer() -> None:
    """The SDK's own measure of a blocked event loop, a timer for each call under way, is off."""
    with net.ServerTimings().async_block as timing:
        assert timing._tracker_task is not None
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert timing._tracker_task.done()
