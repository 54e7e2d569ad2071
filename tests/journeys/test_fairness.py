"""Fair to people: a push and a command do not wait for a batch to end, and each installation has its share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakehub import FakeHub
from tests.fakehub.gitstore import GitStore, Person
from tests.fakehub.ledger import Budget
from tests.journeys.bot_process import BotProcess, eventually
from tests.journeys.conftest import Stage

SIZE = 60


def finished(stage: Stage) -> int:
    return int(stage.bot.scalar("select count(*) from reports"))


def rests(budget: Budget) -> bool:
    """Nothing is charged for a second."""
    used = budget.used
    time.sleep(1.0)
    return budget.used == used


@pytest.fixture(scope="module")
def narrow_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A bot that works on four repositories of an installation at once, and keeps much in reserve."""
    environment = {"RADAR_INSTALLATION_CONCURRENCY": "4", "RADAR_RESERVE_SHARE": "0.4"}
    with FakeHub() as hub, BotProcess(hub, tmp_path_factory.mktemp("narrow"), environment=environment) as bot:
        bot.wait_chores()
        yield Stage(hub, bot)
        hub.service.latency_s = 0.0


def test_people_overtake_a_batch(narrow_stage: Stage, tmp_path: Path) -> None:
    stage = narrow_stage
    hub, bot = stage.hub, stage.bot
    mine = stage.installed(name="mine")
    hub.grant(mine, "ada", "write")
    issue = hub.open_issue(mine, "Hello?")
    store = GitStore.create(tmp_path / "shared.git")
    store.commit({"a.py": "1\n"}, message="Begin", author=Person("Ada", "ada@example.test"), at=hub.world.now())
    installation = hub.world.installation_of(mine)
    assert installation is not None
    for number in range(SIZE):
        hub.add_repository(mine.owner, f"r{number:03}", store, announce=False)
    hub.service.latency_s = 0.05
    before = finished(stage)
    answer = bot.api.post("/api/batch/generate-remaining", json={"owner": mine.owner.login})
    assert answer.status_code == 202
    eventually(lambda: finished(stage) >= before + 5, what="the batch is under way")

    sha = hub.push(mine)
    comment = hub.comment(mine, issue, "/radar refresh")
    bot.wait_report(mine.full_name, sha)
    at_push = finished(stage)
    eventually(lambda: any(r.content == "rocket" for r in comment.reactions), what="the command's rocket")
    at_command = finished(stage)
    assert at_push < before + SIZE, "the push did not wait for the batch"
    assert at_command < before + SIZE, "nor did the command"
    bot.wait_idle()
    assert finished(stage) >= before + SIZE


def test_a_small_installation_is_not_starved_by_a_large_one(narrow_stage: Stage, tmp_path: Path) -> None:
    stage = narrow_stage
    store = GitStore.create(tmp_path / "shared.git")
    author = Person("Ada", "ada@example.test")
    store.commit({"a.py": "1\n"}, message="Begin", author=author, at=stage.hub.world.now())
    for number in range(SIZE):
        stage.hub.add_repository("large", f"r{number:03}", store)
    small = stage.hub.add_repository("small", "only", store)
    stage.hub.service.latency_s = 0.05
    before = finished(stage)
    stage.hub.install("large")
    eventually(lambda: finished(stage) >= before + 3, what="the large batch is under way")
    stage.hub.install("small")
    stage.bot.wait_report(small.full_name)
    assert finished(stage) < before + SIZE


def test_a_batch_leaves_a_reserve_of_the_hourly_limit_to_a_push(narrow_stage: Stage, tmp_path: Path) -> None:
    hub, bot, login = narrow_stage.hub, narrow_stage.bot, narrow_stage.account()
    hub.service.latency_s = 0.05
    store = GitStore.create(tmp_path / "shared.git")
    store.commit({"a.py": "1\n"}, message="Begin", author=Person("Ada", "ada@example.test"), at=hub.world.now())
    repositories = [hub.add_repository(login, f"r{number:02}", store) for number in range(SIZE)]
    installation = hub.install(login, announce=False)
    installation.hourly_limit = SIZE  # the batch needs a little more than that
    hub.service.announce("installation", hub.service.payloads.installation("created", installation, hub.user("ada")))
    budget = eventually(
        lambda: hub.ledger.budgets.get((f"installation:{installation.id}", "core")), what="the limit is in use"
    )
    assert budget is not None
    eventually(lambda: budget.remaining <= SIZE // 2, what="half of the limit is spent")
    eventually(lambda: rests(budget), what="the batch waits for the next hour")
    assert budget.remaining > 0, "something was left"
    done = {repository.id for repository in repositories if bot.refresh_state(repository.full_name)["report_head_sha"]}
    waiting = next(repository for repository in repositories if repository.id not in done)
    sha = hub.push(waiting)
    bot.wait_report(waiting.full_name, sha)
    batch = bot.rows("select status from batches where installation_id = ?", installation.id)[0]
    assert batch["status"] == "running"
    hub.uninstall(installation)
    bot.wait_idle()
