"""settle-pushes: a storm of pushes becomes one refresh, and the page shows at once that one was seen."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import load_settings
from bot.functions.settle_pushes import Push, mark_queued
from bot.model.repository import RefreshStatus
from bot.parts import Bot
from bot.storage import refreshes
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio


async def pushed(world: World) -> Push:
    repository = world.hub.add_repository("acme", "hello", {"a.py": "1\n"})
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    return Push(installation_id=installation.id, repository_id=repository.id, head_sha="a" * 40)


async def test_a_push_is_seen_at_once(world: World) -> None:
    push = await pushed(world)
    for _ in range(2):  # a step may run twice
        await mark_queued(world.deps, push)
    stored = await world.repository(push.repository_id)
    assert stored.refresh_status is RefreshStatus.QUEUED
    assert stored.refresh_requested_at == world.now


async def test_a_push_does_not_interrupt_the_refresh_under_way(world: World) -> None:
    push = await pushed(world)
    async with world.bot.database.write() as session:
        await refreshes.start(session, push.repository_id, run_id="run-1", trigger="api", now=world.now)
    world.later(seconds=5)
    await mark_queued(world.deps, push)
    stored = await world.repository(push.repository_id)
    assert stored.refresh_status is RefreshStatus.PROCESSING
    assert stored.refresh_requested_at == world.now


PERIODS = {
    "as set": (
        {"radar_push_settle_s": 7.0, "radar_push_settle_max_s": 70.0},
        timedelta(seconds=7),
        timedelta(seconds=70),
    ),
    "at once is a second, the least that Inngest takes": (
        {"radar_push_settle_s": 0.0, "radar_push_settle_max_s": 0.0},
        timedelta(seconds=1),
        timedelta(seconds=1),
    ),
}


@pytest.mark.parametrize("case", PERIODS)
async def test_how_long_pushes_settle(tmp_path: Path, case: str) -> None:
    changes, period, timeout = PERIODS[case]
    settings = load_settings(_env_file=None, database_url=f"sqlite:///{tmp_path}/radar.db", **changes)
    bot = Bot(settings.with_generated_secrets())
    (found,) = [one for one in bot.functions if one.local_id == "settle-pushes"]
    configured: Any = found.get_config("http://bot.example/api/inngest").main
    assert configured.debounce.key == "event.data.repository_id"
    assert (configured.debounce.period, configured.debounce.timeout) == (period, timeout)
    await bot.database.close()
