"""The engine's front: a small Inngest for one machine that a process starts, feeds and stops.

It registers the application's functions over the SDK's in-band sync, refuses what it cannot do, and runs them through
the injected `call`. It knows the protocol, neither the bot nor the SDK.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import msgspec
import structlog

from bot.engine.calls import Call, Caller, Options
from bot.engine.connection import Turn
from bot.engine.journal import Journal
from bot.engine.protocol import Event
from bot.engine.runner import Runner

log = structlog.get_logger("bot.engine")


class EngineStoppedError(RuntimeError):
    """The engine is not running, or died of an error of its own."""


def new_signing_key() -> str:
    """A random key in Inngest's form, for one process: give it to the engine and to the SDK's client."""
    return f"signkey-radar-{secrets.token_hex(32)}"


class Engine:
    """`start`, feed it events, `stop`. One for each database, in one process.

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
        self._caller = Caller(call, signing_key, options or Options())
        self._runner: Runner | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, *, create_tables: bool = False, wait_s: float = 10.0) -> None:
        """Claim the database, register the functions, take up what was under way.

        Raises JournalBusyError when another process has the engine, ConfigurationError for a function that needs an
        Inngest server, ValueError when the application does not answer the registration.
        """
        try:
            await self._journal.open(wait_s=wait_s, create_tables=create_tables)
            self._runner = Runner(self._journal, self._caller, await self._caller.register())
            self._runner.load(*await self._journal.load())
        except BaseException:
            await self._journal.close()
            raise
        self._task = asyncio.create_task(self._runner.run(), name="engine")

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

    async def counts(self) -> dict[tuple[str, str], int]:
        """Runs in the journal by (function id, state), within the retention."""
        return await self._journal.counts()

    def _running(self) -> Runner:
        if self._runner is None or self._task is None or self._task.done():
            raise EngineStoppedError(self.trouble() or "the engine is not running")
        return self._runner
