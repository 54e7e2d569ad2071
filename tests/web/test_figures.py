"""The keeper of figures: fresh ones shown, stale ones shown and renewed behind, nobody waits long, nobody sees more."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.model.errors import WorldError
from bot.model.sign_in import UserAccess
from bot.storage import repositories
from bot.storage.views_figures import NO_FIGURES, Figures, figures
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope
from bot.web import figures as keeping
from bot.web.figures import FRESH_S, STALE_S, FigureKeeper
from tests.web.world import HARBOUR, NOW, PRIVATE, READER_ID, World, repository_ref
from tests.web.world import PUBLIC as TIDEMARK

pytestmark = pytest.mark.anyio


@dataclass
class Counting:
    """Stands in for the counting: the total is how often it was asked. `gate` holds it up, `error` fails it."""

    readings: int = 0
    asked: list[tuple[Scope, str]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    async def __call__(self, _session: object, scope: Scope, *, owner: str, since: datetime) -> Figures:
        self.readings += 1
        number = self.readings
        self.asked.append((scope, owner))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return replace(NO_FIGURES, total=number)


class Watch:
    """Each look at it is a millisecond after the one before: counting takes as long, however busy the machine is."""

    def __init__(self) -> None:
        self.milliseconds = 0

    def __call__(self) -> float:
        self.milliseconds += 1
        return self.milliseconds / 1000


@pytest.fixture
def counting(world: World, monkeypatch: pytest.MonkeyPatch) -> Counting:
    """The counting in its place, not held up."""
    made = Counting()
    made.gate.set()
    monkeypatch.setattr(keeping, "figures", made)
    world.web.figures.monotonic = Watch()
    return made


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long pages wait for a counting under way: with a second of patience until it ends, with less not at all."""
    patiences: list[float] = []
    wait = asyncio.wait

    async def noted(tasks: Any, *, timeout: float | None = None, **more: Any) -> Any:
        if timeout is None:
            return await wait(tasks, **more)
        patiences.append(timeout)
        return await wait(tasks, timeout=None if timeout >= 1 else 0, **more)

    monkeypatch.setattr(asyncio, "wait", noted)
    return patiences


def another(world: World, **changes: Any) -> FigureKeeper:
    """The keeper of another process on the same database."""
    return FigureKeeper(world.web.db, lambda: world.now, monotonic=Watch(), **changes)


async def settled(keeper: FigureKeeper) -> None:
    """Until nothing is being counted."""
    while keeper._renewals:
        await asyncio.gather(*keeper._renewals.values(), return_exceptions=True)


async def test_fresh_ones_are_kept_and_stale_ones_shown_while_they_are_renewed(
    world: World, counting: Counting
) -> None:
    keeper = another(world, patience_s=0.0)
    assert (await keeper.of(EVERYTHING, is_patient=True)).total == 1
    world.now += timedelta(seconds=FRESH_S / 2)
    assert (await keeper.of(EVERYTHING)).total == 1
    counting.gate.clear()
    world.now += timedelta(seconds=2)
    for _ in range(2):
        found = await keeper.of(EVERYTHING)
        assert (found.total, found.counting) == (1, False), "nobody waits for the renewal"
    counting.gate.set()
    await settled(keeper)
    assert (await keeper.of(EVERYTHING)).total == 2
    assert counting.readings == 2, "one renewal, however many ask"


async def test_what_is_quickly_counted_is_counted_for_the_page_that_asks(world: World, counting: Counting) -> None:
    keeper = world.web.figures
    for number in (1, 2, 3):
        assert (await keeper.of(EVERYTHING)).total == number
        world.now += timedelta(seconds=FRESH_S + 0.1)


async def test_a_page_waits_a_moment_and_says_that_figures_lack(world: World, counting: Counting) -> None:
    keeper = another(world, patience_s=0.001)
    counting.gate.clear()
    found = await keeper.of(EVERYTHING)
    assert (found.total, found.counting) == (0, True)
    counting.gate.set()
    await settled(keeper)
    found = await keeper.of(EVERYTHING)
    assert (found.total, found.counting) == (1, False)
    world.now += timedelta(seconds=STALE_S + 1)
    counting.gate.clear()
    found = await keeper.of(EVERYTHING)
    assert (found.total, found.counting) == (1, True), "very old ones are shown as such"
    waiting = asyncio.create_task(keeper.of(EVERYTHING, is_patient=True))
    counting.gate.set()
    assert (await waiting).total == 2, "a patient caller gets new ones"
    await keeper.close()


async def test_only_the_first_page_waits_long(world: World, counting: Counting, waited: list[float]) -> None:
    keeper = another(world, patience_s=2.0)
    counting.gate.clear()
    first = asyncio.create_task(keeper.of(EVERYTHING))
    while not counting.readings:
        await asyncio.sleep(0)
    assert (await keeper.of(EVERYTHING)).counting
    assert waited == [2.0, 0.2]
    assert not first.done()
    counting.gate.set()
    assert (await first).total == 1


