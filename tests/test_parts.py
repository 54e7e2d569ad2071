"""The parts of a bot: wired by the settings, started and stopped in order, errors told once and plainly."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import inngest
import pytest
from sqlalchemy import select

from bot.config import Settings, load_settings
from bot.engine.server import Engine
from bot.intake.relay import Relay
from bot.model.errors import FinalError, UserError, WorldError
from bot.model.event import OutgoingEvent
from bot.model.installation import TOKEN_INSTALLATION_ID
from bot.model.records import Run, RunState
from bot.parts import APP_ID, Bot
from bot.storage import installations, outbox, runs
from bot.storage.tables import RunRow
from bot.web.inngest import InProcess
from bot.web.pages_activity import FUNCTIONS
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

INNGEST_NAMES = (
    "EVENT_KEY",
    "SIGNING_KEY",
    "SIGNING_KEY_FALLBACK",
    "BASE_URL",
    "EVENT_API_BASE_URL",
    "API_BASE_URL",
    "DEV",
    "ENV",
)
EVENT = OutgoingEvent(name="user/authorization.revoked", id="revoked:1", data={"user_id": 1})


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of Inngest is set; what a bot sets is taken back at the end."""
    for name in INNGEST_NAMES:
        monkeypatch.setenv(f"INNGEST_{name}", "")  # or monkeypatch would not take back what was not there
        monkeypatch.delenv(f"INNGEST_{name}")


def settings_with(folder: Path, **values: Any) -> Settings:
    fixed = {"database_url": f"sqlite:///{folder}/radar.db", "_env_file": None, "radar_workers": 1}
    return load_settings(**(fixed | values)).with_generated_secrets()


@asynccontextmanager
async def composed(settings: Settings) -> AsyncIterator[Bot]:
    """A bot that is not started."""
    bot = Bot(settings)
    try:
        yield bot
    finally:
        await bot.clients.aclose()
        await bot.database.close()


SERVER = {
    "inngest_event_key": "an-event-key",
    "inngest_signing_key": "signkey-prod-0a0b",
    "inngest_base_url": "http://inngest.example:8288",
    "inngest_env": "staging",
}


async def test_an_inngest_server_is_used_as_the_settings_say(tmp_path: Path) -> None:
    async with composed(settings_with(tmp_path, **SERVER)) as bot:
        assert bot.engine is None
        assert (bot.client.app_id, bot.client.is_production) == (APP_ID, True)
        told = {name: os.environ.get(f"INNGEST_{name}") for name in INNGEST_NAMES}
        assert {name: value for name, value in told.items() if value} == {
            "EVENT_KEY": "an-event-key",
            "SIGNING_KEY": "signkey-prod-0a0b",
            "BASE_URL": "http://inngest.example:8288",
            "ENV": "staging",
        }
        (part,) = await bot.parts()
        assert part.ok


async def test_a_server_that_is_away_is_told_and_hinders_no_delivery(tmp_path: Path) -> None:
    async with composed(settings_with(tmp_path, **SERVER)) as bot:
        bot._relay.trouble = "The Inngest server did not take the events: http://10.0.0.5:8288"
        (part,) = await bot.parts()
    assert (part.ok, part.is_needed, part.detail) == (False, False, "the Inngest server does not take events")


async def test_strangers_are_told_no_address_of_an_engine_in_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "trouble", lambda _engine: "OSError: connect failed ('10.0.0.5', 5432)")
    async with composed(settings_with(tmp_path)) as bot:
        (part,) = await bot.parts()
    assert (part.ok, part.is_needed, part.detail) == (False, True, "OSError")


async def test_a_development_server_needs_no_keys(tmp_path: Path) -> None:
    async with composed(settings_with(tmp_path, inngest_dev="1")) as bot:
        assert bot.engine is None
        assert not bot.client.is_production


async def test_without_a_server_the_engine_is_here_and_the_environment_untouched(tmp_path: Path) -> None:
    async with composed(settings_with(tmp_path)) as bot:
        assert bot.engine is not None
        assert bot.client.is_production, "no development server is looked for"
        assert not any(f"INNGEST_{name}" in os.environ for name in INNGEST_NAMES)
        (part,) = await bot.parts()
        assert (part.ok, part.detail) == (False, "the engine is not running")


async def test_an_engine_that_is_away_is_the_worlds_trouble(tmp_path: Path) -> None:
    async with composed(settings_with(tmp_path)) as bot:
        with pytest.raises(WorldError, match="The engine does not take events"):
            await bot.send([EVENT])


async def test_a_server_that_refuses_is_the_worlds_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def send(*_: Any) -> list[str]:
        raise Exception("event key not found")

    monkeypatch.setattr(inngest.Inngest, "send", send)
    monkeypatch.setattr(InProcess, "register", _registered)
    async with composed(settings_with(tmp_path, **SERVER)) as bot:
        with pytest.raises(WorldError, match="event key not found"):
            await bot.send([EVENT])


