"""The application's endpoint, in good health and in trouble."""

from __future__ import annotations

import asyncio
from typing import Any

import inngest
import msgspec
import pytest
from inngest._internal import server_lib, step_lib  # noqa: TID251 - the wire's other end
from inngest._internal.step_lib.base import Output  # noqa: TID251 - the wire's other end
from msgspec.structs import replace

from bot.engine import machine, protocol
from bot.engine.calls import Options, call_body
from bot.engine.configuration import FunctionConfig
from bot.engine.machine import Job
from bot.engine.server import Engine
from bot.web.inngest import InProcess
from tests.engine.worlds import until

pytestmark = pytest.mark.anyio


class _App:
    """An application whose endpoint misbehaves as told."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.trouble: list[Any] = []
        self.calls = 0

    async def __call__(self, function_id: str, step_id: str, body: bytes) -> Any:
        self.calls += 1
        if self.trouble:
            trouble = self.trouble.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            if trouble == "hang":
                await asyncio.Event().wait()
            return trouble
        return await self.call(function_id, step_id, body)


async def test_an_application_in_trouble_is_called_again(url: str) -> None:
    """It throws, answers as no SDK does, or does not answer at all: each costs one attempt."""
    log: list[tuple[int, int]] = []
    client = inngest.Inngest(app_id="x", is_production=True, event_key="e", signing_key="none")

    @client.create_function(fn_id="f", retries=20, trigger=inngest.TriggerEvent(event="go"))
    async def function(ctx: inngest.Context) -> None:
        log.append((ctx.attempt, app.calls))

    functions = InProcess(client, [function])
    app = _App(functions.call)
    app.trouble = [OSError("no route"), (502, {}, b"bad gateway"), "hang"]
    options = Options(backoff=lambda attempt: 0.01, call_timeout_s=0.2)
    engine = Engine(url, functions.registration(), app, options=options)
    await engine.start(create_tables=True)
    await engine.receive([{"name": "go"}])
    await until(lambda: bool(log))
    await engine.stop()
    attempt, calls = log[0]
    assert attempt == calls - 1 >= 3, "on a busy machine the application itself may be late, too"


def test_the_sdk_reads_our_calls() -> None:
    """The body is what `ServerRequest` wants, and its memos are what steps find."""
    memos = {
        "data": protocol.memo_data(b'{"x":[1]}'),
        "error": protocol.memo_error({"message": "m", "name": "E", "code": "unknown"}),
        "sleep": b"null",
    }
    event = msgspec.json.encode(protocol.Event(name="go", data={"a": None}, id="e", ts=7))
    jobs = {"": Job(0, attempt=2), "other": Job(0)}
    run = replace(machine.start("r", "f", event, now_ms=0), memos=memos, jobs=jobs)
    request = server_lib.ServerRequest.from_raw(call_body(run, FunctionConfig(id="f"), ""))
    assert not isinstance(request, Exception)
    assert (request.ctx.run_id, request.ctx.attempt, request.ctx.max_attempts) == ("r", 2, 5)
    assert request.ctx.disable_immediate_execution
    assert request.ctx.stack.stack == ["data", "error", "sleep"]
    assert (request.event.id, request.event.data, request.event.ts) == ("e", {"a": None}, 7)
    assert not request.use_api
    found = step_lib.StepMemos.from_raw(request.steps)
    data, error, sleep = (found.pop(name) for name in memos)
    assert isinstance(data, Output)
    assert data.data == {"x": [1]}
    assert isinstance(error, Output)
    assert error.error is not None
    assert (error.error.message, error.error.name) == ("m", "E")
    assert isinstance(sleep, Output)
    assert (sleep.data, sleep.error) == (None, None)
