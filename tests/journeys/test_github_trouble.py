"""GitHub in trouble: errors, limits, silence, archives cut off, commits not yet visible, tokens gone in mid-run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.fakehub.faults import Kind
from tests.fakehub.world import Repository
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage, running_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A bot that soon takes GitHub's silence for trouble."""
    with running_stage(tmp_path_factory.mktemp("trouble"), RADAR_GITHUB_TIMEOUT_S="3") as made:
        yield made


def quietly_added(stage: Stage, name: str = "hello") -> Repository:
    """A repository of a new account, the App not yet installed."""
    return stage.hub.add_repository(stage.account(), name, {"README.md": "# Hello\n", "main.go": "package main\n"})


@pytest.mark.parametrize("kind", ["error", "bad-gateway", "secondary", "abuse", "primary", "drop", "not-ready"])
@pytest.mark.parametrize("path", ["/graphql$", "/tarball/"], ids=["query", "archive"])
def test_trouble_that_passes_only_delays(stage: Stage, kind: Kind, path: str) -> None:
    repository = quietly_added(stage)
    fault = stage.hub.faults.add(kind, path, times=1, retry_after_s=1)
    stage.hub.install(repository.owner)
    stage.bot.wait_report(repository.full_name, repository.git.head())
    assert fault.hits == 1
    assert stage.bot.scalar("select count(*) from reports where repository_id = ?", repository.id) == 1


def test_an_archive_cut_off_in_the_middle_is_asked_for_again(stage: Stage) -> None:
    repository = quietly_added(stage)
    fault = stage.hub.faults.add("cut", "/codeload/", times=1)
    stage.hub.install(repository.owner)
    stage.bot.wait_report(repository.full_name, repository.git.head())
    assert fault.hits == 1


def test_silence_ends_by_our_own_timeout(stage: Stage) -> None:
    repository = quietly_added(stage)
    fault = stage.hub.faults.add("hang", "/tarball/", times=1)
    stage.hub.install(repository.owner)
    stage.bot.wait_report(repository.full_name, repository.git.head())
    assert fault.hits == 1


def test_a_query_that_times_out_is_halved(stage: Stage) -> None:
    login = stage.account()
    for number in range(8):
        stage.hub.add_repository(login, f"r{number}", {"a.py": "1\n"})
    fault = stage.hub.faults.add("timeout", "/graphql$", more_than_ids=3)
    stage.hub.install(login)
    for number in range(8):
        stage.bot.wait_report(f"{login}/r{number}")
    assert fault.hits >= 1


def test_a_commit_that_github_does_not_show_yet_is_waited_for(stage: Stage) -> None:
    repository = stage.installed()
    sha = stage.hub.push(repository, visible_after_s=2.5)
    stage.bot.wait_report(repository.full_name, sha)


def test_a_token_that_ends_in_mid_run_is_replaced(stage: Stage) -> None:
    repository = stage.installed()
    for token in stage.hub.world.tokens.values():
        token.revoked = True
    sha = stage.hub.push(repository)
    stage.bot.wait_report(repository.full_name, sha)


def test_a_clock_that_is_off_by_a_minute_does_not_matter(stage: Stage) -> None:
    """Ours is ahead of GitHub's by 45 s: the JSON web token is backdated."""
    stage.hub.world.skew = timedelta(seconds=-45)
    try:
        repository = quietly_added(stage)
        stage.hub.install(repository.owner)
        stage.bot.wait_report(repository.full_name, repository.git.head())
    finally:
        stage.hub.world.skew = timedelta(0)


def test_a_repository_blocked_by_law_fails_for_good_and_says_so(stage: Stage) -> None:
    repository = stage.installed()
    stage.hub.faults.add("blocked", f"/repos/{repository.full_name}/tarball")
    stage.hub.push(repository)
    eventually(
        lambda: stage.bot.refresh_state(repository.full_name).get("refresh_status") == "failed", what="it failed"
    )
    report = stage.bot.report(repository.full_name)
    assert report["status"] == "failed"
    assert report["error"]


def test_a_hung_repository_holds_up_nobody(stage: Stage) -> None:
    login = stage.account()
    stage.hub.add_repository(login, "stuck", {"a.py": "1\n"})
    for number in range(5):
        stage.hub.add_repository(login, f"free{number}", {"b.py": f"{number}\n"})
    stage.hub.faults.add("hang", f"/repos/{login}/stuck/tarball")
    stage.hub.install(login)
    for number in range(5):
        stage.bot.wait_report(f"{login}/free{number}")
    assert stage.bot.refresh_state(f"{login}/stuck")["refresh_status"] != "completed"
