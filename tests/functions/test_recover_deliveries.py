"""recover-deliveries: which of GitHub's deliveries are asked for again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.functions import recover_deliveries
from bot.functions.recover_deliveries import ATTEMPTS, choose_missing, find_missing, keep_mark, redeliver
from bot.model.repository import HookDelivery
from tests.functions.conftest import World

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def delivery(number: int, guid: str, *, minutes_ago: float = 10, status: int = 502) -> HookDelivery:
    return HookDelivery(
        id=number,
        guid=guid,
        event="push",
        action="",
        delivered_at=NOW - timedelta(minutes=minutes_ago),
        status_code=status,
    )


def tried(times: int, *, minutes_ago: float) -> list[HookDelivery]:
    """GUID a, so many times: every ten minutes before, the newest so long ago. Newest first; ids from 1."""
    return [delivery(n + 1, "a", minutes_ago=minutes_ago + 10 * (times - 1 - n)) for n in reversed(range(times))]


CASES = {
    "one that never arrived": ([delivery(1, "a")], set(), [1], None),
    "one that is held": ([delivery(1, "a")], {"a"}, [], None),
    "answered well but not held": ([delivery(1, "a", status=202)], set(), [1], None),
    "still on its way": ([delivery(1, "a", minutes_ago=0.1, status=202)], set(), [], 0.4),
    "failed a moment ago": ([delivery(1, "a", minutes_ago=0.1)], set(), [1], None),
    "tried twice, asked for once, by its newest attempt": (tried(2, minutes_ago=5), set(), [2], None),
    "tried again a moment ago": (tried(2, minutes_ago=0.1), set(), [], 0.9),
    "tried again a minute ago": (tried(2, minutes_ago=1), set(), [2], None),
    "the third time": (tried(3, minutes_ago=3), set(), [], 1),
    "the last time": (tried(ATTEMPTS - 1, minutes_ago=1023), set(), [], 1),
    "the last time, due": (tried(ATTEMPTS - 1, minutes_ago=1024), set(), [ATTEMPTS - 1], None),
    "several, oldest first": ([delivery(3, "c", minutes_ago=1), delivery(1, "a", minutes_ago=9)], set(), [1, 3], None),
    "what was never asked for goes first": (
        [*tried(2, minutes_ago=5), delivery(9, "b", minutes_ago=6)],
        set(),
        [9, 2],
        None,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_asked_for(case: str) -> None:
    listed, known, asked, next_minutes = CASES[case]
    missing = choose_missing(listed, frozenset(known), NOW)
    assert [one.id for one in missing.due] == asked
    assert missing.given_up == 0
    expected = None if next_minutes is None else NOW + timedelta(minutes=next_minutes)
    assert missing.next_at == expected
    assert missing.since == (None if known else min(one.delivered_at for one in listed))


def test_what_was_tried_too_often_is_given_up_and_holds_up_nothing() -> None:
    missing = choose_missing(tried(ATTEMPTS, minutes_ago=5000), frozenset(), NOW)
    assert (missing.due, missing.next_at, missing.since, missing.given_up) == ([], None, None, 1)


def test_while_nothing_gets_through_one_is_tried_ever_less_often_over_a_day() -> None:
    """The webhook's address answers nothing for a day; the bot asks every five minutes and at a start in between."""
    listed = [delivery(1, "a", minutes_ago=0)]
    asked_at: list[float] = []
    for minute in [0.0, 0.2, *(float(minute) for minute in range(5, 24 * 60, 5))]:
        now = NOW + timedelta(minutes=minute)
        missing = choose_missing(listed, frozenset(), now)
        if missing.due:
            asked_at.append(minute)
            listed.append(delivery(len(listed) + 1, "a", minutes_ago=-minute))
    assert asked_at == [0.0, 5.0, 10.0, 30.0, 95.0, 355.0, 1380.0]
    assert len(listed) == ATTEMPTS


@pytest.mark.anyio
async def test_what_the_inbox_lacks_is_redelivered_under_its_guid(world: World) -> None:
    world.hub.connect("http://127.0.0.1:9/api/github/webhooks")  # nobody listens: every delivery fails
    world.hub.add_repository("acme", "hello", {"a.py": "1\n"})
    world.hub.install("acme")
    world.hub.settle()
    world.later(minutes=2)
    found = await find_missing(world.deps)
    assert len(found["missing"]) >= 1
    assert found["given_up"] == 0
    assert await redeliver(world.deps, found["missing"]) == len(found["missing"])
    await keep_mark(world.deps, found["until"])
    world.hub.settle()
    again = await find_missing(world.deps)
    assert set(again["missing"]).isdisjoint(found["missing"])  # the newest attempt stands for the GUID


async def run_once(world: World) -> list[int]:
    """What one run asks for, as the function does it."""
    found = await find_missing(world.deps)
    asked: list[int] = found["missing"][: await redeliver(world.deps, found["missing"])]
    await keep_mark(world.deps, found["until"])
    return asked


@pytest.mark.anyio
async def test_no_hour_has_more_redeliveries_than_github_allows_and_each_is_asked_for_in_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recover_deliveries, "AT_ONCE", 3)
    monkeypatch.setattr(recover_deliveries, "AN_HOUR", 5)
    world.hub.connect("http://127.0.0.1:9/api/github/webhooks")
    repository = world.hub.add_repository("acme", "hello", {"a.py": "1\n"})
    world.hub.install("acme")
    for _ in range(11):
        world.hub.push(repository)
    world.hub.settle()
    lost = {one.guid: one.id for one in world.hub.world.deliveries}
    runs: list[list[int]] = []
    while not set(lost.values()) <= {one for run in runs for one in run}:
        assert len(runs) < 50, "some were never asked for"
        runs.append(await run_once(world))
        world.hub.settle()
        world.later(minutes=5)
    in_an_hour = [sum(len(run) for run in runs[start : start + 12]) for start in range(len(runs))]
    assert max(in_an_hour) == 5
    assert [len(run) for run in runs[:13]] == [3, 2, *[0] * 10, 3]


@pytest.mark.anyio
async def test_a_step_that_is_tried_again_counts_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recover_deliveries, "AN_HOUR", 5)
    assert [await redeliver(world.deps, [901, 902, 903]) for _ in range(3)] == [3, 2, 0]
    world.later(minutes=61)
    assert await redeliver(world.deps, [901, 902, 903]) == 3


@pytest.mark.anyio
@pytest.mark.parametrize("hours_ahead", [-5, 0, 5])
async def test_a_clock_that_is_wrong_loses_nothing(world: World, hours_ahead: float) -> None:
    """GitHub stamps its deliveries by its own clock."""
    world.later(hours=hours_ahead)
    world.hub.connect("http://127.0.0.1:9/api/github/webhooks")
    repository = world.hub.add_repository("acme", "hello", {"a.py": "1\n"})
    world.hub.install("acme")
    world.hub.settle()
    seen: set[int] = set()
    for _ in range(3):  # each time something is lost, found, and the mark moves
        world.hub.push(repository)
        world.hub.settle()
        found = await find_missing(world.deps)
        assert set(found["missing"]) - seen
        seen |= set(found["missing"])
        await keep_mark(world.deps, found["until"])
        world.later(minutes=5)
    for _ in range(10):  # and it does not drift back while nothing happens
        found = await find_missing(world.deps)
        await keep_mark(world.deps, found["until"])
    assert datetime.fromisoformat(found["until"]) >= world.hub.world.now() - timedelta(minutes=30) + timedelta(
        hours=min(hours_ahead, 0)
    )
