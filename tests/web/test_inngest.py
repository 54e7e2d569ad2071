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

from bot.model.errors import WorldError
from bot.web.inngest import MAX_BODY_BYTES, InProcess, inngest_routes, new_signing_key, send_in_process

pytestmark = pytest.mark.anyio
KEY = new_signing_key()


def _client(**more: Any) -> inngest.Inngest:
    return inngest.Inngest(app_id="app", is_production=True, event_key="embedded", signing_key=KEY, **more)


def _functions(client: inngest.Inngest) -> list[inngest.Function[Any]]:
    @client.create_function(fn_id="hello", trigger=inngest.TriggerEvent(event="hello"))
    async def hello(ctx: inngest.Context) -> Any:
        name = ctx.event.data["name"]
        if name == "nobody":
            raise inngest.NonRetriableError("nobody is there")
        return object() if name == "object" else f"hello {name}"

    return [hello]


def _app(*, is_closed: bool = True) -> Starlette:
    client = _client()
    return Starlette(routes=inngest_routes(client, _functions(client), is_closed=is_closed))


async def _request(app: Any, method: str, headers: Mapping[str, str], body: bytes = b"", query: str = "") -> Any:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.example") as http:
        return await http.request(method, f"/api/inngest{query}", content=body, headers=dict(headers))


def _call_body(name: str = "world") -> bytes:
    event = {"name": "hello", "data": {"name": name}, "id": "1", "ts": 1}
    context = {"attempt": 0, "disable_immediate_execution": False, "run_id": "r", "stack": {"stack": []}}
    return json.dumps({"ctx": context, "event": event, "events": [event], "steps": {}, "use_api": False}).encode()


def test_the_private_names_are_where_we_use_them() -> None:
    """inngest-py promises none of these; a newer SDK that moves one must fail here, not in production."""
    client = _client()
    for owner, names in {
        comm_lib.CommHandler: ("post", "put", "get_sync"),
        comm_lib.CommResponse: ("from_error", "body_bytes"),
        comm_lib: ("get_function_configs",),
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


@pytest.mark.parametrize(
    ("name", "status", "no_retry", "answer"),
    [
        ("world", 200, None, "hello world"),
        ("nobody", 500, "true", "nobody is there"),
        ("object", 500, None, "serializ"),
    ],
    ids=["returned", "raised", "no JSON"],
)
async def test_a_call_in_process(name: str, status: int, no_retry: str | None, answer: str) -> None:
    """The engine's calls are not signed: they come over no socket."""
    client = _client()
    answered = await InProcess(client, _functions(client)).call("app-hello", "step", _call_body(name))
    assert (answered[0], answered[1].get("x-inngest-no-retry")) == (status, no_retry)
    assert answered[1]["x-inngest-sdk-handled"] == "true"
    assert answer in answered[2].decode()


async def test_an_inngest_servers_call_is_signed() -> None:
    body = _call_body()
    signature = net.sign_request(body, KEY)
    assert isinstance(signature, str)
    headers = {"x-inngest-signature": signature}
    answer = await _request(_app(is_closed=False), "POST", headers, body, "?fnId=app-hello&stepId=step")
    assert (answer.status_code, answer.json()) == (200, "hello world")
    assert answer.headers["x-inngest-sdk-handled"] == "true"
    headers = {"x-inngest-signature": signature[:-1]}
    assert (await _request(_app(is_closed=False), "POST", headers, body, "?fnId=app-hello")).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
@pytest.mark.parametrize("headers", [{}, {"x-inngest-signature": "t=1&s=00"}, {"x-inngest-signature": "nonsense"}])
async def test_strangers_get_a_401(method: str, headers: Mapping[str, str]) -> None:
    """Without the key nothing can be run, registered or read."""
    answer = await _request(_app(), method, headers, _call_body(), "?fnId=app-hello&stepId=step")
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

    app = _app()

    async def scoped(scope: Scope, receive: Receive, send: Send) -> None:
        pieces = body()

        async def lazily() -> Message:
            return {"type": "http.request", "body": await anext(pieces), "more_body": True}

        await app(scope, lazily, send)

    answer = await _request(scoped, "POST", {"x-inngest-signature": "t=1&s=00"}, b"", "?fnId=app-hello")
    assert (answer.status_code, read) == (401, 0)


async def test_more_than_inngest_ever_sends_is_refused() -> None:
    assert (await _request(_app(is_closed=False), "POST", {}, b"x" * (MAX_BODY_BYTES + 1))).status_code == 413


def test_the_registration_names_each_function() -> None:
    client = _client()
    assert [one["id"] for one in InProcess(client, _functions(client)).registration()] == ["app-hello"]
    with pytest.raises(Exception, match="no functions"):
        InProcess(client, []).registration()


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
    in_process = InProcess(client, _functions(client))
    client._http_client._http_client = net.ThreadAwareAsyncHTTPClient(transport=server).initialize()
    if "ok" not in answer:
        with pytest.raises(WorldError, match="did not register"):
            await in_process.register("http://bot.example")
        return
    await in_process.register("http://bot.example")
    (told,) = server.told
    assert (told["url"], [one["id"] for one in told["functions"]]) == ("http://bot.example/api/inngest", ["app-hello"])


async def test_other_methods_are_refused() -> None:
    assert (await _request(_app(), "DELETE", {})).status_code == 405


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


async def test_a_call_that_waits_costs_no_timer() -> None:
    """The SDK's own measure of a blocked event loop, a timer for each call under way, is off."""
    with net.ServerTimings().async_block as timing:
        assert timing._tracker_task is not None
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert timing._tracker_task.done()
