"""Nothing lost, nothing twice: a kill in the middle of a batch, and everything that happened while the bot was down."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

from tests.fakehub.gitstore import GitStore, Person
from tests.fakehub.world import Repository
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage

SIZE = 24


def small_store(stage: Stage, folder: Path) -> GitStore:
    """One git repository that many names share."""
    store = GitStore.create(folder / "shared.git")
    files = {"README.md": "# Small\n", "main.py": "print(1)\n", "LICENSE": "MIT License\n"}
    store.commit(files, message="Begin", author=Person("Ada", "ada@example.test"), at=stage.hub.world.now())
    return store


def reports_per_repository(stage: Stage) -> dict[int, int]:
    rows = stage.bot.rows("select repository_id, count(*) as reports from reports group by repository_id")
    return {row["repository_id"]: row["reports"] for row in rows}


def wait_for_reports(stage: Stage, count: int) -> None:
    eventually(lambda: sum(reports_per_repository(stage).values()) >= count, what=f"{count} reports")


def test_a_batch_survives_kill_9_and_does_nothing_twice(own_stage: Callable[..., Stage], tmp_path: Path) -> None:
    stage = own_stage()
    store = small_store(stage, tmp_path)
    repositories = [stage.hub.add_repository("acme", f"r{number:02}", store) for number in range(SIZE)]
    stage.hub.service.latency_s = 0.1
    stage.hub.install("acme")
    for share in (SIZE // 6, SIZE // 2):
        wait_for_reports(stage, share)
        stage.bot.kill()
        stage.bot.start()
    stage.bot.wait_idle()
    assert reports_per_repository(stage) == {repository.id: 1 for repository in repositories}
    (batch,) = stage.bot.rows("select status, total, done, failed, skipped from batches where trigger = 'install'")
    assert batch == {"status": "completed", "total": SIZE, "done": SIZE, "failed": 0, "skipped": 0}
    assert all(len(repository.check_runs) <= 1 for repository in repositories)


def test_a_command_survives_kill_9_and_is_answered_once(own_stage: Callable[..., Stage]) -> None:
    stage = own_stage()
    repository = stage.installed()
    stage.hub.grant(repository, "ada", "admin")
    issue = stage.hub.open_issue(repository, "Survive")
    stage.hub.service.latency_s = 0.15
    comment = stage.hub.comment(repository, issue, "/radar refresh")
    eventually(lambda: [r for r in comment.reactions if r.content == "eyes"], what="eyes")
    stage.bot.kill()
    stage.bot.start()
    eventually(lambda: [r for r in comment.reactions if r.content == "rocket"], what="a rocket")
    assert sum(each.via_app for each in issue.comments) == 1


def test_after_an_absence_the_database_is_what_github_says(own_stage: Callable[..., Stage], tmp_path: Path) -> None:
    """The bot was down while 50 pushes, an install, a rename and an uninstall happened."""
    stage = own_stage()
    hub, bot = stage.hub, stage.bot
    store = small_store(stage, tmp_path)
    pushed = [hub.add_repository("acme", f"p{number}", store) for number in range(10)]
    renamed = hub.add_repository("acme", "before", store)
    hub.add_repository("globex", "leaving", store)
    hub.install("acme")
    leaving = hub.install("globex")
    bot.wait_report("acme/before")
    bot.wait_report("globex/leaving")
    bot.wait_idle()
    bot.stop()

    for round_number in range(5):
        for repository in pushed:
            hub.push(repository, {"round.txt": f"{round_number}\n"}, message=f"Round {round_number}")
    arrived = hub.add_repository("initech", "new", store)
    hub.install("initech")
    hub.rename(renamed, "after")
    hub.uninstall(leaving)
    hub.settle()
    assert {delivery.status_code for delivery in hub.world.deliveries[-53:]} == {502}

    bot.start()
    for repository in (*pushed, arrived):
        bot.wait_report(repository.full_name, repository.git.head(), timeout_s=60)
    eventually(lambda: bot.refresh_state("acme/after"), what="the new name")
    eventually(
        lambda: bot.scalar("select status from installations where id = ?", leaving.id) == "deleted", what="uninstalled"
    )
    assert bot.refresh_state("acme/before") == {}
    bot.wait_idle()
    assert all(count <= 1 for count in _reports_of_head(stage, pushed))
    held = bot.scalar("select count(distinct guid) from deliveries")
    assert held == len({delivery.guid for delivery in hub.world.deliveries})


def _reports_of_head(stage: Stage, repositories: list[Repository]) -> list[int]:
    sql = "select count(*) from reports where repository_id = ? and head_sha = ?"
    return [stage.bot.scalar(sql, each.id, each.git.head()) for each in repositories]


def test_what_no_delivery_told_is_found_by_the_reconcile(own_stage: Callable[..., Stage]) -> None:
    """Pushes, a new repository and a deletion without any webhook at all (older than GitHub keeps deliveries)."""
    stage = own_stage()
    hub, bot = stage.hub, stage.bot
    repository = stage.installed()
    gone = hub.add_repository(repository.owner, "gone", {"a.py": "1\n"})
    bot.wait_report(gone.full_name)
    bot.stop()
    sha = hub.push(repository, announce=False)
    added = hub.add_repository(repository.owner, "added", {"b.py": "2\n"}, announce=False)
    hub.delete(gone, announce=False)
    _age_marks(stage)
    bot.start()
    bot.wait_report(repository.full_name, sha, timeout_s=60)
    bot.wait_report(added.full_name, timeout_s=60)
    eventually(lambda: bot.refresh_state(gone.full_name) == {}, what="the deletion is seen")


def _age_marks(stage: Stage) -> None:
    """As if the last reconcile was two days ago."""
    with sqlite3.connect(stage.bot.database) as connection:
        connection.execute("update installations set reconciled_at = datetime('now', '-2 days')")
    connection.close()


def test_sigterm_finishes_what_was_accepted(own_stage: Callable[..., Stage]) -> None:
    stage = own_stage()
    repository = stage.installed()
    sha = stage.hub.push(repository)
    stage.hub.settle()
    assert stage.bot.stop() in {0, -signal.SIGTERM}  # uvicorn ends by the signal itself, as shells expect
    assert stage.bot.scalar("select count(*) from deliveries where state not in ('sent', 'ignored', 'received')") == 0
    stage.bot.start()
    stage.bot.wait_report(repository.full_name, sha)
    assert "Traceback" not in stage.bot.log()
