"""The border to Inngest: each error of ours becomes the right retry, each event is read or refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import inngest
import pytest

from bot.functions.edge import (
    BatchRequest,
    RefreshRequest,
    failure_reason,
    original_event,
    paced,
    read_data,
    step,
    to_inngest,
)
from bot.github.limits import RateLimited
from bot.model.errors import FinalError, Finality, UserError, WorldError
from bot.model.event import OutgoingEvent
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "error",
    [FinalError(Finality.GONE, "It is gone.", next_step="Forget it."), UserError("A slip.")],
    ids=["final", "user"],
)
async def test_the_last_word_is_not_retried(world: World, error: Exception) -> None:
    async def work() -> None:
        raise error

    with pytest.raises(inngest.NonRetriableError, match=str(error)):
        await step(world.deps, work)()


async def test_trouble_that_names_its_end_is_retried_then(world: World) -> None:
    async def work() -> None:
        raise WorldError("Rate limit.", retry_after_s=90.0)

    with pytest.raises(inngest.RetryAfterError) as caught:
        await step(world.deps, work)()
    assert caught.value.retry_after == world.now + timedelta(seconds=90)
    assert caught.value.retry_after.tzinfo is UTC


async def test_other_trouble_is_left_to_inngests_backoff(world: World) -> None:
    async def work() -> None:
        raise WorldError("502.")

    with pytest.raises(WorldError):
        await step(world.deps, work)()


async def test_a_result_goes_through(world: World) -> None:
    async def work() -> int:
        return 7

    assert await step(world.deps, work)() == 7


def test_event_data_is_read_with_defaults_and_without_what_is_not_asked_for() -> None:
    event = inngest.Event(
        name="repo/refresh.requested", data={"installation_id": 5.0, "repository_id": 7, "comment_id": None}
    )
    assert read_data(event, RefreshRequest) == RefreshRequest(installation_id=5, repository_id=7)


def test_event_data_that_does_not_fit_is_refused_for_good() -> None:
    event = inngest.Event(name="repo/batch.requested", data={"installation_id": "many"})
    with pytest.raises(inngest.NonRetriableError, match=r"repo/batch\.requested is not as expected"):
        read_data(event, BatchRequest)


def test_our_events_keep_id_data_and_time() -> None:
    at = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp() * 1000)
    sent = to_inngest(OutgoingEvent(name="repo/push.received", id="push:1", data={"repository_id": 1}, ts_ms=at))
    assert (sent.name, sent.id, sent.data, sent.ts) == ("repo/push.received", "push:1", {"repository_id": 1}, at)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"message": "It is gone."}, "It is gone."),
        ({}, "The run failed without a message; the log has the details."),
        (None, "The run failed without a message; the log has the details."),
        ("odd", "odd"),
    ],
)
def test_a_failed_run_tells_why(error: object, reason: str) -> None:
    original = {"name": "repo/refresh.requested", "data": {"repository_id": 1}}
    event = inngest.Event(name="inngest/function.failed", data={"error": error, "event": original, "run_id": "r"})  # type: ignore[dict-item]
    assert failure_reason(event) == reason
    assert original_event(event).name == "repo/refresh.requested"


class Steps:
    """A run's steps, as an engine would take them: done once by name, sleeps noted."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.slept: list[float] = []

    async def run(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        assert name not in self.names
        self.names.append(name)
        return await work()

    async def sleep(self, name: str, duration: timedelta) -> None:
        assert name not in self.names
        self.names.append(name)
        self.slept.append(duration.total_seconds())


def refusals(*waits: float) -> Callable[[], Awaitable[str]]:
    """Work that has to wait so often, and is then done."""
    left = list(waits)

    async def work() -> str:
        if left:
            raise RateLimited("Wait.", retry_after_s=left.pop(0), is_secondary=False, is_content=True)
        return "done"

    return work


async def test_content_that_waits_its_turn_is_no_failed_attempt(world: World) -> None:
    steps = Steps()
    ctx = cast("inngest.Context", SimpleNamespace(step=steps))
    assert await paced(ctx, world.deps, "reply", refusals(90.0, 0.2)) == "done"
    assert steps.names == ["reply", "reply-turn-0", "reply-1", "reply-turn-1", "reply-2"]
    assert steps.slept == [90.0, 1.0]


async def test_content_does_not_wait_for_ever(world: World) -> None:
    ctx = cast("inngest.Context", SimpleNamespace(step=Steps()))
    with pytest.raises(inngest.RetryAfterError):
        await paced(ctx, world.deps, "reply", refusals(*[60.0] * 200))
    with pytest.raises(inngest.NonRetriableError, match="gone"):
        await paced(ctx, world.deps, "other", _gone)


async def _gone() -> None:
    raise FinalError(Finality.GONE, "It is gone.")
