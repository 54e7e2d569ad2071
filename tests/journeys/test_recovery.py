"""Nothing lost, nothing twice: a kill in the middle of a batch, and everything that happened while the bot was down."""

from __future__ import annotations

import signal
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.fakehub.gitstore import GitStore, Person
from tests.fakehub.world import Repository
from tests.journeys.bot_process import BotProcess, eventually
from tests.journeys.conftest import Stage

SIZE = 24

once_is_enough = pytest.mark.parametrize("restarted_stage", ["sqlite"], indirect=True, scope="module")
"""For what does not depend on the database; the rest runs on each."""


def small_store(stage: Stage, folder: Path) -> GitStore:
    """One git repository that many names share."""
    store = GitStore.create(folder / "shared.git")
    files = {"README.md": "# Small\n", "main.py": "print(1)\n", "LICENSE": "MIT License\n"}
    store.commit(files, message="Begin", author=Person("Ada", "ada@example.test"), at=stage.hub.world.now())
    return store


def reports_of(stage: Stage, repositories: list[Repository]) -> list[int]:
    """How many reports each has."""
    sql = "select count(*) from reports where repository_id = ?"
    return [stage.bot.scalar(sql, repository.id) for repository in repositories]


def reports_of_head(stage: Stage, repositories: list[Repository]) -> list[int]:
    sql = "select count(*) from reports where repository_id = ? and head_sha = ?"
    return [stage.bot.scalar(sql, each.id, each.git.head()) for each in repositories]


