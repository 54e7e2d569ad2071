"""The recorder: each run is one row from its first call to its end, and trouble with the row is not the run's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import inngest
import pytest
import structlog

from bot.functions.recorder import recorder
from bot.model.errors import WorldError
from bot.model.records import Run, RunState
from bot.storage import runs
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio

EVENT = inngest.Event(
    name="repo/refresh.requested",
    id="event-1",
    data={"installation_id": 7.0, "repository_id": 42, "batch_id": "b", "delivery": "guid-1"},
)


class Call:
    """One call of a function by an engine, with the middleware around it."""

    def __init__(self, world: World, event: inngest.Event = EVENT, *, attempt: int = 0, steps: int = 0) -> None:
        self.middleware = recorder(world.deps)(world.bot.client, None)
        self.context = cast("inngest.Context", SimpleNamespace(event=event, run_id="run-1", attempt=attempt))
        self.function = next(one for one in world.bot.functions if one.local_id == "refresh-repository-intelligence")
        self.memos = inngest.StepMemos(cast("Any", {str(number): None for number in range(steps)}))

    async def begin(self) -> None:
        await self.middleware.transform_input(self.context, self.function, self.memos)

    async def end(self, output: object, *, error: Exception | None = None, step: str = "") -> None:
        info = cast("Any", SimpleNamespace(id=step) if step else None)
        await self.middleware.transform_output(inngest.TransformOutputResult(error=error, output=output, step=info))


async def recorded(world: World) -> Run | None:
    async with world.bot.database.read() as session:
        return await runs.get(session, "run-1")


def finished(world: World, result: str) -> float | None:
    labels = {"function": "refresh-repository-intelligence", "result": result}
    return world.bot.metrics.registry.get_sample_value("radar_runs_finished_total", labels)


async def test_a_run_is_written_down_at_its_first_call(world: World) -> None:
    await Call(world).begin()
    assert await recorded(world) == Run(
        id="run-1",
        function_id="refresh-repository-intelligence",
        started_at=world.now,
        event_id="event-1",
        delivery_guid="guid-1",
        installation_id=7,
        repository_id=42,
        batch_id="b",
    )
    context = structlog.contextvars.get_contextvars()
    assert (context["run"], context["delivery"], context["repository"]) == ("run-1", "guid-1", 42)


async def test_later_calls_of_a_run_write_nothing_until_it_ends(world: World) -> None:
    later = Call(world, steps=1)
    await later.begin()
    assert await recorded(world) is None, "only the first call opens the row"
    await Call(world).begin()
    await later.end({"any": "thing"}, step="read")
    run = await recorded(world)
    assert run is not None
    assert run.state is RunState.RUNNING, "a step's end is not the run's"


OUTPUTS: dict[str, tuple[object, str]] = {
    "what became of it": ({"outcome": "current", "head_sha": "a"}, "current"),
    "nothing said": ({"head_sha": "a"}, ""),
    "nothing": (None, ""),
}


@pytest.mark.parametrize("case", OUTPUTS)
async def test_a_run_that_returned_is_completed_with_its_outcome(world: World, case: str) -> None:
    output, reason = OUTPUTS[case]
    call = Call(world)
    await call.begin()
    world.later(seconds=3)
    await call.end(output)
    run = await recorded(world)
    assert run is not None
    assert (run.state, run.reason, run.finished_at) == (RunState.COMPLETED, reason, world.now)
    assert finished(world, "completed") == 1.0


async def test_an_attempt_that_failed_does_not_end_the_run(world: World) -> None:
    call = Call(world)
    await call.begin()
    await call.end(None, error=WorldError("502."))
    await Call(world, attempt=1).begin()
    run = await recorded(world)
    assert run is not None
    assert (run.state, run.attempt) == (RunState.RUNNING, 1)
    assert finished(world, "completed") is None


async def test_the_failure_handler_ends_the_run_that_failed(world: World) -> None:
    await Call(world).begin()
    failure = inngest.Event(
        name="inngest/function.failed",
        data={
            "run_id": "run-1",
            "event": {"name": EVENT.name, "id": EVENT.id, "data": dict(EVENT.data)},
            "error": {"message": "The repository is gone."},
        },
    )
    for steps in (0, 1):
        handler = Call(world, failure, steps=steps)
        handler.context.run_id = "run-of-the-handler"
        await handler.begin()
        await handler.end({"outcome": "failed"}, step="" if steps else "record-failure")
    run = await recorded(world)
    assert run is not None
    assert (run.state, run.reason, run.delivery_guid) == (RunState.FAILED, "The repository is gone.", "guid-1")
    assert finished(world, "failed") == 1.0
    async with world.bot.database.read() as session:
        assert await runs.get(session, "run-of-the-handler") is None


async def test_a_record_that_cannot_be_closed_does_not_spoil_the_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Call(world)
    await call.begin()

    async def write_apart(_database: object, _work: object, *, durable: bool = True) -> None:
        assert not durable
        raise WorldError("The database is locked.")

    monkeypatch.setattr(type(world.bot.database), "write_apart", write_apart)
    await call.end({"outcome": "completed"})
    run = await recorded(world)
    assert run is not None
    assert run.state is RunState.RUNNING, "the sweep closes it"
