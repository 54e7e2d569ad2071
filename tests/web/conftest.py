"""The small world, open for one test. It is made once, and each test has a copy of the file."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.databases import migrated
from tests.web.world import World, fill, make_world


async def _make(path: Path, *, filled: bool) -> None:
    async with migrated(f"sqlite:///{path}") as database:
        if filled:
            await fill(database)


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with everything that the tests look at."""
    path = tmp_path_factory.mktemp("worlds") / "filled.db"
    asyncio.run(_make(path, filled=True))
    return path


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without a row."""
    path = tmp_path_factory.mktemp("worlds") / "empty.db"
    asyncio.run(_make(path, filled=False))
    return path


@pytest.fixture
async def world(filled_file: Path, tmp_path: Path) -> AsyncIterator[World]:
    """The app over a filled SQLite database."""
    database = Database(f"sqlite:///{shutil.copy(filled_file, tmp_path / 'radar.db')}")
    made = make_world(database, tmp_path)
    yield made
    await made.web.figures.close()
    await database.close()


@pytest.fixture
async def bare_world(empty_file: Path, tmp_path: Path) -> AsyncIterator[World]:
    """The app at its first start: nothing stored, no credentials."""
    database = Database(f"sqlite:///{shutil.copy(empty_file, tmp_path / 'radar.db')}")
    nothing = {"github_app_id": None, "github_private_key": None, "github_webhook_secret": None}
    made = make_world(database, tmp_path, **nothing)
    yield made
    await made.web.figures.close()
    await database.close()
