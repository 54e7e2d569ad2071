"""The engine's front: a small Inngest for one machine that a process starts, feeds and stops.

It registers the application's functions over the SDK's in-band sync, refuses what it cannot do, and runs them through
the injected `call`. It knows the protocol, neither the bot nor the SDK.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Self

import msgspec
import structlog

from bot.engine.configuration import FunctionConfig, parse_functions
from bot.engine.connection import Turn
from bot.engine.journal import Journal
from bot.engine.protocol import PATH, Event, registered_functions, request_headers
from bot.engine.runner import Call, Options, Runner

log = structlog.get_logger("bot.engine")


class EngineStoppedError(RuntimeError):
    """The engine is not running, or died of an error of its own."""


def new_signing_key() -> str:
    """A random key in Inngest's form, for one process: give it to the engine and to the SDK's client."""
    return f"signkey-radar-{secrets.token_hex(32)}"


class Engine:
    """`async with Engine(...)`, or `start` and `stop`. One for each database, in one process.

    `call` reaches the application's SDK endpoint; `signing_key` signs what goes there. `turn` is held during each write
    to a SQLite file, where others in this process write to it too.
    """

    def __init__(
        self,
        database_url: str,
        call: Call,
        *,
        signing_key: str,
        options: Options | None = None,
        turn: Turn = nullcontext,
    ) -> None:
        self._journal = Journal(database_url, turn)
        self._call, self._signing_key, self._options = call, signing_key, options or Options()
        self._runner: Runner | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, *, create_tables: bool = False, wait_s: float = 10.0) -> None:
        """Claim the database, register the functions, take up what was under way.

        Raises JournalBusyError when another process has the engine, ConfigurationError for a function that needs an
        Inngest server, ValueError when the application does not answer the registration.
        """
        try:
            await self._journal.open(wait_s=wait_s, create_tables=create_tables)
            functions = await self._register()
        except BaseException:
            await self._journal.close()
            raise
        self._runner = Runner(self._journal, self._call, self._signing_key, functions, self._options)
        self._task = asyncio.create_task(self._runner.run(), name="engine")
        started = asyncio.create_task(self._runner.started.wait())
        await asyncio.wait({started, self._task}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if self._task.done():
            await self._journal.close()
            await self._task

    async def stop(self, drain_timeout_s: float = 10.0) -> None:
        """Begin nothing new, wait for the calls under way, and let the database go. What is cut off is repeated."""
        task, self._task = self._task, None
        if task is None or self._runner is None:
            return
        self._runner.drain()
        done, _ = await asyncio.wait({task}, timeout=drain_timeout_s)
        if not done:
            log.warning("calls cut off at stop, they are repeated at the next start", calls=self._runner.in_flight)
            task.cancel()
            await asyncio.wait({task})
        await self._journal.close()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("engine had died", error=repr(error))

    async def receive(self, events: Sequence[Mapping[str, Any]]) -> list[str]:
        """Take in events (`name`, `data`, `id`, `ts` in milliseconds); their ids, once durable.

        An id seen within 24 hours has no further effect. Raises EngineStoppedError, or msgspec.ValidationError for
        what is no event.
        """
        return await self._running().receive(msgspec.convert(list(events), list[Event]))

    async def cancel(
        self, *, function_id: str = "", data: Mapping[str, Any] | None = None, reason: str = "by the operator"
    ) -> int:
        """Cancel runs by function and by members of their event's data; returns how many."""
        return await self._running().cancel(function_id=function_id, data=data, reason=reason)

    async def idle(self) -> None:
        """Until nothing is under way and nothing can be called before the next timer."""
        await self._running().idle()

    def nudge(self) -> None:
        """A given clock has moved: look at the timers."""
        self._running().nudge()

    def trouble(self) -> str:
        """Why the engine is not ready; "" when it is."""
        if self._runner is None or self._task is None:
            return "the engine is not running"
        if self._task.done():
            error = None if self._task.cancelled() else self._task.exception()
            return f"the engine died: {error!r}"
        return self._journal.trouble

    def counts(self) -> dict[tuple[str, str], int]:
        """Runs by (function id, state): queued and running now; completed, failed and cancelled since the start."""
        runner = self._running()
        return runner.counts() | dict(runner.finished)

    def lag_s(self) -> float:
        """How long the job that has waited longest for its call is overdue."""
        return self._running().lag_s()

    async def journaled_counts(self) -> dict[tuple[str, str], int]:
        """Runs in the journal by (function id, state), within the retention."""
        return await self._journal.counts()

    def _running(self) -> Runner:
        if self._runner is None or self._task is None or self._task.done():
            raise EngineStoppedError(self.trouble() or "the engine is not running")
        return self._runner

    async def _register(self) -> dict[str, FunctionConfig]:
        body = msgspec.json.encode({"url": f"http://engine.invalid{PATH}"})
        headers = request_headers(body, self._signing_key, self._options.clock_ms())
        status, _, answer = await self._call("PUT", {}, headers | {"x-inngest-sync-kind": "in_band"}, body)
        return parse_functions(registered_functions(status, answer))
