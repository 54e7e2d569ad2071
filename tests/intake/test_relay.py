"""Stored deliveries become events once, whatever dies, and trouble is waited out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from bot.events.translate import Translation, translate
from bot.intake.relay import EVENTS_A_SEND, MAX_ATTEMPTS, Relay
from bot.model.delivery import Delivery, DeliveryState
from bot.model.errors import FinalError, Finality, UserError, WorldError
from bot.model.event import OutgoingEvent
from bot.storage import inbox, outbox
from bot.storage.database import Database
from tests.patience import PATIENCE_S
from tests.storage.samples import NOW, delivery, later

pytestmark = pytest.mark.anyio


@dataclass
class Engine:
    """An engine that keeps what it is sent, by id, and can be told to refuse."""

    refuse: Callable[[Sequence[OutgoingEvent]], Exception | None] = lambda _events: None
    calls: list[list[str]] = field(default_factory=list)

    async def send(self, events: Sequence[OutgoingEvent]) -> None:
        error = self.refuse(events)
        if error is not None:
            raise error
        self.calls.append([event.id for event in events])

    @property
    def ids(self) -> list[str]:
        return [id_ for call in self.calls for id_ in call]


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def push(number: int) -> bytes:
    repository = {"id": number, "default_branch": "main", "pushed_at": 1}
    return json.dumps(
        {"ref": "refs/heads/main", "after": f"{number + 1:040x}", "repository": repository, "installation": {"id": 7}}
    ).encode()


async def store(database: Database, *bodies: tuple[str, str, bytes]) -> None:
    async with database.write() as session:
        await inbox.store_many(session, [delivery(guid, event=event, body=body) for guid, event, body in bodies])


async def get(database: Database, guid: str) -> Delivery:
    async with database.read() as session:
        found = await inbox.get(session, guid)
    assert found is not None
    return found


def event(id_: str) -> OutgoingEvent:
    return OutgoingEvent(name="repo/refresh.requested", id=id_, data={"repository_id": 1})


async def add(database: Database, *ids: str) -> None:
    async with database.write() as session:
        await outbox.add(session, [event(id_) for id_ in ids], now=NOW)


async def test_a_delivery_becomes_its_event(database: Database) -> None:
    engine = Engine()
    await store(database, ("a", "push", push(1)))
    assert await Relay(database, engine.send, clock=Clock()).round() == (1, 0.0)
    found = await get(database, "a")
    assert (found.state, list(found.event_ids)) == (DeliveryState.SENT, engine.ids)
    assert found.handled_at == NOW
    assert engine.ids == [f"push:1:{2:040x}::1"]


async def test_what_asks_for_nothing_is_ignored_with_its_reason(database: Database) -> None:
    engine = Engine()
    await store(database, ("a", "star", b"{}"), ("b", "push", b'{"ref": 5}'))
    await Relay(database, engine.send, clock=Clock()).round()
    assert engine.calls == []
    for guid, reason in (("a", "Nothing follows from the event star."), ("b", "ref")):
        found = await get(database, guid)
        assert found.state is DeliveryState.IGNORED
        assert reason in found.reason


async def test_events_of_our_own_go_the_same_way_once(database: Database) -> None:
    engine = Engine()
    await add(database, "one", "two", "one")
    relay = Relay(database, engine.send, clock=Clock())
    assert await relay.round() == (2, 0.0)
    assert await relay.round() == (0, 0.0)
    assert sorted(engine.ids) == ["one", "two"]


async def test_many_go_in_batches_in_the_order_they_came(database: Database) -> None:
    engine = Engine()
    async with database.write() as session:
        await inbox.store_many(
            session,
            [delivery(f"{n:03}", body=push(n), received_at=later(n / 1000)) for n in range(150)],
        )
    await Relay(database, engine.send, clock=Clock(later(9))).round()
    assert [len(call) for call in engine.calls] == [EVENTS_A_SEND, 50]
    assert [int(id_.split(":")[1]) for id_ in engine.ids] == list(range(150))


async def test_an_engine_that_is_away_loses_nothing(database: Database) -> None:
    clock, engine = Clock(), Engine(refuse=lambda _events: WorldError("away"))
    await store(database, ("a", "push", push(1)))
    await add(database, "own")
    relay = Relay(database, engine.send, clock=clock)
    pauses = []
    for _ in range(9):
        handled, pause_s = await relay.round()
        assert handled == 2
        pauses.append(pause_s)
        clock.now = later((clock.now - NOW).total_seconds() + pause_s + 0.001)
    assert pauses[0] < 1 < pauses[4] < pauses[8] <= 36
    assert relay.trouble == "away"
    assert (await get(database, "a")).reason == "away"
    engine.refuse = lambda _events: None
    assert await relay.round() == (2, 0.0)
    assert len(engine.ids) == 2
    assert relay.trouble == ""
    assert (await get(database, "a")).state is DeliveryState.SENT


async def test_nothing_is_tried_again_before_its_time(database: Database) -> None:
    clock, engine = Clock(), Engine(refuse=lambda _events: WorldError("limit", retry_after_s=10))
    await store(database, ("a", "push", push(1)))
    relay = Relay(database, engine.send, clock=clock)
    await relay.round()
    clock.now = later(5)
    assert (await relay.round())[0] == 0
    clock.now = later(13)
    assert (await relay.round())[0] == 1


@pytest.mark.parametrize("error", [UserError("too large"), FinalError(Finality.LIMIT_PASSED, "too large")])
async def test_one_refused_event_holds_up_nobody(database: Database, error: Exception) -> None:
    engine = Engine(
        refuse=lambda events: error if any(":2:" in event.id or event.id == "bad" for event in events) else None
    )
    await store(database, *((str(n), "push", push(n)) for n in range(1, 5)))
    await add(database, "bad", "good")
    await Relay(database, engine.send, clock=Clock()).round()
    assert sorted(id_.split(":")[1] if ":" in id_ else id_ for id_ in engine.ids) == ["1", "3", "4", "good"]
    found = await get(database, "2")
    assert (found.state, found.reason) == (DeliveryState.FAILED, "too large")
    async with database.read() as session:
        assert await outbox.waiting(session) == 0


async def test_a_delivery_that_we_cannot_read_holds_up_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slips(event: str, guid: str, body: bytes, *, replays: int) -> Translation:
        if guid == "odd":
            raise KeyError("a slip of ours")
        return translate(event, guid, body, replays=replays)

    monkeypatch.setattr("bot.intake.relay.translate", slips)
    await store(database, ("odd", "push", push(1)), ("good", "push", push(2)))
    engine = Engine()
    await Relay(database, engine.send, clock=Clock()).round()
    assert [(await get(database, guid)).state for guid in ("odd", "good")] == [DeliveryState.FAILED, DeliveryState.SENT]
    assert "KeyError" in (await get(database, "odd")).reason


async def test_an_unknown_failure_is_tried_again_and_at_last_given_up(database: Database) -> None:
    clock, engine = Clock(), Engine(refuse=lambda _events: RuntimeError("a bug"))
    await store(database, ("a", "push", push(1)))
    relay = Relay(database, engine.send, clock=clock)
    for round_ in range(MAX_ATTEMPTS):
        assert (await get(database, "a")).state is DeliveryState.RECEIVED
        clock.now = later(100 * round_)
        assert (await relay.round())[0] == 1
    found = await get(database, "a")
    assert found.state is DeliveryState.FAILED
    assert "a bug" in found.reason


async def test_two_relays_send_nothing_twice(database: Database, url: str) -> None:
    engine = Engine()
    other = Database(url)
    await store(database, *((f"{n:03}", "push", push(n)) for n in range(300)))
    await add(database, *(f"own-{n}" for n in range(300)))
    relays = [Relay(one, engine.send, clock=Clock()) for one in (database, other, database, other)]

    async def until_empty(relay: Relay) -> None:
        while (await relay.round())[0]:
            await asyncio.sleep(0)

    await asyncio.gather(*(until_empty(relay) for relay in relays))
    await other.close()
    assert len(engine.ids) == len(set(engine.ids)) == 600


async def test_what_a_dead_relay_had_borrowed_is_sent_under_the_same_ids(database: Database) -> None:
    clock, engine = Clock(), Engine()
    await store(database, ("a", "push", push(1)))
    await add(database, "own")

    async def die(events: Sequence[OutgoingEvent]) -> None:
        await engine.send(events)
        raise asyncio.CancelledError

    dying = Relay(database, die, clock=clock, lease_s=60)
    with pytest.raises(asyncio.CancelledError):
        await dying.round()
    relay = Relay(database, engine.send, clock=clock, lease_s=60)
    assert (await relay.round())[0] == 0
    clock.now = later(61)
    assert (await relay.round())[0] == 2
    assert len(engine.ids) == 4
    assert len(set(engine.ids)) == 2


async def test_the_only_process_takes_back_at_once_what_the_one_before_had_borrowed(database: Database) -> None:
    if database.dialect == "postgresql":
        return  # others may be at work there: leases run out
    engine, arrived = Engine(), asyncio.Event()
    await store(database, ("a", "push", push(1)))
    await add(database, "own")
    async with database.write() as session:
        assert len(await inbox.borrow(session, ["a"], now=NOW, lease_s=3600)) == 1
        assert len(await outbox.borrow(session, ["own"], now=NOW, lease_s=3600)) == 1

    async def send(events: Sequence[OutgoingEvent]) -> None:
        await engine.send(events)
        if len(engine.ids) == 2:
            arrived.set()

    relay = Relay(database, send, clock=Clock(later(1)))
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(relay.run())
        await arrived.wait()
        relay.stop()


async def test_while_deliveries_pour_in_the_relay_rests_but_goes_on(database: Database) -> None:
    engine = Engine()
    await add(database, *(f"{n:03}" for n in range(250)))
    relay = Relay(database, engine.send, clock=Clock(), rain=lambda: 5000.0)
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(relay.run())
        while len(engine.ids) < 250:
            await asyncio.sleep(0.01)
        relay.stop()
    assert [len(call) for call in engine.calls] == [100, 100, 50]


async def test_running_it_is_woken_and_stops_gracefully(database: Database) -> None:
    engine, arrived = Engine(), asyncio.Event()

    async def send(events: Sequence[OutgoingEvent]) -> None:
        await engine.send(events)
        arrived.set()

    relay = Relay(database, send, clock=Clock(), poll_s=3600)
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(relay.run())
        await asyncio.sleep(0.05)
        await add(database, "own")
        relay.wake()
        await arrived.wait()
        relay.stop()
    async with database.read() as session:
        assert await outbox.waiting(session) == 0


async def test_no_failure_ends_the_run(database: Database) -> None:
    failures = iter([RuntimeError("odd"), OSError("refused"), WorldError("away", retry_after_s=0.01)])
    done = asyncio.Event()

    async def send(events: Sequence[OutgoingEvent]) -> None:
        error = next(failures, None)
        if error is not None:
            raise error
        done.set()

    clock = Clock()
    relay = Relay(database, send, clock=clock, poll_s=0.01)
    await add(database, "own")
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(relay.run())
        while not done.is_set():
            clock.now = later((clock.now - NOW).total_seconds() + 60)
            await asyncio.sleep(0.01)
        relay.stop()
