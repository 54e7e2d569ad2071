"""The gate: what GitHub's refusals close, and how content waits its turn."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.github.gate import CONTENT, INLINE_S, ContentPace, Gate
from bot.github.limits import RateLimited
from bot.github.pace import ContentLimits, Urgency, content_urgency

pytestmark = pytest.mark.anyio


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def refusal(*, is_content: bool, is_secondary: bool = True) -> RateLimited:
    return RateLimited("no", retry_after_s=30, is_secondary=is_secondary, is_content=is_content)


CLOSES = {
    "a secondary limit": (refusal(is_content=False), {"core", "graphql", CONTENT}),
    "a block of content": (refusal(is_content=True), {CONTENT}),
    "a spent primary limit": (refusal(is_content=False, is_secondary=False), {"core"}),
}


@pytest.mark.parametrize("name", CLOSES)
async def test_what_a_refusal_closes(name: str) -> None:
    error, closed = CLOSES[name]
    clock = Clock()
    gate = Gate(1, monotonic=clock)
    gate.close("core", error)
    found, told = set[str](), list[tuple[float | None, bool]]()
    for resource in ("core", "graphql", CONTENT):
        try:
            gate.check(resource)
        except RateLimited as kept:
            found.add(resource)
            told.append((kept.retry_after_s, kept.is_content))
    assert found == closed
    assert set(told) == {(30, error.is_content)}
    clock.now += 31
    for resource in ("core", "graphql", CONTENT):
        gate.check(resource)


async def test_a_short_wait_is_waited_out_and_a_long_one_is_the_callers() -> None:
    clock = Clock()
    pace = ContentPace(ContentLimits(2, 0), monotonic=clock, sleep=clock.sleep)
    await pace.turn(Urgency.REPLY)
    with pytest.raises(RateLimited, match="paced") as caught:
        await pace.turn(Urgency.REPLY)
    assert caught.value.is_content
    assert not caught.value.is_secondary
    assert caught.value.retry_after_s == pytest.approx(61)
    clock.now += 60
    await pace.turn(Urgency.REPLY)
    assert clock.slept == [pytest.approx(1)]
    assert clock.slept[0] <= INLINE_S


async def test_those_who_wait_are_called_one_after_the_other() -> None:
    clock = Clock()
    pace = ContentPace(ContentLimits(60, 0), monotonic=clock, sleep=clock.sleep)
    for _ in range(57):
        await pace.turn(Urgency.REPLY)
    told = []
    for _ in range(100):
        with pytest.raises(RateLimited) as caught:
            await pace.turn(Urgency.REPLY)
        assert caught.value.retry_after_s is not None
        told.append(caught.value.retry_after_s)
    assert told == sorted(told)
    assert told[-1] - told[0] == pytest.approx(99 * 61 / 57)
    for at in told:  # each who comes when told goes at once
        clock.now = 1000 + at
        await pace.turn(Urgency.REPLY)
    assert sum(clock.slept) < 0.01


async def test_asking_for_room_takes_none() -> None:
    clock = Clock()
    gate = Gate(1, content=ContentLimits(2, 0), monotonic=clock, sleep=clock.sleep)
    for _ in range(10):
        gate.require_content_room(Urgency.CHECK)
    with content_urgency(Urgency.BACKGROUND):
        await gate.content_turn()
    with pytest.raises(RateLimited):
        gate.require_content_room(Urgency.CHECK)


async def test_without_a_limit_nothing_is_paced() -> None:
    gate = Gate(1)
    for _ in range(1000):
        await gate.content_turn()
    gate.require_content_room(Urgency.BACKGROUND)
