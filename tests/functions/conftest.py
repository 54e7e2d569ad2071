"""A bot on a real SQLite database in front of a fake GitHub over HTTP, its functions' work called step by step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import load_settings
from bot.functions.deps import Deps
from bot.model.repository import InstallationRef, Repository
from bot.parts import Bot
from bot.storage import installations, repositories
from tests.databases import place_tables
from tests.fakehub import FakeHub


@dataclass
class World:
    """The bot's parts, GitHub, and a clock that tests set."""

    hub: FakeHub
    bot: Bot
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def deps(self) -> Deps:
        """What functions are given."""
        return self.bot.deps

    def later(self, **by: float) -> None:
        """Move the clock."""
        self.now += timedelta(**by)

    async def store_installation(self, installation_id: int) -> InstallationRef:
        """Know an installation and its repositories, as the batch's listing does."""
        assert self.bot.app is not None
        ref = await self.bot.app.installation(installation_id)
        async with self.bot.database.write() as session:
            await installations.upsert(session, ref, now=self.now)
        async for page in self.bot.clients.for_installation(installation_id).repositories():
            async with self.bot.database.write() as session:
                await repositories.upsert_many(session, installation_id, page, now=self.now)
        return ref

    async def repository(self, repository_id: int) -> Repository:
        """The repository as stored."""
        async with self.bot.database.read() as session:
            found = await repositories.get(session, repository_id)
        assert found is not None
        return found


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """A GitHub with the App but without installations."""
    with FakeHub() as hub:
        yield hub


@pytest.fixture
async def world(hub: FakeHub, tmp_path: Path) -> AsyncIterator[World]:
    """A composed bot: database migrated, workers ready, nothing running by itself."""
    names: dict[str, Any] = {name.lower(): value for name, value in hub.environment().items()}
    names |= {"database_url": f"sqlite:///{tmp_path}/radar.db", "radar_workers": 1, "_env_file": None}
    settings = load_settings(**names).with_generated_secrets()
    await place_tables(tmp_path / "radar.db")
    made: list[World] = []
    bot = Bot(settings, clock=lambda: made[0].now)
    world = World(hub, bot)
    made.append(world)
    try:
        async with bot.deps.pool:
            yield world
    finally:
        if bot.app is not None:
            await bot.app.aclose()
        await bot.database.close()