async def test_who_sees_too_much_to_count_in_a_moment_does_not_wait_for_it(
    world: World, counting: Counting, waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.views_figures.LARGE", 1)
    keeper = another(world, patience_s=30.0)
    async with world.person(READER_ID):
        await settled(world.web.figures)
    scope = Scope(user_id=READER_ID, access="new")
    await keeper.of(PUBLIC, is_patient=True)
    counting.gate.clear()
    assert (await keeper.of(scope)).counting
    assert waited[-1] == 0
    counting.gate.set()
    assert not (await keeper.of(scope, is_patient=True)).counting
    await settled(keeper)


async def test_signing_in_begins_to_count_what_is_seen_next(world: World, counting: Counting) -> None:
    async with world.person(READER_ID) as person:
        await settled(world.web.figures)
        own = [scope for scope, owner in counting.asked if scope.beyond_public and not owner]
        assert [scope.user_id for scope in own] == [READER_ID]
        await person.get("/")
        await settled(world.web.figures)
    later = [scope for scope, _ in counting.asked if scope.beyond_public]
    assert set(later) == set(own), "the page asks for the same"


async def test_a_page_that_lacks_figures_comes_again(world: World, counting: Counting) -> None:
    world.web.figures.patience_s = 0.001
    counting.gate.clear()
    async with world.client() as client:
        for path in ("/", "/technologies", "/dependencies"):
            lacking = await client.get(path)
            assert "Still counting" in lacking.text, path
            assert lacking.headers["refresh"] == "3", path
        counting.gate.set()
        await settled(world.web.figures)
        whole = await client.get("/")
    assert "Still counting" not in whole.text
    assert "refresh" not in whole.headers


async def test_another_process_and_a_restart_find_what_was_counted(world: World, counting: Counting) -> None:
    first = another(world, patience_s=0.0)
    await first.of(EVERYTHING, is_patient=True)
    later = another(world)
    assert (await later.of(EVERYTHING)).total == 1
    world.now += timedelta(days=3)
    counting.gate.clear()
    much_later = another(world, patience_s=0.001)
    found = await much_later.of(EVERYTHING)
    assert (found.total, found.counting) == (1, True)
    counting.gate.set()
    await settled(much_later)


async def test_what_is_forgotten_is_counted_anew_though_it_is_kept(world: World, counting: Counting) -> None:
    keeper = another(world, patience_s=0.0)
    await keeper.of(EVERYTHING, is_patient=True)
    keeper.forget()
    assert (await keeper.of(EVERYTHING, is_patient=True)).total == 2
    assert (await keeper.of(EVERYTHING)).total == 2


async def test_the_start_counts_what_most_people_look_at(world: World, counting: Counting) -> None:
    world.web.figures.warm()
    await settled(world.web.figures)
    assert set(counting.asked) == {(EVERYTHING, ""), (PUBLIC, "")}


async def test_a_persons_sum_follows_both_of_its_parts(world: World, counting: Counting) -> None:
    keeper = world.web.figures
    person = Scope(user_id=READER_ID, access="a")
    assert (await keeper.of(person)).total == 1 + 2
    assert await keeper.of(person) is await keeper.of(person), "it is not summed for each page"
    world.now += timedelta(seconds=FRESH_S + 0.1)
    assert (await keeper.of(person)).total == 3 + 4
    assert (await keeper.of(Scope(user_id=READER_ID, access="b"))).total == 3 + 5


async def test_a_failure_reaches_who_waits_and_is_tried_again(world: World, counting: Counting) -> None:
    counting.error = WorldError("away")
    world.web.figures.warm()
    await settled(world.web.figures)
    with pytest.raises(WorldError, match="away"):
        await world.web.figures.of(EVERYTHING, is_patient=True)
    with pytest.raises(WorldError, match="away"):
        await world.web.figures.of(EVERYTHING)
    counting.error = None
    assert (await world.web.figures.of(EVERYTHING)).total == counting.readings == 5


async def overview(client: httpx.AsyncClient) -> str:
    """The overview's text."""
    return (await client.get("/")).text


async def test_a_person_counts_the_public_and_their_own(world: World) -> None:
    async with world.person(READER_ID) as person, world.client() as stranger:
        assert "4 private" not in await overview(person)
        assert "<b>4</b><span>repositories, 1 private" in await overview(person)
        assert "<b>3</b><span>repositories" in await overview(stranger)


async def test_what_somebody_saw_is_gone_with_the_permission(world: World) -> None:
    """The figures of a person belong to what GitHub showed them then: another answer has figures of its own."""
    async with world.person(READER_ID) as person:
        assert "repositories, 1 private" in await overview(person)
        world.sign_in.accesses = {READER_ID: UserAccess({}, {HARBOUR: False})}
        world.now += timedelta(seconds=301)
        assert "private" not in await overview(person)
        world.sign_in.accesses = {READER_ID: UserAccess({PRIVATE: "read"}, {HARBOUR: False})}
        world.now += timedelta(seconds=301)
        assert "repositories, 1 private" in await overview(person)


async def test_a_name_in_kept_figures_is_not_shown_once_it_is_private(world: World) -> None:
    async with world.client() as stranger:
        assert "Got worse" in await overview(stranger)
        assert "tidemark" in await overview(stranger)
        async with world.web.db.write() as session:
            listed = [repository_ref(TIDEMARK, "harbour", "tidemark", is_private=True)]
            await repositories.upsert_many(session, HARBOUR, listed, now=NOW)
        assert "tidemark" not in await overview(stranger)


async def test_an_account_that_is_not_there_for_the_viewer_is_not_found(world: World) -> None:
    async with world.client() as stranger, world.operator() as operator:
        assert (await stranger.get("/?owner=HARBOUR")).status_code == 200
        assert (await stranger.get("/?owner=kelp")).status_code == 404, "kelp has only a private one"
        assert (await operator.get("/?owner=kelp")).status_code == 200
        assert (await operator.get("/?owner=nobody")).status_code == 404
        assert (await operator.get("/?owner=har%00bour")).status_code == 200


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
