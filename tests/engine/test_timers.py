"""What is due comes in its order, and what nobody wants any more is not held until it is due."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.timers import LEAST, Timers


def drain(timers: Timers[int], now_ms: int) -> list[int]:
    found = []
    while (one := timers.take(now_ms)) is not None:
        found.append(one)
    return found


@given(dues=st.lists(st.integers(0, 20)), now_ms=st.integers(-1, 21), back_ms=st.integers(0, 30))
def test_the_earliest_is_first_however_the_clock_is_set_back(dues: list[int], now_ms: int, back_ms: int) -> None:
    timers = Timers[int]()
    for number, due_ms in enumerate(dues):
        assert timers.add(due_ms, number) is all(due_ms < before for before in dues[:number])
    timers.set_back(back_ms)
    assert timers.next_ms() == min((due_ms - back_ms for due_ms in dues), default=math.inf)
    wanted = sorted((due_ms, number) for number, due_ms in enumerate(dues) if due_ms <= now_ms)
    assert drain(timers, now_ms - back_ms) == [number for _, number in wanted]
    assert len(timers) == len(dues) - len(wanted)


def test_what_is_not_wanted_any_more_is_let_go() -> None:
    timers, over = Timers[int](), set[int]()
    for number in range(10 * LEAST):
        timers.add(1_000_000, number, lambda number=number: number not in over)  # type: ignore[misc]
        over.add(number - 5)
        assert len(timers) <= LEAST + 1
    assert drain(timers, 1_000_000) == [*range(10 * LEAST - 5, 10 * LEAST)]


def test_what_is_wanted_is_never_let_go() -> None:
    timers = Timers[int]()
    for number in range(3 * LEAST):
        timers.add(-number, number)
    assert len(drain(timers, 0)) == 3 * LEAST
