"""The application's endpoint, in good health and in trouble."""

from __future__ import annotations

import asyncio
from typing import Any

import inngest
import pytest
from starlette.applications import Starlette

from bot.engine.calls import Options
from bot.engine.server import Engine, new_signing_key
from bot.web.inngest import in_process_call, inngest_routes
from tests.engine.worlds import sleeper, until

pytestmark = pytest.mark.anyio


async def test_the_wrong_key_registers_nothing(url: str) -> None:
    client = inngest.Inngest(app_id="x", is_production=True, event_key="e", signing_key=new_signing_key())
    app = Starlette(routes=inngest_routes(client, sleeper([])(client, ""), enable_unauthed_sync=False))
    engine = Engine(url, in_process_call(app), signing_key=new_signing_key())
    with pytest.raises(ValueError, match="401"):
        await engine.start(create_tables=True)


class _App:
    """An application whose endpoint misbehaves as told."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.trouble: list[Any] = []

    async def __call__(self, method: str, query: Any, headers: Any, body: bytes) -> Any:
        if method == "POST" and self.trouble:
            trouble = self.trouble.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            if trouble == "hang":
                await asyncio.Event().wait()
            return trouble
        return await self.call(method, query, headers, body)


async def test_an_application_in_trouble_is_called_again(url: str) -> None:
    """It throws, answers as no SDK does, or does not answer at all: each costs one attempt."""
    log: list[Any] = []
    key = new_signing_key()
    client = inngest.Inngest(app_id="x", is_production=True, event_key="e", signing_key=key)

    @client.create_function(fn_id="f", trigger=inngest.TriggerEvent(event="go"))
    async def function(ctx: inngest.Context) -> None:
        log.append(ctx.attempt)

    app = _App(in_process_call(Starlette(routes=inngest_routes(client, [function], enable_unauthed_sync=False))))
    app.trouble = [OSError("no route"), (502, {}, b"bad gateway"), "hang"]
    options = Options(backoff=lambda attempt: 0.01, call_timeout_s=0.2)
    engine = Engine(url, app, signing_key=key, options=options)
    await engine.start(create_tables=True)
    await engine.receive([{"name": "go"}])
    await until(lambda: log == [3])
    await engine.stop()
