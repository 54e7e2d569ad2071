"""`replay`: a stored delivery is due again, and the list shows what strangers wrote as it is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from bot.config import Settings, load_settings
from bot.model.delivery import DeliveryState
from bot.model.errors import UserError
from bot.storage import inbox
from bot.verbs.replay import SHOWN, list_deliveries, replay_delivery
from tests.databases import migrated
from tests.storage.samples import delivery, later

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(_env_file=None, database_url=f"sqlite:///{tmp_path}/radar.db")


async def listed(settings: Settings) -> str:
    into = io.StringIO()
    await list_deliveries(settings, Console(file=into, width=200))
    return into.getvalue()


async def test_the_newest_are_listed_as_they_are(settings: Settings) -> None:
    async with migrated(settings.database_url.get_secret_value()) as database, database.write() as session:
        await inbox.store_many(
            session,
            [
                *(delivery(f"guid-{number:02}", received_at=later(number)) for number in range(SHOWN)),
                delivery("[/odd]", received_at=later(100), event="push\x1b[2J", action="[red]done"),
            ],
        )
    said = await listed(settings)
    assert "[/odd]" in said
    assert "push\\x1b[2J.[red]done" in said
    assert f"guid-{SHOWN - 1:02}" in said
    assert "guid-00" not in said, "older than the newest that are shown"
    assert said.rstrip().endswith("python -m bot replay GUID")


async def test_an_empty_inbox_says_what_to_do(settings: Settings) -> None:
    assert "doctor" in await listed(settings)


async def test_a_delivery_is_due_again(settings: Settings) -> None:
    url = settings.database_url.get_secret_value()
    async with migrated(url) as database:
        async with database.write() as session:
            await inbox.store_many(session, [delivery("guid-1")])
            await inbox.settle(session, sent={}, ignored={"guid-1": "nobody asked"}, failed={}, now=later(1))
        await replay_delivery(settings, "guid-1")
        async with database.read() as session:
            found = await inbox.get(session, "guid-1")
    assert found is not None
    assert found.state is DeliveryState.RECEIVED


async def test_a_delivery_that_is_not_held_is_a_slip(settings: Settings) -> None:
    with pytest.raises(UserError, match="no-such-guid"):
        await replay_delivery(settings, "no-such-guid")