def test_a_batch_survives_kill_9_and_does_nothing_twice(restarted_stage: Stage, tmp_path: Path) -> None:
    hub, bot = restarted_stage.hub, restarted_stage.bot
    store, login = small_store(restarted_stage, tmp_path), restarted_stage.account()
    repositories = [hub.add_repository(login, f"r{number:02}", store) for number in range(SIZE)]
    hub.service.latency_s = 0.1
    hub.faults.add("held", f"/{login}/r{SIZE - 1}/")
    installation = hub.install(login)
    eventually(lambda: sum(reports_of(restarted_stage, repositories)) >= SIZE // 4, what="a quarter of the batch")
    bot.kill()
    assert sum(reports_of(restarted_stage, repositories)) < SIZE
    hub.faults.clear()
    bot.start()
    bot.wait_idle()
    assert reports_of(restarted_stage, repositories) == [1] * SIZE
    sql = "select status, total, done, failed, skipped from batches where installation_id = ? and trigger = 'install'"
    (batch,) = bot.rows(sql, installation.id)
    assert batch == {"status": "completed", "total": SIZE, "done": SIZE, "failed": 0, "skipped": 0}
    assert all(len(repository.check_runs) <= 1 for repository in repositories)


@once_is_enough
def test_a_command_survives_kill_9_and_is_answered_once(restarted_stage: Stage) -> None:
    hub, bot = restarted_stage.hub, restarted_stage.bot
    repository = restarted_stage.installed()
    hub.grant(repository, "ada", "admin")
    issue = hub.open_issue(repository, "Survive")
    hub.service.latency_s = 0.15
    comment = hub.comment(repository, issue, "/radar refresh")
    eventually(lambda: [r for r in comment.reactions if r.content == "eyes"], what="eyes")
    bot.kill()
    bot.start()
    eventually(lambda: [r for r in comment.reactions if r.content == "rocket"], what="a rocket")
    assert sum(each.via_app for each in issue.comments) == 1


def test_after_an_absence_the_database_is_what_github_says(restarted_stage: Stage, tmp_path: Path) -> None:
    """The bot was down while 50 pushes, an install, a rename and an uninstall happened."""
    hub, bot = restarted_stage.hub, restarted_stage.bot
    store, login, other, late = small_store(restarted_stage, tmp_path), *(restarted_stage.account() for _ in "123")
    pushed = [hub.add_repository(login, f"p{number}", store) for number in range(10)]
    renamed = hub.add_repository(login, "before", store)
    hub.add_repository(other, "leaving", store)
    hub.install(login)
    leaving = hub.install(other)
    bot.wait_report(f"{login}/before")
    bot.wait_report(f"{other}/leaving")
    bot.wait_idle()
    bot.stop()

    for round_number in range(5):
        for repository in pushed:
            hub.push(repository, {"round.txt": f"{round_number}\n"}, message=f"Round {round_number}")
    arrived = hub.add_repository(late, "new", store)
    hub.install(late)
    hub.rename(renamed, "after")
    hub.uninstall(leaving)
    hub.settle()
    assert {delivery.status_code for delivery in hub.world.deliveries[-53:]} == {502}

    bot.start()
    for repository in (*pushed, arrived):
        bot.wait_report(repository.full_name, repository.git.head())
    eventually(lambda: bot.refresh_state(f"{login}/after"), what="the new name")
    eventually(
        lambda: bot.scalar("select status from installations where id = ?", leaving.id) == "deleted", what="uninstalled"
    )
    assert bot.refresh_state(f"{login}/before") == {}
    bot.wait_idle()
    assert reports_of_head(restarted_stage, pushed) == [1] * len(pushed)
    held = bot.scalar("select count(distinct guid) from deliveries")
    assert held == len({delivery.guid for delivery in hub.world.deliveries})


def test_what_no_delivery_told_is_found_by_the_reconcile(restarted_stage: Stage) -> None:
    """Pushes, a new repository and a deletion without any webhook at all (older than GitHub keeps deliveries)."""
    hub, bot = restarted_stage.hub, restarted_stage.bot
    repository = restarted_stage.installed()
    gone = hub.add_repository(repository.owner, "gone", {"a.py": "1\n"})
    bot.wait_report(gone.full_name)
    bot.stop()
    sha = hub.push(repository, announce=False)
    added = hub.add_repository(repository.owner, "added", {"b.py": "2\n"}, announce=False)
    hub.delete(gone, announce=False)
    _age_marks(restarted_stage, repository)
    bot.start()
    bot.wait_report(repository.full_name, sha)
    bot.wait_report(added.full_name)
    eventually(lambda: bot.refresh_state(gone.full_name) == {}, what="the deletion is seen")


def _age_marks(stage: Stage, repository: Repository) -> None:
    """As if the last reconcile of that account was two days ago."""
    at = stage.hub.world.now() - timedelta(days=2)
    stage.bot.write("update installations set reconciled_at = ? where account_login = ?", at, repository.owner.login)


@once_is_enough
def test_sigterm_finishes_what_was_accepted(restarted_stage: Stage) -> None:
    hub, bot = restarted_stage.hub, restarted_stage.bot
    repository = restarted_stage.installed()
    sha = hub.push(repository)
    hub.settle()
    assert bot.stop() in {0, -signal.SIGTERM}  # uvicorn ends by the signal itself, as shells expect
    assert bot.scalar("select count(*) from deliveries where state not in ('sent', 'ignored', 'received')") == 0
    bot.start()
    bot.wait_report(repository.full_name, sha)
    assert "Traceback" not in bot.log()


@once_is_enough
def test_the_sweep_at_start_asks_again_for_lost_work_and_erases_what_was_uninstalled(restarted_stage: Stage) -> None:
    """As after a database restored without the engine's part: processing for hours, and no run knows of it."""
    hub, bot = restarted_stage.hub, restarted_stage.bot
    lost, recent, old = (restarted_stage.installed() for _ in "123")
    for repository in (recent, old):
        installation = hub.world.installation_of(repository)
        assert installation is not None
        hub.uninstall(installation)
        eventually(partial(removed, bot, repository.id), what="uninstalled")
    bot.wait_idle()
    bot.stop()
    long_ago = hub.world.now() - timedelta(hours=4)
    bot.write(
        "update repositories set refresh_status = 'processing', refresh_started_at = ?, refresh_requested_at = ?"
        " where id = ?",
        long_ago, long_ago, lost.id,
    )  # fmt: skip
    bot.write("update repositories set removed_at = ? where id = ?", hub.world.now() - timedelta(days=31), old.id)
    bot.start()
    eventually(lambda: bot.refresh_state(lost.full_name)["refresh_status"] == "completed", what="it was redone")
    eventually(lambda: reports_of(restarted_stage, [old]) == [0], what="erased after the days of grace")
    assert bot.rows("select id from repositories where id = ?", old.id) == []
    assert reports_of(restarted_stage, [recent]) == [1], "kept until then"


def removed(bot: BotProcess, repository_id: int) -> bool:
    return bot.scalar("select removed_at from repositories where id = ?", repository_id) is not None
