"""One stored delivery once more."""

from __future__ import annotations

import pytest

from bot.intake.relay import Relay
from bot.intake.replay import replay
from bot.model.delivery import DeliveryState
from bot.model.errors import UserError
from bot.storage import inbox
from bot.storage.database import Database
from tests.intake.test_relay import Clock, Engine, push, store
from tests.storage.samples import NOW

pytestmark = pytest.mark.anyio


async def test_a_replay_is_news_to_the_engine_each_time(database: Database) -> None:
    engine = Engine()
    relay = Relay(database, engine.send, clock=Clock())
    await store(database, ("a", "push", push(1)))
    await relay.round()
    for number in (1, 2):
        again = await replay(database, "a", now=NOW, wake=relay.wake)
        assert (again.state, again.replays) == (DeliveryState.RECEIVED, number)
        await relay.round()
    assert engine.ids == [engine.ids[0], f"{engine.ids[0]}:replay-1", f"{engine.ids[0]}:replay-2"]


async def test_one_that_still_waits_is_no_replay(database: Database) -> None:
    await store(database, ("a", "push", push(1)))
    assert (await replay(database, " a\n", now=NOW)).replays == 0


async def test_one_whose_content_was_erased_stays_as_it_is(database: Database) -> None:
    await store(database, ("a", "push", push(1)))
    await Relay(database, Engine().send, clock=Clock()).round()
    async with database.write() as session:
        await inbox.prune(session, older_than=NOW, max_bytes=0, guids_since=NOW)
    with pytest.raises(UserError, match="has been erased"):
        await replay(database, "a", now=NOW)
    async with database.read() as session:
        held = await inbox.get(session, "a")
    assert held is not None
    assert held.state is DeliveryState.SENT


async def test_an_unknown_guid_names_those_that_are_known(database: Database) -> None:
    with pytest.raises(UserError, match="empty"):
        await replay(database, "b", now=NOW)
    await store(database, ("a", "push", push(1)))
    with pytest.raises(UserError, match=r"a \(push\)"):
        await replay(database, "b", now=NOW)
