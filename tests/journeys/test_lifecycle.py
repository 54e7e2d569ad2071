"""What happens to installations and repositories: each event, and what the database says then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakehub.world import Repository
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage


@pytest.fixture(scope="module")
def stage(each_stage: Stage) -> Stage:
    """All of this on SQLite and on PostgreSQL."""
    return each_stage


def row(stage: Stage, repository: Repository) -> dict[str, Any]:
    return stage.bot.rows("select * from repositories where id = ?", repository.id)[0]


def status(stage: Stage, number: int) -> str:
    return str(stage.bot.scalar("select status from installations where id = ?", number))


def installation_of(stage: Stage, repository: Repository) -> Any:
    found = stage.hub.world.installation_of(repository)
    assert found is not None
    return found


def test_uninstall_is_a_soft_delete_and_nothing_is_asked_any_more(stage: Stage) -> None:
    repository = stage.installed()
    installation = installation_of(stage, repository)
    stage.hub.uninstall(installation)
    eventually(lambda: status(stage, installation.id) == "deleted", what="deleted")
    stage.bot.wait_idle()
    stage.hub.ledger.clear()
    answer = stage.bot.api.post(f"/api/repos/{repository.full_name}/intelligence")
    assert answer.status_code == 404
    assert stage.bot.scalar("select count(*) from reports where repository_id = ?", repository.id) == 1
    assert stage.hub.ledger.billable == 0


def test_uninstall_cancels_running_work(stage: Stage) -> None:
    login = stage.account()
    for number in range(6):
        stage.hub.add_repository(login, f"r{number}", {"a.py": "1\n"})
    held = stage.hub.faults.add("held", f"/repos/{login}/.*/tarball")
    installation = stage.hub.install(login)
    eventually(lambda: held.hits >= 1, what="an archive is asked for")
    stage.hub.uninstall(installation)
    eventually(lambda: status(stage, installation.id) == "deleted", what="deleted")
    stage.bot.wait_idle()
    sql = "select count(*) from reports join repositories on repositories.id = repository_id where installation_id = ?"
    assert stage.bot.scalar(sql, installation.id) == 0
    batch = stage.bot.rows("select status from batches where installation_id = ?", installation.id)[0]
    assert batch["status"] == "cancelled"


def test_suspended_and_back(stage: Stage) -> None:
    repository = stage.installed()
    installation = installation_of(stage, repository)
    stage.hub.suspend(installation)
    eventually(lambda: status(stage, installation.id) == "suspended", what="suspended")
    sha = stage.hub.push(repository)
    stage.hub.unsuspend(installation)
    eventually(lambda: status(stage, installation.id) == "active", what="active again")
    stage.bot.wait_report(repository.full_name, sha)


def test_repositories_come_and_go(stage: Stage) -> None:
    login = stage.account()
    first = stage.hub.add_repository(login, "first", {"a.py": "1\n"})
    second = stage.hub.add_repository(login, "second", {"b.py": "2\n"})
    installation = stage.hub.install(login, [first])
    stage.bot.wait_report(first.full_name)
    assert stage.bot.refresh_state(second.full_name) == {}
    stage.hub.cover(installation, second)
    stage.bot.wait_report(second.full_name, second.git.head())
    stage.hub.uncover(installation, first)
    eventually(lambda: row(stage, first)["removed_at"], what="removed")
    assert stage.bot.report(first.full_name) == {}
    stage.hub.cover(installation, first)
    eventually(lambda: row(stage, first)["removed_at"] is None, what="back")


def test_a_new_repository_has_a_report(stage: Stage) -> None:
    repository = stage.installed()
    fresh = stage.hub.add_repository(repository.owner, "fresh", {"c.py": "3\n"})
    stage.bot.wait_report(fresh.full_name, fresh.git.head())


def test_a_rename_keeps_everything_under_the_new_name(stage: Stage) -> None:
    repository = stage.installed(name="before")
    stage.hub.rename(repository, "after")
    eventually(lambda: row(stage, repository)["name"] == "after", what="renamed")
    assert stage.bot.report(repository.full_name)["status"] == "completed"
    sha = stage.hub.push(repository)
    stage.bot.wait_report(repository.full_name, sha)
    assert stage.bot.scalar("select count(*) from reports where repository_id = ?", repository.id) == 2


def test_a_transfer_moves_the_repository_to_the_other_installation(stage: Stage) -> None:
    repository = stage.installed(name="moving")
    target = stage.account()
    theirs = stage.hub.install(target)
    eventually(lambda: stage.bot.rows("select 1 from installations where id = ?", theirs.id), what="installed")
    stage.hub.transfer(repository, target)
    eventually(lambda: row(stage, repository)["installation_id"] == theirs.id, what="moved")
    sha = stage.hub.push(repository)
    stage.bot.wait_report(f"{target}/moving", sha)


def test_a_transfer_to_strangers_removes_it(stage: Stage) -> None:
    repository = stage.installed(name="leaving")
    stage.hub.transfer(repository, stage.account())
    eventually(lambda: row(stage, repository)["removed_at"], what="removed")


def test_archived_private_public(stage: Stage) -> None:
    repository = stage.installed()
    stage.hub.archive(repository)
    eventually(lambda: row(stage, repository)["is_archived"], what="archived")
    stage.hub.set_private(repository, private=True)
    eventually(lambda: row(stage, repository)["is_private"], what="private")
    stage.hub.set_private(repository, private=False)
    stage.hub.archive(repository, archived=False)
    eventually(lambda: not row(stage, repository)["is_private"], what="public")
    eventually(lambda: not row(stage, repository)["is_archived"], what="not archived")


def test_a_deleted_repository_is_gone(stage: Stage) -> None:
    repository = stage.installed()
    stage.hub.delete(repository)
    eventually(lambda: row(stage, repository)["removed_at"], what="gone")


def test_another_default_branch_has_its_own_report(stage: Stage) -> None:
    repository = stage.installed()
    sha = stage.hub.push(repository, {"next.rs": "fn main() {}\n"}, branch="next")
    stage.hub.set_default_branch(repository, "next")
    stage.bot.wait_report(repository.full_name, sha)
    assert row(stage, repository)["default_branch"] == "next"


def test_pushes_to_other_branches_and_tags_ask_for_nothing(stage: Stage) -> None:
    repository = stage.installed()
    stage.hub.push(repository, branch="side")
    stage.hub.delete_branch(repository, "side")
    stage.hub.settle()
    stage.bot.wait_idle()
    sql = "select state, reason from deliveries where repository_id = ? and event = 'push'"
    rows = stage.bot.rows(sql, repository.id)
    assert {entry["state"] for entry in rows} == {"ignored"}
    assert all(entry["reason"] for entry in rows)


def test_an_account_renamed(stage: Stage) -> None:
    repository = stage.installed()
    installation = installation_of(stage, repository)
    stage.hub.rename_account(repository.owner, f"{repository.owner.login}-new")
    eventually(
        lambda: (
            stage.bot.scalar("select account_login from installations where id = ?", installation.id)
            == repository.owner.login
        ),
        what="the account's new name",
    )
    eventually(lambda: row(stage, repository)["owner"] == repository.owner.login, what="the repository's new owner")
    assert stage.bot.report(repository.full_name)["status"] == "completed"


def test_new_permissions_are_known(stage: Stage) -> None:
    repository = stage.installed()
    installation = installation_of(stage, repository)
    stage.hub.accept_permissions(installation, {"actions": "read"})
    sql = "select permissions from installations where id = ?"
    eventually(lambda: "actions" in stage.bot.scalar(sql, installation.id), what="the new permission")
