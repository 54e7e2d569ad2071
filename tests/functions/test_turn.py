"""Turns: one run at a time, the same run again, and no turn lost with a run that died."""

from __future__ import annotations

import pytest

from bot.functions.turn import HELD_AT_MOST, TurnTaken, turn
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio


async def test_a_turn_is_one_runs(world: World) -> None:
    async with turn(world.deps, "the reply", "run-1"):
        async with turn(world.deps, "another reply", "run-2"):
            pass
        with pytest.raises(TurnTaken):
            async with turn(world.deps, "the reply", "run-2"):
                raise AssertionError("two at once")
    async with turn(world.deps, "the reply", "run-2"):
        pass


async def test_a_failure_gives_the_turn_back(world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        async with turn(world.deps, "the reply", "run-1"):
            _ = 1 / 0
    async with turn(world.deps, "the reply", "run-2"):
        pass


async def test_a_run_that_was_killed_goes_on_at_once_and_others_later(world: World) -> None:
    killed = turn(world.deps, "the reply", "run-1")
    await killed.__aenter__()
    with pytest.raises(TurnTaken):
        async with turn(world.deps, "the reply", "run-2"):
            raise AssertionError("two at once")
    async with turn(world.deps, "the reply", "run-1"):
        pass
    await turn(world.deps, "the reply", "run-1").__aenter__()
    world.now += HELD_AT_MOST * 1.1
    async with turn(world.deps, "the reply", "run-2"):
        pass
