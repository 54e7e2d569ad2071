"""answer-command: who may ask for what, that each command is answered once, and what GitHub shows in the end."""

from __future__ import annotations

import pytest

from bot.functions.answer_command import Answering
from bot.functions.edge import CommandRequest, RefreshRequest
from bot.functions.publishing import refresh_reply, reply_to_command
from bot.functions.refresh_repository import Refreshing
from bot.storage import outbox
from tests.fakehub.world import Comment, Issue
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio


async def asked(
    world: World, body: str, user: str = "ada", level: str = "admin"
) -> tuple[CommandRequest, Comment, Issue]:
    """A comment on an issue of an installed repository, by somebody with that permission."""
    repository = world.hub.add_repository("acme", "hello", {"README.md": "# hello\n"})
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    if level != "none":
        world.hub.grant(repository, user, level)
    issue = world.hub.open_issue(repository, "Question")
    comment = world.hub.comment(repository, issue, body, user)
    request = CommandRequest(
        installation_id=installation.id,
        repository_id=repository.id,
        issue_number=issue.number,
        comment_id=comment.id,
    )
    return request, comment, issue


async def answer(world: World, request: CommandRequest, run_id: str = "run-1") -> list[str]:
    """All steps of one run; the ids of the commands that were its to answer."""
    answering = Answering(world.deps, request, run_id)
    ids = await answering.read()
    if ids is None:
        return []
    if ids:
        await answering.acknowledge()
        await answering.carry_out(ids)
    await refresh_reply(world.deps, request.repository_id, request.comment_id, run_id)
    return ids


def replies(issue: Issue, comment: Comment) -> list[Comment]:
    return [one for one in issue.comments if one.id != comment.id]


async def events(world: World) -> list[str]:
    async with world.bot.database.write() as session:
        return [one.event.name for one in await outbox.claim(session, now=world.now, limit=100, lease_s=1)]


