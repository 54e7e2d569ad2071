"""The engine's front: a small Inngest for one machine that a process starts, feeds and stops.

It reads the functions' registration, refuses what it cannot do, and runs them through the injected `call`. It knows the
protocol, neither the bot nor the SDK.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import msgspec
import structlog

from bot.engine.calls import Call, Options
from bot.engine.configuration import parse_functions
from bot.engine.connection import JournalBusyError, Turn
from bot.engine.journal import EngineStoppedError, Journal
from bot.engine.protocol import Event
from bot.engine.runner import Runner

log = structlog.get_logger("bot.engine")


class Engine:
    """`start`, feed it events, `stop`. One for each database, in one process.

    `functions` are the SDK's registration, `call` reaches the SDK. `turn` is held during each write to a SQLite file,
    where others in this process write to it too.
    """

    def __init__(
        self,
        database_url: str,
        functions: Sequence[Mapping[str, Any]],
        call: Call,
        *,
        options: Options | None = None,
        turn: Turn = nullcontext,
    ) -> None:
        self._journal = Journal(database_url, turn)
        self._functions, self._call, self._options = functions, call, options or Options()
        self._runner: Runner | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, *, create_tables: bool = False, wait_s: float = 10.0) -> None:
        """Claim the database, take up what was under way.

        Raises JournalBusyError when another process has the engine, ConfigurationError for a function that needs an
        Inngest server.
        """
        functions = parse_functions(self._functions)
        try:
            await self._journal.open(wait_s=wait_s, create_tables=create_tables)
            runs, marks = await self._journal.load()
            self._runner = Runner(self._journal, self._call, functions, self._options, runs, marks)
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

    async def died(self) -> str:
        """Until the engine has ended by itself, which is for good: why."""
        if self._task is None:
            return self.trouble()
        await asyncio.wait({self._task})
        return self.trouble()

    async def receive(self, events: Sequence[Mapping[str, Any]]) -> list[str]:
        """Take in events (`name`, `data`, `id`, `ts` in milliseconds); their ids, once durable.

        An id seen within 24 hours has no further effect. Raises EngineStoppedError, or TypeError or ValueError for
        what is no event or no JSON: then none of them is taken in.
        """
        encoded = msgspec.json.encode(events)
        return await self._running().receive(msgspec.json.decode(encoded, type=list[Event]))

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
            return f"the engine died: {_why(self._task)}"
        return self._journal.trouble

    async def counts(self) -> dict[tuple[str, str], int]:
        """Runs in the journal by (function id, state), within the retention."""
        return await self._journal.counts()

    def _running(self) -> Runner:
        if self._runner is None or self._task is None or self._task.done():
            raise EngineStoppedError(self.trouble() or "the engine is not running")
        return self._runner


def _why(task: asyncio.Task[None]) -> str:
    """In the words of the first thing that went wrong."""
    error = None if task.cancelled() else task.exception()
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) if isinstance(error, JournalBusyError) else repr(error)
