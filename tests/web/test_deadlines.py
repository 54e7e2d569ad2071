"""Tasks that share a time each get all of it and no more."""

from __future__ import annotations

import asyncio

import pytest

from bot.web.deadlines import Deadlines
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


async def held(deadlines: Deadlines, event: asyncio.Event) -> str:
    try:
        with deadlines:
            await event.wait()
            return "done"
    except TimeoutError:
        return "late"


class Time:
    """The event loop's, which stands still until a test lets it pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def passes(self, seconds: float) -> None:
        """All that this makes late has ended afterwards."""
        self.now += seconds
        for _ in range(5):
            await asyncio.sleep(0)


async def test_what_takes_too_long_ends_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: time.now)
    deadlines, never, soon = Deadlines(10), asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(held(deadlines, never))
    quick = asyncio.create_task(held(deadlines, soon))
    await time.passes(0)
    await time.passes(5)
    second = asyncio.create_task(held(deadlines, never))
    soon.set()
    await time.passes(0)
    await time.passes(4.9)
    assert (first.done(), quick.done(), second.done()) == (False, True, False)
    await time.passes(0.2)
    assert (first.done(), second.done()) == (True, False), "its time began later"
    await time.passes(4.8)
    assert not second.done()
    await time.passes(0.2)
    assert second.done()
    third = asyncio.create_task(held(deadlines, never))
    await time.passes(0)
    await time.passes(10.1)
    assert third.done(), "it watches again after a rest"
    assert [task.result() for task in (first, quick, second, third)] == ["late", "done", "late", "late"]


async def test_a_late_task_may_go_on_afterwards() -> None:
    deadlines = Deadlines(0.01)

    async def goes_on() -> int:
        for _ in range(2):
            with pytest.raises(TimeoutError), deadlines:
                await asyncio.Event().wait()
        await asyncio.sleep(0.03)
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    async with asyncio.timeout(PATIENCE_S):
        assert await asyncio.create_task(goes_on()) == 0


async def test_a_cancellation_from_elsewhere_stays_one() -> None:
    deadlines, never = Deadlines(5), asyncio.Event()
    task = asyncio.create_task(held(deadlines, never))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_passes_through() -> None:
    deadlines = Deadlines(5)
    with pytest.raises(KeyError), deadlines:
        raise KeyError("x")


async def test_an_end_at_the_last_moment_is_no_end_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    deadlines, event = Deadlines(0.02), asyncio.Event()
    task = asyncio.create_task(held(deadlines, event))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.02, event.set)
    async with asyncio.timeout(PATIENCE_S):
        assert await task in {"done", "late"}