ANSWERS = {
    "help": ("/radar help", "admin", "rocket", "What it does"),
    "no report yet": ("/radar report", "admin", "rocket", "There is no report yet"),
    "status": ("/radar status", "read", "rocket", "No report has been asked for yet"),
    "unknown": ("/radar refrsh", "admin", "confused", "Did you mean"),
    "refresh without permission": ("/radar refresh", "read", "confused", "write"),
    "batch without permission": ("/radar batch", "write", "confused", "admin"),
    "a stranger reads a public repository": ("/radar help", "none", "rocket", "What it does"),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_what_is_answered_at_once(world: World, case: str) -> None:
    body, level, reaction, said = ANSWERS[case]
    request, comment, issue = await asked(world, body, level=level)
    assert len(await answer(world, request)) == 1
    (reply,) = replies(issue, comment)
    assert said in reply.body
    assert {one.content for one in comment.reactions} == {"eyes", reaction}


IGNORED = {
    "no command": "thank you for /radar help",
    "in a quote": "> /radar refresh",
    "in code": "```\n/radar refresh\n```",
}


@pytest.mark.parametrize("case", IGNORED)
async def test_what_is_no_command_is_not_answered(world: World, case: str) -> None:
    request, comment, issue = await asked(world, IGNORED[case])
    assert await answer(world, request) == []
    assert replies(issue, comment) == []
    assert not comment.reactions


async def test_a_refresh_is_queued_and_its_reply_edited_in_place_when_it_is_done(world: World) -> None:
    request, comment, issue = await asked(world, "/radar refresh")
    (command_id,) = await answer(world, request)
    assert await events(world) == ["repo/refresh.requested"]
    (reply,) = replies(issue, comment)
    assert "queued" in reply.body or "under way" in reply.body
    assert {one.content for one in comment.reactions} == {"eyes"}
    refresh = RefreshRequest(
        installation_id=request.installation_id, repository_id=request.repository_id, trigger="command", force=True
    )
    refreshing = Refreshing(world.deps, refresh, "run-2")
    await refreshing.prepare()
    await refreshing.analyze()
    await reply_to_command(world.deps, command_id, "run-1")
    (edited,) = replies(issue, comment)
    assert edited.id == reply.id
    assert "What to do next" in edited.body
    assert {one.content for one in comment.reactions} == {"eyes", "rocket"}


async def test_a_failed_refresh_says_why(world: World) -> None:
    request, comment, issue = await asked(world, "/radar refresh")
    (command_id,) = await answer(world, request)
    await reply_to_command(world.deps, command_id, "run-1", failure="The archive expands beyond 2 GB.")
    (reply,) = replies(issue, comment)
    assert "The archive expands beyond 2 GB." in reply.body
    assert {one.content for one in comment.reactions} == {"eyes", "confused"}


async def test_every_step_again_doubles_nothing(world: World) -> None:
    request, comment, issue = await asked(world, "/radar refresh\n/radar status\n/radar status")
    first = await answer(world, request)
    assert len(first) == 3
    assert await answer(world, request) == first  # the same run, repeated after a crash
    assert await answer(world, request, "run-2") == []  # another delivery of the same comment
    assert len(replies(issue, comment)) == 1
    assert await events(world) == ["repo/refresh.requested"]


async def test_an_edit_runs_only_what_is_new(world: World) -> None:
    request, comment, issue = await asked(world, "/radar status")
    await answer(world, request)
    world.hub.edit_comment(comment, "/radar status\n\n/radar help")
    (new,) = await answer(world, request, "run-2")
    assert ":help" in new
    (reply,) = replies(issue, comment)
    assert "What it does" in reply.body


CLOSED = {
    "locked": "is locked",
    "gone": "does not know a comment",
}


@pytest.mark.parametrize("case", CLOSED)
async def test_where_no_reply_is_taken_the_command_is_carried_out_all_the_same(world: World, case: str) -> None:
    request, comment, issue = await asked(world, "/radar refresh")
    if case == "locked":
        issue.locked = True
    else:
        world.hub.faults.add("missing", rf"/issues/{issue.number}/comments$", method="POST")
    answering = Answering(world.deps, request, "run-1")
    ids = await answering.read()
    assert ids
    await answering.acknowledge()
    await answering.carry_out(ids)
    replied = await refresh_reply(world.deps, request.repository_id, request.comment_id, "run-1")
    assert CLOSED[case] in replied["outcome"]
    assert await events(world) == ["repo/refresh.requested"]
    assert replies(issue, comment) == []


EDITED = {
    "a slip mended": ("/radar stauts", "/radar status", ["No report has been asked for"], "rocket"),
    "a slip taken away": ("/radar help\n/radar stauts", "/radar help", ["What it does"], "rocket"),
    "a slip added": ("/radar help", "/radar help\n/radar stauts", ["What it does", "Did you mean"], "confused"),
    "another check": ("/radar batch", "/radar help", ["What it does"], "rocket"),
    "nothing left": ("/radar stauts", "> /radar stauts", ["Did you mean"], "confused"),
    "text around it": ("/radar help", "Please:\n/radar help", ["What it does"], "rocket"),
}
SECTIONS = ["No report has been asked for", "What it does", "Did you mean", "was refused"]


@pytest.mark.parametrize("case", EDITED)
async def test_the_reply_answers_the_comment_as_it_stands(world: World, case: str) -> None:
    before, after, said, end = EDITED[case]
    request, comment, issue = await asked(world, before, level="write")
    await answer(world, request)
    world.hub.edit_comment(comment, after)
    await answer(world, request, "run-2")
    (reply,) = replies(issue, comment)
    said = [*said, "What it does"] if "Did you mean" in said else said  # a slip gets the table, too
    assert {part for part in SECTIONS if part in reply.body} == set(said)
    assert {one.content for one in comment.reactions} == {"eyes", end}


async def test_what_an_edit_took_away_comes_back_with_it(world: World) -> None:
    request, comment, issue = await asked(world, "/radar help")
    await answer(world, request)
    for run_id, text in (("run-2", "/radar status"), ("run-3", "/radar help\n/radar status")):
        world.hub.edit_comment(comment, text)
        await answer(world, request, run_id)
    (reply,) = replies(issue, comment)
    assert "What it does" in reply.body
    assert "No report has been asked for" in reply.body


async def test_the_reply_goes_on_where_its_comment_was_deleted_meanwhile(world: World) -> None:
    request, comment, issue = await asked(world, "/radar refresh\n/radar help")
    await answer(world, request)
    world.hub.delete_comment(comment)
    (command_id,) = [f"{comment.id}:refresh::1"]
    await reply_to_command(world.deps, command_id, "run-2", failure="The archive expands beyond 2 GB.")
    (reply,) = replies(issue, comment)
    assert "The archive expands beyond 2 GB." in reply.body
    assert "What it does" in reply.body


async def test_a_comment_that_overtakes_the_install_is_answered(world: World) -> None:
    repository = world.hub.add_repository("acme", "hello", {"README.md": "# hello\n"})
    installation = world.hub.install("acme")
    issue = world.hub.open_issue(repository, "Question")
    comment = world.hub.comment(repository, issue, "/radar help", "ada")
    request = CommandRequest(
        installation_id=installation.id,
        repository_id=repository.id,
        issue_number=issue.number,
        comment_id=comment.id,
    )
    assert len(await answer(world, request)) == 1
    assert len(replies(issue, comment)) == 1


async def test_a_deleted_comment_is_nobodys(world: World) -> None:
    request, comment, issue = await asked(world, "/radar help")
    world.hub.delete_comment(comment)
    assert await answer(world, request) == []
    assert replies(issue, comment) == []


async def test_strangers_get_nothing_where_public_commands_are_switched_off(world: World) -> None:
    object.__setattr__(world.deps.settings, "radar_public_commands", False)
    request, comment, issue = await asked(world, "/radar report", level="none")
    await answer(world, request)
    (reply,) = replies(issue, comment)
    assert "needs triage access here and you have read" in reply.body
    assert {one.content for one in comment.reactions} == {"eyes", "confused"}
