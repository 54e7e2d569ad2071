"""The main job: install, push, comment; the same delivery twice; a kill in the middle."""

from __future__ import annotations

from functools import partial

import pytest

from tests.fakehub.gitstore import GitStore
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage
from tests.samples import SAMPLES, Sample


@pytest.fixture(scope="module")
def stage(each_stage: Stage) -> Stage:
    """All of this on SQLite and on PostgreSQL."""
    return each_stage


def build(sample: Sample, stage: Stage, store: GitStore) -> None:
    assert sample.build is not None
    sample.build(store, stage.hub.world.now())


def test_install_gives_every_repository_a_report(stage: Stage) -> None:
    login = stage.account()
    for sample in SAMPLES:
        source = partial(build, sample, stage) if sample.build else None
        stage.hub.add_repository(login, sample.name, source, **sample.facts)
    stage.hub.install(login)
    for sample in SAMPLES:
        repository = stage.hub.find(f"{login}/{sample.name}")
        report = stage.bot.wait_report(repository.full_name, repository.git.head())
        assert report["summary"]
    shop = stage.bot.report(f"{login}/teashop")
    assert {"Next.js", "React", "Stripe"} <= {technology["name"] for technology in shop["tech_stack"]}
    assert shop["report"]["languages"][0]["name"] == "TypeScript"


def test_a_push_gives_a_report_of_the_new_commit(stage: Stage) -> None:
    repository = stage.installed()
    sha = stage.hub.push(repository, {"go.mod": "module example.test/hello\n\ngo 1.23\n", "main.go": "package main\n"})
    report = stage.bot.wait_report(repository.full_name, sha)
    assert "Go" in {language["name"] for language in report["report"]["languages"]}
    history = stage.bot.api.get(f"/api/repos/{repository.full_name}/intelligence/history").json()
    assert sha in str(history)


def test_a_comment_gets_a_reaction_and_one_edited_reply(stage: Stage) -> None:
    repository = stage.installed()
    stage.hub.grant(repository, "ada", "write")
    issue = stage.hub.open_issue(repository, "How are we doing?")
    comment = stage.hub.comment(repository, issue, "Let us see.\n\n/radar refresh")
    eventually(lambda: any(reaction.content == "rocket" for reaction in comment.reactions), what="a rocket")
    (reply,) = [each for each in issue.comments if each.via_app]
    assert {reaction.content for reaction in comment.reactions} <= {"eyes", "rocket"}
    assert repository.git.head()[:7] in reply.body
    assert reply.edits, "the reply was edited in place"
    again = stage.hub.comment(repository, issue, "/radar report")
    eventually(lambda: any(reaction.content == "rocket" for reaction in again.reactions), what="another rocket")


def test_the_same_delivery_twice_has_one_effect(stage: Stage) -> None:
    repository = stage.installed()
    issue = stage.hub.open_issue(repository, "Twice")
    comment = stage.hub.comment(repository, issue, "/radar help")
    eventually(lambda: any(each.via_app for each in issue.comments), what="the reply")
    delivery = next(d for d in reversed(stage.hub.world.deliveries) if d.event == "issue_comment")
    again = stage.hub.service.redeliver(delivery)
    stage.hub.settle()
    assert again.status_code == 202
    stage.bot.wait_idle()
    assert stage.bot.scalar("select count(*) from deliveries where guid = ?", delivery.guid) == 1
    assert sum(each.via_app for each in issue.comments) == 1
    assert len(comment.reactions) <= 2
