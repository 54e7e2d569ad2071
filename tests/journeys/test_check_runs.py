"""Check runs: what stands on HEAD and on pull requests, by whom it is run again, and when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakehub.world import CheckRun, Issue, Repository
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage

PACKAGE = '{"name": "hello", "version": "1.0.0", "license": "MIT", "dependencies": {%s}}\n'
FILES = {
    "README.md": "# Hello\n\nSays hello.\n",
    "package.json": PACKAGE % '"express": "^4.18.0"',
    "index.js": "console.log('hello')\n",
}
THRESHOLDS = "thresholds:\n  score: 99\n"


def runs_of(repository: Repository, sha: str) -> list[CheckRun]:
    return [one for one in repository.check_runs if one.head_sha == sha and one.body.get("status") == "completed"]


def the_run(repository: Repository, sha: str) -> CheckRun:
    return eventually(lambda: runs_of(repository, sha), what=f"a check run on {sha[:7]}")[-1]


def pushed(stage: Stage, files: dict[str, str]) -> tuple[Repository, str]:
    """A repository whose HEAD was just pushed."""
    repository = stage.installed({"README.md": "# Begin\n"})
    return repository, stage.hub.push(repository, files)


def opened(
    stage: Stage, repository: Repository, files: Mapping[str, str | None], branch: str = "change"
) -> tuple[Issue, str]:
    issue = stage.hub.open_pull(repository, "A change", files, branch=branch)
    assert issue.pull is not None
    return issue, issue.pull.head_sha


def output(run: CheckRun) -> dict[str, Any]:
    found: dict[str, Any] = run.body["output"]
    return found


def test_head_has_a_neutral_check_run_with_lines(stage: Stage) -> None:
    repository, sha = pushed(stage, FILES)
    run = the_run(repository, sha)
    assert run.body["conclusion"] == "neutral"
    assert "of 100" in output(run)["title"]
    assert "**What to do next**" in output(run)["summary"]
    assert all(one["start_line"] >= 1 and one["path"] in FILES for one in run.annotations)
    assert run.annotations
    assert run.body["details_url"] == f"{stage.bot.url}/repos/{repository.full_name}"


def test_thresholds_make_it_fail(stage: Stage) -> None:
    repository, sha = pushed(stage, FILES | {".github/radar.yml": THRESHOLDS})
    run = the_run(repository, sha)
    assert run.body["conclusion"] == "failure"
    assert "99" in output(run)["summary"]


def test_a_pull_request_is_told_what_it_does(stage: Stage) -> None:
    repository = stage.installed(FILES)
    change = {
        "package.json": PACKAGE % '"express": "^5.0.0", "left-pad": "1.3.0"',
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - uses: somebody/action@main\n",
    }
    _, sha = opened(stage, repository, change)
    run = the_run(repository, sha)
    summary = output(run)["summary"]
    assert run.body["conclusion"] == "neutral"
    assert "left-pad 1.3.0" in summary
    assert "express ^4.18.0 → ^5.0.0" in summary
    assert "points" in output(run)["title"]
    assert {one["path"] for one in run.annotations} <= set(change), "only what the change brings is annotated"


def test_a_secret_that_a_pull_request_brings_is_shown_and_never_told(stage: Stage) -> None:
    repository = stage.installed(FILES)
    secret = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    _, sha = opened(stage, repository, {"config.js": f"const token = '{secret}'\n"})
    run = the_run(repository, sha)
    assert secret not in str(run.body)
    assert "config.js" in output(run)["summary"]


def test_a_pull_request_cannot_lower_its_own_bar(stage: Stage) -> None:
    repository = stage.installed(FILES | {".github/radar.yml": THRESHOLDS})
    _, sha = opened(stage, repository, {".github/radar.yml": "thresholds:\n  score: 1\n"})
    assert the_run(repository, sha).body["conclusion"] == "failure"


def test_every_commit_of_a_pull_request_has_its_own(stage: Stage) -> None:
    repository = stage.installed(FILES)
    issue, first = opened(stage, repository, {"a.js": "1\n"})
    the_run(repository, first)
    second = stage.hub.update_pull(repository, issue, {"b.js": "2\n"})
    the_run(repository, second)
    assert len(runs_of(repository, first)) == 1


def written(repository: Repository, sha: str) -> int:
    """How often a finished check run was put on the commit, as a new one or over an earlier one."""
    return sum(1 + one.updates for one in runs_of(repository, sha))


def pressed_again(stage: Stage, repository: Repository, sha: str, *, whole_suite: bool = False) -> None:
    before = written(repository, sha)
    if whole_suite:
        stage.hub.rerequest_suite(repository, sha)
    else:
        stage.hub.rerequest_check(repository, the_run(repository, sha).id)
    eventually(lambda: written(repository, sha) > before, what="the check run again")


def test_run_again_on_head_and_on_a_pull_request(stage: Stage) -> None:
    repository, head = pushed(stage, FILES)
    _, changed = opened(stage, repository, {"a.js": "1\n"})
    for sha in (head, changed):
        the_run(repository, sha)
        pressed_again(stage, repository, sha)
        pressed_again(stage, repository, sha, whole_suite=True)


def test_after_an_install_head_has_its_check_run_too(stage: Stage) -> None:
    """Behind the batch, as far as GitHub takes content; a second batch has nothing new to tell."""
    repository = stage.installed(FILES)
    run = the_run(repository, repository.git.head())
    assert "of 100" in output(run)["title"]
    owner = repository.owner.login
    answer = stage.bot.api.post("/api/batch/generate-remaining", json={"owner": owner, "force": True})
    batch_id = answer.json()["batch_id"]
    eventually(lambda: stage.bot.api.get(f"/api/batches/{batch_id}").json()["status"] == "completed")
    reported_at = stage.bot.scalar("select reported_at from repositories where id = ?", repository.id)
    told = "select count(*) from check_runs where repository_id = ? and reported_at = ?"
    eventually(lambda: stage.bot.scalar(told, repository.id, reported_at), what="the second report settled")
    assert repository.check_runs == [run]
    assert run.updates == 0


def test_a_whole_suite_again_on_a_forks_pull_request(stage: Stage) -> None:
    """GitHub names no pull request then; it is found by its commit."""
    repository = stage.installed(FILES)
    the_run(repository, repository.git.head())
    issue = stage.hub.open_pull(repository, "From afar", {"a.js": "1\n"}, user="eve", branch="far", from_fork=True)
    assert issue.pull is not None
    the_run(repository, issue.pull.head_sha)
    pressed_again(stage, repository, issue.pull.head_sha, whole_suite=True)
    assert written(repository, repository.git.head()) == 1, "HEAD was left alone"
