"""Every intake test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.storage.database import Database
from tests.databases import KINDS, fresh_url, migrated_url


@pytest.fixture(autouse=True)
def unprinted_logs() -> Iterator[None]:
    """Failures are provoked here; printing their tracebacks would take most of the time."""
    with capture_logs():
        yield


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database."""
    return str(request.param)


@pytest.fixture
async def url(kind: str, tmp_path: Path, postgresql_uri: str) -> str:
    """The URL of a migrated database without rows."""
    return await migrated_url(kind, tmp_path, postgresql_uri)


@pytest.fixture
async def empty_url(kind: str, tmp_path: Path, postgresql_uri: str) -> str:
    """The URL of a database without tables."""
    return await fresh_url(kind, tmp_path, postgresql_uri)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A migrated database."""
    made = Database(url)
    yield made
    await made.close()
