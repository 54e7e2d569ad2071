"""Subscriptions: who hears of which reports, and when a dead address is given up."""

from __future__ import annotations

import pytest

from bot.storage import installations, subscriptions
from bot.storage.database import Database, Session
from bot.storage.subscriptions import GIVEN_UP_AFTER
from tests.storage.samples import NOW, installation, later

pytestmark = pytest.mark.anyio


async def subscribe(session: Session, installation_id: int | None) -> int:
    added = await subscriptions.add(
        session, installation_id=installation_id, url="https://hooks.example.com", secret_sealed="sealed", now=NOW
    )
    return added.id


async def test_each_hears_of_its_own_installation_and_some_of_all(database: Database) -> None:
    async with database.write() as session:
        for number in (7, 8):
            await installations.upsert(session, installation(number, f"octo{number}"), now=NOW)
        seven, eight, everything = [await subscribe(session, one) for one in (7, 8, None)]
        wanting = {
            number: [one.id for one in await subscriptions.wanting(session, number, NOW)] for number in (7, 8, 9)
        }
        listed = [one.id for one in await subscriptions.list_all(session, installation_id=7)]
        assert wanting == {7: [seven, everything], 8: [eight, everything], 9: [everything]}
        assert listed == [seven], "a list of one installation does not show those of all"


async def test_a_dead_address_is_given_up_and_may_be_tried_again(database: Database) -> None:
    async with database.write() as session:
        number = await subscribe(session, None)
        ends = [
            await subscriptions.note_failed(session, number, error=f"error {attempt}", now=later(attempt))
            for attempt in range(GIVEN_UP_AFTER + 1)
        ]
        assert ends == [False] * (GIVEN_UP_AFTER - 1) + [True, False], "its owner is told once"
        found = await subscriptions.get(session, number)
        assert found is not None
        assert (found.disabled_at, found.last_error) == (later(GIVEN_UP_AFTER - 1), f"error {GIVEN_UP_AFTER}")
        assert await subscriptions.wanting(session, 7, NOW) == []
        assert await subscriptions.enable(session, number)
        assert [one.failures for one in await subscriptions.wanting(session, 7, NOW)] == [0]


async def test_one_success_makes_up_for_the_failures(database: Database) -> None:
    async with database.write() as session:
        number = await subscribe(session, None)
        for _ in range(GIVEN_UP_AFTER - 1):
            await subscriptions.note_failed(session, number, error="No answer.", now=NOW)
        await subscriptions.note_delivered(session, number)
        assert not await subscriptions.note_failed(session, number, error="x" * 1000, now=NOW)
        found = await subscriptions.get(session, number)
        assert found is not None
        assert (found.failures, len(found.last_error)) == (1, 500)


async def test_what_is_not_there_is_no_error(database: Database) -> None:
    async with database.write() as session:
        assert await subscriptions.get(session, 404) is None
        assert not await subscriptions.remove(session, 404)
        assert not await subscriptions.enable(session, 404)
        assert not await subscriptions.note_failed(session, 404, error="", now=NOW)
        number = await subscribe(session, None)
        assert await subscriptions.remove(session, number)
        assert await subscriptions.list_all(session) == []
