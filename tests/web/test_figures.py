"""The keeper of figures: fresh ones shown, stale ones shown and renewed behind, one renewal at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.storage.views_figures import Figures, figures
from bot.storage.views_scope import EVERYTHING, PUBLIC
from bot.web.figures import STALE_S, FigureKeeper
from tests.web.world import NOW, World

pytestmark = pytest.mark.anyio
KEY = (EVERYTHING, "")


class Source:
    """Gives figures whose total counts the readings."""

    def __init__(self, like: Figures) -> None:
        self.like = like
        self.readings = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> Figures:
        """One reading."""
        self.readings += 1
        number = self.readings
        await self.gate.wait()
        return Figures(**{**vars(self.like), "total": number})


@pytest.fixture
async def source(world: World) -> Source:
    """Figures of the small world to copy."""
    async with world.web.db.read() as session:
        return Source(await figures(session, EVERYTHING, since=NOW - timedelta(days=7)))


async def test_fresh_ones_are_kept_and_stale_ones_shown_while_they_are_renewed(source: Source) -> None:
    keeper = FigureKeeper(fresh_s=10)
    assert (await keeper.get(KEY, 0, source)).total == 1
    assert (await keeper.get(KEY, 9, source)).total == 1
    source.gate.clear()
    assert (await keeper.get(KEY, 11, source)).total == 1, "nobody waits for the renewal"
    assert (await keeper.get(KEY, 12, source)).total == 1
    source.gate.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert (await keeper.get(KEY, 13, source)).total == 2
    assert source.readings == 2, "one renewal, however many ask"
    await keeper.close()


async def test_very_old_ones_are_not_shown(source: Source) -> None:
    keeper = FigureKeeper(fresh_s=10)
    await keeper.get(KEY, 0, source)
    assert (await keeper.get(KEY, STALE_S + 1, source)).total == 2


async def test_each_scope_has_its_own(source: Source) -> None:
    keeper = FigureKeeper()
    await keeper.get(KEY, 0, source)
    assert (await keeper.get((PUBLIC, ""), 0, source)).total == 2
    keeper.forget()
    assert (await keeper.get(KEY, 0, source)).total == 3


async def test_a_failure_reaches_who_waits_and_is_tried_again(source: Source) -> None:
    keeper = FigureKeeper()

    async def fail() -> Figures:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        await keeper.get(KEY, 0, fail)
    assert (await keeper.get(KEY, 0, source)).total == 1


async def test_the_figures_of_the_small_world(world: World) -> None:
    async with world.web.db.read() as session:
        found = await figures(session, EVERYTHING, since=NOW - timedelta(days=7))
        public = await figures(session, PUBLIC, since=NOW - timedelta(days=7))
        kelp = await figures(session, EVERYTHING, owner="kelp", since=NOW - timedelta(days=7))
    assert (found.total, found.reported, found.private, found.failed) == (5, 3, 2, 1)
    assert found.average == (78 + 43 + 92) / 3
    assert {tally.name: tally.count for tally in found.grades} == {"A": 1, "C": 1, "E": 1}
    assert {tally.name: tally.count for tally in found.languages} == {"Python": 2, "Go": 1}
    assert [item.name for item in found.worse] == ["tidemark"]
    assert found.actions[0].check_id == "secrets"
    assert found.actions[0].repositories == 3
    assert ("NumPy", 3, "data") in {(tally.name, tally.count, tally.detail) for tally in found.technologies}
    assert ("numpy", 3, "pypi") in {(tally.name, tally.count, tally.detail) for tally in found.packages}
    assert (public.total, public.reported) == (3, 1)
    assert "secrets" not in {action.check_id for action in public.actions}
    assert (kelp.total, kelp.average) == (1, 92.0)
