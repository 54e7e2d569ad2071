"""Journeys: one bot process and one fake GitHub for most of them; each test has accounts of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.databases import KINDS, fresh_url
from tests.fakehub import FakeHub
from tests.fakehub.world import Repository
from tests.journeys.bot_process import BotProcess


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@dataclass(slots=True)
class Stage:
    """A hub with a bot at it."""

    hub: FakeHub
    bot: BotProcess
    _accounts: int = field(default=0)

    def account(self) -> str:
        """An organization that no other test uses."""
        self._accounts += 1
        login = f"org{self._accounts}"
        self.hub.add_account(login)
        return login

    def installed(self, files: dict[str, str] | None = None, name: str = "hello") -> Repository:
        """A repository of a new account with the App installed, and its first report there."""
        login = self.account()
        content = {"README.md": "# Hello\n\nSays hello.\n", "main.py": "print('hello')\n"}
        repository = self.hub.add_repository(login, name, content if files is None else files)
        self.hub.install(login)
        self.bot.wait_report(repository.full_name, repository.git.head())
        return repository


@contextmanager
def running_stage(folder: Path, database_url: str = "", **environment: str) -> Iterator[Stage]:
    """A stage that is ready, its chores done."""
    with FakeHub() as hub, BotProcess(hub, folder, database_url=database_url, environment=environment) as bot:
        bot.wait_chores()
        yield Stage(hub, bot)


@pytest.fixture(scope="session")
def sqlite_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage that most journeys share."""
    with running_stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql_stage(tmp_path_factory: pytest.TempPathFactory, postgresql_uri: str) -> Iterator[Stage]:
    """The same on PostgreSQL."""
    folder = tmp_path_factory.mktemp("postgresql")
    with running_stage(folder, asyncio.run(fresh_url("postgresql", folder, postgresql_uri))) as made:
        yield made


@pytest.fixture(scope="session")
def stage(sqlite_stage: Stage) -> Stage:
    """The stage of the tests at hand; modules that run on every database have a `stage` of their own (`each_stage`)."""
    return sqlite_stage


@pytest.fixture(scope="module", params=KINDS)
def each_stage(request: pytest.FixtureRequest) -> Stage:
    """The shared stage on SQLite, then the one on PostgreSQL."""
    found: Stage = request.getfixturevalue(f"{request.param}_stage")
    return found


@pytest.fixture(autouse=True)
def healthy_github(request: pytest.FixtureRequest) -> Iterator[None]:
    """Faults of one test never reach the next."""
    yield
    for name in {"stage", "restarted_stage"} & set(request.fixturenames):
        stage: Stage = request.getfixturevalue(name)
        stage.hub.faults.clear()
        stage.hub.service.latency_s = 0.0


@pytest.fixture(scope="module", params=KINDS)
def restarted_stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgresql_uri: str
) -> Iterator[Stage]:
    """A stage for the tests of one module that kill and restart its bot one after the other, on each database."""
    folder = tmp_path_factory.mktemp("restarted")
    with running_stage(folder, asyncio.run(fresh_url(request.param, folder, postgresql_uri))) as made:
        yield made


@pytest.fixture
def own_stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Makes a stage for tests that kill, restart or configure the bot; `start=False` leaves it off."""
    with ExitStack() as stack:

        def make(*, start: bool = True, enterprise: bool = False, environment: dict[str, str] | None = None) -> Stage:
            hub = stack.enter_context(FakeHub(enterprise=enterprise))
            bot = BotProcess(hub, tmp_path / "bot", environment=environment)
            stack.callback(bot.close)
            if start:
                bot.start()
                bot.wait_chores()
            return Stage(hub, bot)

        yield make
