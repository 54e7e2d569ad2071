"""Calls the application's SDK for one job of a run; a failure is a reply too."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import msgspec
import structlog
from msgspec import Raw

from bot.engine import machine, protocol
from bot.engine.configuration import FunctionConfig
from bot.engine.protocol import Raised

log = structlog.get_logger("bot.engine")

Call = Callable[[str, str, bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]
"""`(function id, step id, body) -> (status, lower-case headers, body)` of the application's SDK."""


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


async def ask(call: Call, options: Options, run: machine.Run, config: FunctionConfig, job_id: str) -> protocol.Reply:
    """The application's reply to this job of the run."""
    body = call_body(run, config, job_id)
    try:
        async with asyncio.timeout(options.call_timeout_s):
            answer = await call(config.id, job_id or protocol.ROOT_STEP, body)
    except TimeoutError:
        return Raised({"name": "TimeoutError", "message": f"no answer within {options.call_timeout_s:g} s"})
    except Exception as error:  # whatever the application throws is the call's failure, not the engine's
        log.exception("call failed", function=config.id, run_id=run.id)
        return Raised({"name": type(error).__name__, "message": str(error)})
    return protocol.parse_reply(*answer, options.clock_ms())


def call_body(run: machine.Run, config: FunctionConfig, job_id: str) -> bytes:
    """The request that calls the function for this job: its memos are finished steps, in the order of `stack`.

    `use_api` stays false: in one process no request is too large to carry its steps.
    """
    event = Raw(run.event)
    request = {
        "ctx": {
            "attempt": run.jobs[job_id].attempt,
            "disable_immediate_execution": machine.plans_only(run, job_id),
            "fn_id": config.id,
            "max_attempts": config.attempts,
            "run_id": run.id,
            "stack": {"current": len(run.memos), "stack": list(run.memos)},
            "use_api": False,
        },
        "event": event,
        "events": [event],
        "steps": {step: Raw(memo) for step, memo in run.memos.items()},
        "use_api": False,
        "version": 1,
    }
    return msgspec.json.encode(request)
