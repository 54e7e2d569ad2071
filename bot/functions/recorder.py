"""The recorder: an Inngest middleware that writes down each run as the bot sees it, on whichever engine.

The `runs` table answers "what did the bot do with my event?"; log lines of a run carry its ids.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import inngest
import structlog

from bot.functions.deps import Deps
from bot.functions.edge import failure_reason, original_event
from bot.model.errors import WorldError
from bot.model.records import Run, RunState
from bot.storage import runs

log = structlog.get_logger("bot.functions")

FAILED = "inngest/function.failed"
"""The event of a failure handler."""


def recorder(deps: Deps) -> type[inngest.Middleware]:
    """The middleware for a client whose functions use `deps`."""

    class Recorder(inngest.Middleware):
        """One instance for each call of a function."""

        _run: Run | None = None
        """The run to close when the function returns; none where the failure handler does: its run has failed."""

        async def transform_input(
            self,
            ctx: inngest.Context | inngest.ContextSync,
            function: inngest.Function[Any],
            steps: inngest.StepMemos,
        ) -> None:
            """Before the function: open the run at its first call, and bind its ids to the log."""
            is_failure_handler = ctx.event.name == FAILED
            self._run = _run_of(ctx, function, deps.clock())
            _bind_log(self._run)
            if is_failure_handler:
                if steps.size == 0:
                    await self._finish(RunState.FAILED, failure_reason(ctx.event))
                self._run = None
            elif steps.size == 0:
                await deps.database.write_apart(partial(runs.start, run=self._run), durable=False)

        async def transform_output(self, result: inngest.TransformOutputResult) -> None:
            """After the function itself returned: close the run."""
            if result.step is None and result.error is None and self._run is not None:
                await self._finish(RunState.COMPLETED, _outcome(result.output))

        async def _finish(self, state: RunState, reason: str) -> None:
            assert self._run is not None  # noqa: S101 - set by transform_input, which comes first
            try:
                finish = partial(runs.finish, run_id=self._run.id, state=state, reason=reason, now=deps.clock())
                await deps.database.write_apart(finish, durable=False)
            except WorldError as error:
                # The run's work is done and stored; its record is closed by the sweep instead.
                log.warning("run not recorded", state=state, error=str(error))
            deps.metrics.runs.labels(self._run.function_id, state.value).inc()
            log.info("run finished", state=state, reason=reason)

    return Recorder


def _run_of(ctx: inngest.Context | inngest.ContextSync, function: inngest.Function[Any], now: datetime) -> Run:
    """The run of a call; a failure handler's is the one that failed."""
    is_failure_handler = ctx.event.name == FAILED
    event = original_event(ctx.event) if is_failure_handler else ctx.event
    data = dict(event.data or {})
    return Run(
        id=str(dict(ctx.event.data or {})["run_id"]) if is_failure_handler else ctx.run_id,
        function_id=function.local_id,
        started_at=now,
        event_id=event.id or "",
        delivery_guid=str(data.get("delivery") or ""),
        installation_id=_whole(data.get("installation_id")),
        repository_id=_whole(data.get("repository_id")),
        batch_id=str(data.get("batch_id") or ""),
        attempt=ctx.attempt,
    )


def _bind_log(run: Run) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(
        run=run.id,
        function=run.function_id,
        delivery=run.delivery_guid or None,
        installation=run.installation_id,
        repository=run.repository_id,
    )


def _whole(value: object) -> int | None:
    """Numbers travel as floats through some of Inngest's JSON."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _outcome(output: object) -> str:
    return str(output.get("outcome") or "") if isinstance(output, dict) else ""
