"""Calls the application's SDK endpoint: registers its functions and runs one job; a failure is a reply too."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import msgspec
import structlog

from bot.engine import machine, protocol
from bot.engine.configuration import FunctionConfig, parse_functions
from bot.engine.protocol import Raised

log = structlog.get_logger("bot.engine")

Call = Callable[[str, Mapping[str, str], Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]
"""`(method, query, headers, body) -> (status, lower-case headers, body)` of the application's SDK endpoint."""


@dataclass(slots=True, frozen=True, kw_only=True)
class Options:
    """How the engine runs. `backoff` gives the seconds to wait after a failed attempt; `call_timeout_s` bounds a call;
    at most `max_calls` are out at once; runs that are over are kept for `retention_s`.
    """

    clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    backoff: machine.Backoff = field(default_factory=lambda: machine.default_backoff(random.random))
    max_calls: int = 256
    call_timeout_s: float = 3600.0
    retention_s: float = 3 * 86_400.0


@dataclass(slots=True, frozen=True)
class Caller:
    """Signs and sends; `call` reaches the endpoint."""

    call: Call
    signing_key: str
    options: Options

    async def register(self) -> dict[str, FunctionConfig]:
        """The application's functions by id. Raises ConfigurationError, ValueError when it does not answer."""
        body = msgspec.json.encode({"url": f"http://engine.invalid{protocol.PATH}"})
        headers = self._headers(body) | {"x-inngest-sync-kind": "in_band"}
        status, _, answer = await self.call("PUT", {}, headers, body)
        return parse_functions(protocol.registered_functions(status, answer))

    async def ask(self, run: machine.Run, config: FunctionConfig, job_id: str) -> protocol.Reply:
        """The application's reply to this job of the run."""
        body = machine.call_body(run, config, job_id)
        query = {"fnId": config.id, "stepId": job_id or protocol.ROOT_STEP}
        try:
            async with asyncio.timeout(self.options.call_timeout_s):
                status, headers, content = await self.call("POST", query, self._headers(body), body)
        except TimeoutError:
            return Raised({"name": "TimeoutError", "message": f"no answer within {self.options.call_timeout_s:g} s"})
        except Exception as error:  # whatever the application throws is the call's failure, not the engine's
            log.exception("call failed", function=config.id, run_id=run.id)
            return Raised({"name": type(error).__name__, "message": str(error)})
        return protocol.parse_reply(status, headers, content, self.options.clock_ms())

    def _headers(self, body: bytes) -> dict[str, str]:
        return protocol.request_headers(body, self.signing_key, self.options.clock_ms())
