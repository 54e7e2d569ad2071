"""The small world, open for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import migrated
from tests.web.world import World, fill, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The app over a filled SQLite database."""
    async with migrated(f"sqlite:///{tmp_path / 'radar.db'}") as database:
        await fill(database)
        made = make_world(database, tmp_path)
        yield made
        await made.web.figures.close()


@pytest.fixture
async def bare_world(tmp_path: Path) -> AsyncIterator[World]:
    """The app at its first start: nothing stored, no credentials."""
    async with migrated(f"sqlite:///{tmp_path / 'radar.db'}") as database:
        nothing = {"github_app_id": None, "github_private_key": None, "github_webhook_secret": None}
        made = make_world(database, tmp_path, **nothing)
        yield made
        await made.web.figures.close()
