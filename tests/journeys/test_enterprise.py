"""GitHub Enterprise Server: everything below /api/v3, links to its own host; and commands kept from the public."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.fakehub import FakeHub
from tests.fakehub.world import Repository
from tests.journeys.bot_process import BotProcess, eventually
from tests.journeys.conftest import Stage
from tests.journeys.talk import ask

FILES = {
    "README.md": "# Hello\n",
    "main.py": "print('hello')\n",
    ".gitattributes": "/docs export-ignore\n",
    "docs/guide.md": "# Guide\n",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An Enterprise Server, with a bot that answers collaborators only."""
    folder, environment = tmp_path_factory.mktemp("enterprise"), {"RADAR_PUBLIC_COMMANDS": "false"}
    with FakeHub(enterprise=True) as hub, BotProcess(hub, folder, environment=environment) as bot:
        bot.wait_chores()
        yield Stage(hub, bot)


@pytest.fixture(scope="module")
def repository(server: Stage) -> Repository:
    made = server.installed(FILES)
    for login, level in (("reader", "read"), ("triager", "triage"), ("boss", "admin")):
        server.hub.grant(made, login, level)
    return made


def test_the_main_job_runs_under_api_v3(server: Stage, repository: Repository) -> None:
    assert server.hub.environment()["GITHUB_API_URL"].endswith("/api/v3")
    reply = ask(server, repository, "/radar refresh", "boss").answer()
    head = repository.git.head()
    assert f"{server.hub.url}/{repository.full_name}/commit/{head}" in reply.body, "links lead to the server's pages"
    assert "/api/v3" not in reply.body
    eventually(lambda: [one for one in repository.check_runs if one.head_sha == head], what="a check run")
    sha = server.hub.push(repository, {"main.py": "print('again')\n"})
    server.bot.wait_report(repository.full_name, sha)
    counts = server.hub.ledger.counts
    assert counts["graphql"] >= 2, "the facts, and what .gitattributes hides from the archive"
    assert counts["archive"] >= 3


def test_nothing_points_to_github_com(server: Stage, repository: Repository) -> None:
    """The report, its page, its SARIF and Markdown: evidence leads to the server's own host."""
    report = server.bot.report(repository.full_name)
    assert "github.com/org" not in json.dumps(report)
    page = server.bot.api.get(f"/repos/{repository.full_name}").text
    assert f"{server.hub.url}/{repository.full_name}/blob/" in page
    assert f"//github.com/{repository.owner.login}" not in page


def test_a_pull_request_is_checked_there_too(server: Stage, repository: Repository) -> None:
    pull = server.hub.open_pull(repository, "A change", {"requirements.txt": "flask==3.1.0\n"})
    assert pull.pull is not None
    sha = pull.pull.head_sha
    run = eventually(lambda: [one for one in repository.check_runs if one.head_sha == sha], what="a check run")[0]
    summary = run.body["output"]["summary"]
    assert "1 dependency added: `flask" in summary
    assert f"{server.hub.url}/{repository.full_name}/commit/" in summary


KEPT_FROM_THE_PUBLIC = {
    "a stranger": ("passer-by", "confused", "needs triage access here and you have read"),
    "somebody who may read, as everybody may": ("reader", "confused", "needs triage access here and you have read"),
    "a collaborator": ("triager", "rocket", "of 100"),
}


@pytest.mark.parametrize("name", KEPT_FROM_THE_PUBLIC)
def test_commands_can_be_kept_from_the_public(server: Stage, repository: Repository, name: str) -> None:
    user, reaction, said = KEPT_FROM_THE_PUBLIC[name]
    question = ask(server, repository, "/radar report", user)
    assert said in question.answer().body
    assert question.reactions == {"eyes", reaction}


def test_readers_of_a_private_repository_may_all_the_same(server: Stage) -> None:
    login = server.account()
    private = server.hub.add_repository(login, "private", FILES, private=True)
    server.hub.grant(private, "reader", "read")
    server.hub.install(login)
    server.bot.wait_report(private.full_name)
    assert "of 100" in ask(server, private, "/radar report", "reader").answer().body
