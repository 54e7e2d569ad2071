"""The promise of intake as a machine: whatever the order of deliveries, failures, deaths and replays, in the end
every delivery has had its effect, under one id each time it was asked for."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.intake.relay import Relay
from bot.intake.replay import replay
from bot.model.delivery import DeliveryState
from bot.model.errors import UserError, WorldError
from bot.model.event import OutgoingEvent
from bot.storage import inbox, outbox
from bot.storage.database import Database
from bot.storage.inbox_direct import store_now
from tests.databases import migrated_url
from tests.intake.test_relay import Clock, Engine, event, push
from tests.storage.samples import NOW, delivery, later

NUMBERS = st.integers(min_value=0, max_value=4)


class Intake(RuleBasedStateMachine):
    """Deliveries 0 and 1 are of interest, 2 is none's, 3 is refused by the engine; 4 is an event of our own."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(self.run(migrated_url("sqlite", Path(self.folder.name), "")))
        self.clock = Clock()
        self.engine = Engine()
        self.held: set[int] = set()
        self.asked: dict[int, int] = {}
        """How often a settled delivery was asked for again."""

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.drain()
        self.run(self.check_the_end())
        self.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(number=NUMBERS)
    def arrive(self, number: int) -> None:
        self.run(self.store(number))
        self.held.add(number)

    async def store(self, number: int) -> None:
        if number == 4:
            async with self.database.write() as session:
                await outbox.add(session, [event("own")], now=self.clock())
            return
        name, body = ("star", b"{}") if number == 2 else ("push", push(number))
        await store_now(self.database, [delivery(str(number), event=name, body=body, received_at=self.clock())])

    @rule(seconds=st.integers(min_value=0, max_value=90))
    def time_passes(self, seconds: int) -> None:
        self.clock.now = later((self.clock.now - NOW).total_seconds() + seconds)

    @rule()
    def relay(self) -> None:
        self.run(self.round(self.engine.send))

    @rule()
    def engine_is_away(self) -> None:
        async def away(_events: Sequence[OutgoingEvent]) -> None:
            raise WorldError("away")

        self.run(self.round(away))

    @rule()
    def relay_dies_after_sending(self) -> None:
        async def die(events: Sequence[OutgoingEvent]) -> None:
            await self.send(events)
            raise KeyboardInterrupt

        try:
            self.run(self.round(die))
        except KeyboardInterrupt:
            return

    @rule(number=st.integers(min_value=0, max_value=3))
    def ask_again(self, number: int) -> None:
        if number in self.held:
            again = self.run(replay(self.database, str(number), now=self.clock()))
            self.asked[number] = again.replays

    async def send(self, events: Sequence[OutgoingEvent]) -> None:
        if any(one.id.startswith("push:3:") for one in events):
            raise UserError("refused")
        await self.engine.send(events)

    async def round(self, send: Any) -> None:
        chosen = self.send if send == self.engine.send else send
        await Relay(self.database, chosen, clock=self.clock).round()

    @invariant()
    def nothing_is_sent_that_nobody_asked_for(self) -> None:
        assert set(self.engine.ids) <= self.expected()

    def expected(self) -> set[str]:
        ids = {"own"} if 4 in self.held else set()
        for number in self.held & {0, 1}:
            base = f"push:{number}:{number + 1:040x}::1"
            ids |= {base, *(f"{base}:replay-{n}" for n in range(1, self.asked.get(number, 0) + 1))}
        return ids

    def drain(self) -> None:
        for _ in range(3):
            self.time_passes(seconds=90)
            self.relay()

    async def check_the_end(self) -> None:
        assert set(self.engine.ids) == self.expected()
        async with self.database.read() as session:
            assert await outbox.waiting(session) == 0
            for number in self.held - {4}:
                found = await inbox.get(session, str(number))
                assert found is not None
                wanted = {2: DeliveryState.IGNORED, 3: DeliveryState.FAILED}.get(number, DeliveryState.SENT)
                assert found.state is wanted


TestIntake = Intake.TestCase
TestIntake.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
