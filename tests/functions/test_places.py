"""Places: so many at a time, the urgent first, none lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.functions.places import Places

pytestmark = pytest.mark.anyio


class Guest:
    """Takes a place and holds it until told to go."""

    def __init__(self, places: Places, order: list[str], name: str, *, is_urgent: bool = False) -> None:
        self.goes = asyncio.Event()
        self.task = asyncio.create_task(self._stay(places, order, name, is_urgent))

    async def _stay(self, places: Places, order: list[str], name: str, is_urgent: bool) -> None:
        async with places.taken(is_urgent=is_urgent):
            order.append(name)
            await self.goes.wait()

    async def leave(self) -> None:
        self.goes.set()
        await self.task
        await settled()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_urgent_are_let_in_first_and_all_get_in() -> None:
    places, order = Places(2), list[str]()
    guests = {name: Guest(places, order, name, is_urgent=name.isupper()) for name in ("a", "b", "c", "d", "E", "F")}
    await settled()
    assert order == ["a", "b"]
    for name in ("a", "b", "E", "F", "c", "d"):
        await guests[name].leave()
    assert order == ["a", "b", "E", "F", "c", "d"]
    async with places.taken(), places.taken():
        pass


async def test_who_gives_up_takes_no_place_along() -> None:
    places, order = Places(1), list[str]()
    first, second, third = (Guest(places, order, name) for name in "abc")
    await settled()
    second.task.cancel()
    await settled()
    await first.leave()
    assert order == ["a", "c"]
    await third.leave()
    async with places.taken():
        pass


async def test_a_place_that_comes_at_the_moment_of_giving_up_goes_to_the_next() -> None:
    places, order = Places(1), list[str]()
    first, second, third = (Guest(places, order, name) for name in "abc")
    await settled()
    first.goes.set()
    await asyncio.sleep(0)  # the second has the place and does not know it yet
    second.task.cancel()
    await settled()
    assert order == ["a", "c"]
    third.goes.set()
    await settled()
    assert third.task.done()
    async with places.taken():
        pass


async def test_an_error_inside_gives_the_place_back() -> None:
    places = Places(1)
    with pytest.raises(ValueError, match="broken"):
        async with places.taken():
            raise ValueError("broken")
    async with places.taken():
        pass