async def test_events_reach_a_server_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[inngest.Event] = []

    async def send(_client: object, events: list[inngest.Event]) -> list[str]:
        sent.extend(events)
        return [one.id for one in events]

    monkeypatch.setattr(inngest.Inngest, "send", send)
    monkeypatch.setattr(InProcess, "register", _registered)
    at = OutgoingEvent(name="radar/sweep.requested", id="sweep:1", ts_ms=1_700_000_000_000)
    async with composed(settings_with(tmp_path, **SERVER)) as bot:
        await bot.send([EVENT, at])
    assert [(one.name, one.id, one.data) for one in sent] == [(EVENT.name, EVENT.id, EVENT.data), (at.name, at.id, {})]
    assert sent[1].ts == at.ts_ms


async def test_a_server_hears_of_the_functions_before_the_first_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It drops events for functions that it does not know; while it cannot be told, they wait in the inbox."""
    seen: list[str] = []

    async def register(*_: object) -> None:
        seen.append("register")
        if seen == ["register"]:
            raise WorldError("away")

    async def send(*_: Any) -> list[str]:
        seen.append("send")
        return []

    monkeypatch.setattr(InProcess, "register", register)
    monkeypatch.setattr(inngest.Inngest, "send", send)
    async with composed(settings_with(tmp_path, **SERVER)) as bot:
        with pytest.raises(WorldError, match="away"):
            await bot.send([EVENT])
        await bot.send([EVENT])
        await bot.send([EVENT])
    assert seen == ["register", "register", "send", "send"]


async def _registered(*_: object) -> None:
    """A server that knows our functions."""


@pytest.mark.parametrize(("chores", "asked"), [(True, 2), (False, 0)])
async def test_what_was_missed_is_looked_for_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chores: bool, asked: int
) -> None:
    async def run(_relay: Relay) -> None:
        """Leaves everything in the outbox."""

    monkeypatch.setattr(Relay, "run", run)
    bot = Bot(settings_with(tmp_path))
    async with bot.running(chores=chores), bot.database.read() as session:
        assert await outbox.waiting(session) == asked


async def test_a_run_is_recorded_with_its_end(tmp_path: Path) -> None:
    """From the outbox through relay, engine, endpoint and function to the page's row."""
    bot = Bot(settings_with(tmp_path))
    async with bot.running(chores=False):
        async with bot.database.write() as session:
            await outbox.add(session, [EVENT], now=datetime.now(UTC))
        bot.wake()
        async with asyncio.timeout(PATIENCE_S):
            while not (found := await of_event(bot)) or found[0].state is RunState.RUNNING:
                await asyncio.sleep(0.01)
    assert [(one.function_id, one.state, one.reason) for one in found] == [
        ("end-sessions", RunState.COMPLETED, "signed out")
    ]


async def of_event(bot: Bot) -> list[Run]:
    async with bot.database.read() as session:
        ids = await session.scalars(select(RunRow.id).where(RunRow.event_id == EVENT.id))
        return [found for id_ in ids if (found := await runs.get(session, id_))]


async def test_the_page_of_runs_knows_every_function(tmp_path: Path) -> None:
    async with composed(settings_with(tmp_path)) as bot:
        assert sorted(FUNCTIONS) == sorted({one.local_id for one in bot.functions})


async def test_token_mode_has_its_installation(tmp_path: Path) -> None:
    bot = Bot(settings_with(tmp_path, github_token="t", github_owner="acme"))
    async with bot.running(chores=False), bot.database.read() as session:
        found = await installations.get(session, TOKEN_INSTALLATION_ID)
    assert found is not None
    assert found.account_login == "acme"


async def test_without_credentials_work_ends_with_what_to_do(tmp_path: Path) -> None:
    async with composed(settings_with(tmp_path)) as bot:
        with pytest.raises(FinalError, match="No GitHub App") as caught:
            bot.clients.for_installation(7)
    assert "/setup" in caught.value.next_step


ERRORS: dict[str, Exception] = {
    "a slip": UserError("Not installed."),
    "the world's": WorldError("Away."),
    "ours": ValueError("odd"),
}


@pytest.mark.parametrize("case", ERRORS)
async def test_what_is_raised_inside_comes_out_as_it_is(tmp_path: Path, case: str) -> None:
    error = ERRORS[case]
    with pytest.raises(type(error)) as caught:
        async with Bot(settings_with(tmp_path)).running(chores=False):
            raise error
    assert caught.value is error


async def test_a_bot_whose_engine_is_gone_ends(tmp_path: Path) -> None:
    """It would go on to take in what nobody does; a service manager starts it again."""
    bot = Bot(settings_with(tmp_path))

    async def run() -> None:
        async with bot.running(chores=False):
            assert bot.engine is not None
            assert bot.engine._runner is not None
            bot.engine._runner._tasks.create_task(_gone_wrong())
            await asyncio.Event().wait()

    with pytest.raises(WorldError, match=r"cannot go on: .*gone wrong.*Start it again"):
        await run()


async def _gone_wrong() -> None:
    raise ValueError("gone wrong")
