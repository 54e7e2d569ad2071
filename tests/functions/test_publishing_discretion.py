"""What GitHub shows to people with write permission only stands in no reply and no check run, which all readers see."""

from __future__ import annotations

import pytest

from bot.functions.edge import CommandRequest, RefreshRequest
from bot.functions.publishing import publish_check_run
from bot.functions.refresh_repository import Refreshing
from tests.fakehub.world import Repository
from tests.functions.conftest import World
from tests.functions.test_answer_command import answer

pytestmark = pytest.mark.anyio

KEY = "AKIA" + "Q3PWMXZKT7GHRVBD"  # split, so that no scanner takes this file for a leak


async def leaking(world: World) -> tuple[int, Repository]:
    repository = world.hub.add_repository(
        "acme", "hello", {"README.md": "# hello\n", "deploy/prod.ini": f'key = "{KEY}"\n'}
    )
    repository.alerts = 4711
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    request = RefreshRequest(installation_id=installation.id, repository_id=repository.id, force=True)
    refreshing = Refreshing(world.deps, request, "run-1")
    await refreshing.prepare()
    await refreshing.analyze()
    return installation.id, repository


async def test_a_reply_shows_no_place_of_a_credential_and_no_alert(world: World) -> None:
    installation_id, repository = await leaking(world)
    issue = world.hub.open_issue(repository, "Question")
    asked = "/radar report\n\n/radar explain secrets\n\n/radar explain vulnerabilities\n"
    comment = world.hub.comment(repository, issue, asked, "stranger")
    request = CommandRequest(
        installation_id=installation_id, repository_id=repository.id, issue_number=issue.number, comment_id=comment.id
    )
    assert len(await answer(world, request)) == 3
    (reply,) = [one for one in issue.comments if one.id != comment.id]
    assert reply.body.count("people with write permission") >= 2
    for private in ("prod.ini:", "prod.ini#", "4711", "4,711", KEY):
        assert private not in reply.body


async def test_heads_check_run_shows_neither(world: World) -> None:
    installation_id, repository = await leaking(world)
    await publish_check_run(world.deps, world.deps.clients.for_installation(installation_id), repository.id, "run-1")
    (run,) = repository.check_runs
    said = str(run.body)
    assert "hello" in said
    for private in ("prod.ini:", "prod.ini#", "4711", "4,711", KEY):
        assert private not in said
