"""The pen goes round fairly and is never lost."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.errors import WorldError
from bot.storage.line import Lane, Line
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


async def queue_up(line: Line, names: str, served: list[str]) -> list[asyncio.Task[None]]:
    """Writers in this order: capitals are intake."""

    async def write(name: str) -> None:
        async with line.turn(Lane.INTAKE if name.isupper() else Lane.WORK):
            served.append(name)
            await asyncio.sleep(0)

    tasks = []
    for name in names:
        tasks.append(asyncio.create_task(write(name)))
        await asyncio.sleep(0)
    return tasks


@pytest.mark.parametrize(
    ("waiting", "wanted"),
    [("abc", "abc"), ("ABC", "ABC"), ("abcA", "Aabc"), ("abAB", "AaBb"), ("ABCa", "AaBC"), ("", "")],
)
async def test_lanes_take_turns_and_each_is_served_in_order(waiting: str, wanted: str) -> None:
    line, served = Line(PATIENCE_S), list[str]()
    async with line.turn():
        tasks = await queue_up(line, waiting, served)
    await asyncio.gather(*tasks)
    assert "".join(served) == wanted


async def test_waiting_too_long_is_the_worlds_trouble_and_holds_up_nobody() -> None:
    line = Line(0.01)
    async with line.turn():
        with pytest.raises(WorldError, match="other writes"):
            async with line.turn():
                pytest.fail("there is one pen")
    async with asyncio.timeout(PATIENCE_S), line.turn():
        return


async def test_the_patient_wait_longer() -> None:
    line, served = Line(0.01), list[str]()

    async def patient() -> None:
        async with line.turn(is_patient=True):
            served.append("patient")

    async with line.turn():
        task = asyncio.create_task(patient())
        await asyncio.sleep(0.05)
        assert served == []
    await task
    assert served == ["patient"]


async def test_an_error_passes_the_pen_on() -> None:
    line = Line(PATIENCE_S)
    with pytest.raises(ZeroDivisionError):
        async with line.turn():
            raise ZeroDivisionError
    async with asyncio.timeout(PATIENCE_S), line.turn():
        return


@settings(deadline=None, max_examples=150)
@given(
    writers=st.lists(st.sampled_from("aA"), min_size=1, max_size=8),
    cancelled=st.sets(st.integers(min_value=0, max_value=7)),
    steps=st.integers(min_value=0, max_value=6),
)
def test_whoever_gives_up_at_any_moment_the_pen_is_never_lost_nor_doubled(
    writers: list[str], cancelled: set[int], steps: int
) -> None:
    async def play() -> None:
        line, holders = Line(PATIENCE_S), list[Lane]()

        async def write(lane: Lane) -> None:
            async with line.turn(lane):
                holders.append(lane)
                try:
                    assert len(holders) == 1
                    await asyncio.sleep(0)
                finally:
                    holders.remove(lane)

        tasks = [asyncio.create_task(write(Lane.INTAKE if one == "A" else Lane.WORK)) for one in writers]
        for _ in range(steps):
            await asyncio.sleep(0)
        for number in cancelled:
            if number < len(tasks):
                tasks[number].cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert not [one for one in answers if one is not None and not isinstance(one, asyncio.CancelledError)]
        async with asyncio.timeout(PATIENCE_S), line.turn():
            return

    asyncio.run(play())


async def test_each_turn_is_told_of_when_it_has_ended() -> None:
    ended: list[str] = []
    line = Line(PATIENCE_S, after_turn=lambda: ended.append("turn"))
    async with line.turn():
        assert ended == []
    with pytest.raises(ValueError, match="broken"):
        async with line.turn():
            raise ValueError("broken")
    assert ended == ["turn", "turn"]
