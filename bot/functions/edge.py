"""The border to Inngest: what an error of ours means for a run, and what an event asks for.

| ours        | Inngest             | then                                         |
|-------------|---------------------|----------------------------------------------|
| `FinalError`| `NonRetriableError` | the failure handler records it               |
| `UserError` | `NonRetriableError` | the same                                     |
| `WorldError`| `RetryAfterError`   | again at that time, or with Inngest's backoff |
| any other   | itself              | retried, and logged with its traceback       |
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import inngest
import msgspec
import structlog
from msgspec import Struct

from bot.functions.deps import Deps
from bot.functions.turn import TurnTaken
from bot.github.limits import RateLimited
from bot.model.errors import FinalError, UserError, WorldError
from bot.model.event import OutgoingEvent

log = structlog.get_logger("bot.functions")

PACED = "paced_s"
WAITS = 100
"""Turns that one step of a run waits for at most: days, at GitHub's pace."""

T = TypeVar("T")
S = TypeVar("S", bound=Struct)


class RefreshRequest(Struct, frozen=True, kw_only=True):
    """Data of `repo/refresh.requested`. `head_sha` "" asks for whatever HEAD is."""

    installation_id: int
    repository_id: int
    head_sha: str = ""
    trigger: str = "api"
    force: bool = False
    batch_id: str = ""
    command_id: str = ""
    delivery: str = ""


class BatchRequest(Struct, frozen=True, kw_only=True):
    """Data of `repo/batch.requested`. `repository_ids` empty asks for all; `node_ids` goes with them.

    `after` is the repository id from which a long listing continues.
    """

    installation_id: int
    batch_id: str = ""
    trigger: str = "api"
    owner: str = ""
    forks: str = "all"
    force: bool = False
    repository_ids: tuple[int, ...] = ()
    node_ids: tuple[str, ...] = ()
    after: int = 0
    command_id: str = ""
    delivery: str = ""


class CommandRequest(Struct, frozen=True, kw_only=True):
    """Data of `repo/command.received`: which comment to read and answer."""

    installation_id: int
    repository_id: int
    issue_number: int
    comment_id: int
    is_pull_request: bool = False
    delivery: str = ""


class InstallationChange(Struct, frozen=True, kw_only=True):
    """Data of `installation/changed`. `change` is GitHub's event and action, or `reconcile` from the clock."""

    installation_id: int
    change: str
    repository_id: int | None = None
    repository_ids: tuple[int, ...] = ()
    delivery: str = ""


def read_data(event: inngest.Event, kind: type[S]) -> S:
    """The event's data as `kind`; unknown keys are ignored. Raises NonRetriableError when it does not fit."""
    try:
        return msgspec.convert(dict(event.data or {}), kind, strict=False)
    except msgspec.ValidationError as error:
        raise inngest.NonRetriableError(f"The event {event.name} is not as expected: {error}.") from error


def to_inngest(event: OutgoingEvent) -> inngest.Event:
    """An event of ours as the SDK sends it."""
    return inngest.Event(name=event.name, id=event.id, data=event.data, ts=event.ts_ms or 0)


def sent_at(event: inngest.Event) -> datetime:
    """When an event was sent."""
    return datetime.fromtimestamp(event.ts / 1000, UTC)


def original_event(event: inngest.Event) -> inngest.Event:
    """The event of the run that failed, from `inngest/function.failed`."""
    return inngest.Event.model_validate(dict(event.data or {})["event"])


def failure_reason(event: inngest.Event) -> str:
    """Why the run failed, in a sentence, from `inngest/function.failed`."""
    error: Any = dict(event.data or {}).get("error") or {}
    message = str(error.get("message") or "").strip() if isinstance(error, dict) else str(error)
    return message or "The run failed without a message; the log has the details."


async def paced(ctx: inngest.Context, deps: Deps, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
    """A step that creates content on GitHub: where that has to wait its turn, the run sleeps and the step comes again.

    Waiting is no failed attempt, so a flood uses up nobody's retries; while it waits the run holds nothing.
    """

    async def attempt() -> Any:
        try:
            return await work()
        except (RateLimited, TurnTaken) as error:
            log.info("content waits its turn", reason=str(error), wait_s=error.retry_after_s)
            return {PACED: error.retry_after_s}

    for number in range(WAITS):
        suffix = f"-{number}" if number else ""
        outcome = await ctx.step.run(f"{name}{suffix}", step(deps, attempt))
        if not isinstance(outcome, dict) or PACED not in outcome:
            return outcome
        await ctx.step.sleep(f"{name}-turn-{number}", timedelta(seconds=max(float(outcome[PACED]), 1.0)))
    return await ctx.step.run(f"{name}-last", step(deps, work))


def step(deps: Deps, work: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """`work` for `ctx.step.run`, its errors translated by the table above."""

    async def run() -> T:
        try:
            return await work()
        except (FinalError, UserError) as error:
            log.info("given up", reason=str(error))
            raise inngest.NonRetriableError(str(error), quiet=True) from error
        except WorldError as error:
            log.warning("tried again later", reason=str(error), retry_after_s=error.retry_after_s)
            if error.retry_after_s is None:
                raise
            at = deps.clock() + timedelta(seconds=error.retry_after_s)
            raise inngest.RetryAfterError(str(error), at, quiet=True) from error
        except Exception:
            log.exception("step failed")
            raise

    return run
