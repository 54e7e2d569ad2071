"""What the engine's tests share: the databases, and the worlds in which the conformance tests run."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.databases import fresh_url
from tests.engine.worlds import Build, World, embedded, served, stretched
from tests.patience import PATIENCE_S

SERVER_URL = os.environ.get("INNGEST_SERVER_URL", "")
WORLDS = ["sqlite", "postgresql", *(["server"] if SERVER_URL else [])]


@dataclass(frozen=True, slots=True)
class Enter:
    """Enters a world with the functions that a test defines."""

    world: Callable[[Build], AbstractAsyncContextManager[World]]
    lasting: Callable[[float], timedelta]
    """What the test calls so many seconds, as this world counts them."""
    within: Callable[[float], float]
    """The patience of a test that expects something in so many seconds: where time passes by itself, no more."""

    def __call__(self, build: Build) -> AbstractAsyncContextManager[World]:
        return self.world(build)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say against what the conformance tests ran."""
    where = f"and on the server at {SERVER_URL}" if SERVER_URL else "(set INNGEST_SERVER_URL for a real server as well)"
    terminalreporter.write_line(f"engine conformance: embedded on SQLite and PostgreSQL {where}")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A SQLite database."""
    return f"sqlite:///{tmp_path}/engine.db"


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    return await _url(str(request.param), request, tmp_path)


async def _url(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    server = request.getfixturevalue("postgresql_uri") if kind == "postgresql" else ""
    return await fresh_url(kind, folder, server)


@pytest.fixture(params=WORLDS)
async def enter(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Enter]:
    """Enters a world with the functions that a test defines."""
    async with AsyncExitStack():
        if request.param == "server":
            yield Enter(lambda build: served(SERVER_URL, build), lambda seconds: timedelta(seconds=seconds), float)
        else:
            url = await _url(str(request.param), request, tmp_path)
            yield Enter(lambda build: embedded(url, build), stretched, lambda _: PATIENCE_S)
