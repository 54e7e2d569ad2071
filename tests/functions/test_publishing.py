"""publishing: what a reply says once the work has ended, and when HEAD gets its check run."""

from __future__ import annotations

import asyncio

import pytest

from bot.functions.edge import RefreshRequest
from bot.functions.publishing import CHECK_NAME, batch_id_of, publish_check_run, refresh_reply, reply_to_command
from bot.functions.refresh_repository import Refreshing
from bot.model.records import CommandRecord, CommandState
from bot.model.repository import InstallationRef
from bot.storage import commands, installations
from tests.fakehub.world import Comment, Issue, Reaction, Repository
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio

FILES = {"README.md": "# hello\n\nSays hello.\n", "hello.py": "print('hello')\n"}


async def covered(world: World, files: dict[str, str] | None = None) -> tuple[Repository, InstallationRef]:
    repository = world.hub.add_repository("acme", "hello", files or FILES)
    installation = world.hub.install("acme")
    return repository, await world.store_installation(installation.id)


async def reported(world: World, repository: Repository, installation: InstallationRef) -> None:
    request = RefreshRequest(installation_id=installation.id, repository_id=repository.id, force=True)
    refreshing = Refreshing(world.deps, request, "run-1")
    await refreshing.prepare()
    await refreshing.analyze()


async def commanded(world: World, *verbs: str) -> tuple[Repository, Issue, Comment, list[str]]:
    """A comment whose commands were claimed by a run; the ids of the commands."""
    repository, _ = await covered(world)
    issue = world.hub.open_issue(repository, "Question")
    comment = world.hub.comment(repository, issue, "\n".join(f"/radar {verb}" for verb in verbs))
    return repository, issue, comment, await claimed(world, repository, issue, comment, *verbs)


async def claimed(
    world: World, repository: Repository, issue: Issue, comment: Comment, *verbs: str, run_id: str = "run-1"
) -> list[str]:
    ids = [f"{comment.id}:{verb}" for verb in verbs]
    async with world.bot.database.write() as session:
        for command_id, verb in zip(ids, verbs, strict=True):
            record = CommandRecord(
                id=command_id,
                repository_id=repository.id,
                issue_number=issue.number,
                comment_id=comment.id,
                command=verb,
                author="ada",
                run_id=run_id,
            )
            assert await commands.claim(session, record, now=world.now)
    return ids


def ours(issue: Issue, asked: Comment) -> list[Comment]:
    return [one for one in issue.comments if one.id != asked.id]


ENDS = {
    "done": ("", {"rocket"}, CommandState.DONE),
    "failed": ("GitHub does not answer.", {"confused"}, CommandState.FAILED),
}


@pytest.mark.parametrize("case", ENDS)
async def test_the_end_of_a_command_is_told_once_in_one_comment(world: World, case: str) -> None:
    failure, reactions, state = ENDS[case]
    repository, issue, comment, (command_id,) = await commanded(world, "refresh")
    await refresh_reply(world.deps, repository.id, comment.id, "run-1")
    assert comment.reactions == [], "the work is still open"
    for _ in range(2):  # a step may run twice
        done = await reply_to_command(world.deps, command_id, "run-1", failure=failure)
        assert done["outcome"] == "replied"
    (reply,) = ours(issue, comment)
    assert done["reply"] == reply.id
    assert failure in reply.body
    assert {one.content for one in comment.reactions} == reactions
    async with world.bot.database.read() as session:
        record = await commands.get(session, command_id)
    assert record is not None
    assert (record.state, record.reason, record.reply_comment_id) == (state, failure, reply.id)


async def test_a_comment_with_two_commands_is_reacted_to_when_both_have_ended(world: World) -> None:
    _, issue, comment, (first, second) = await commanded(world, "refresh", "status")
    await reply_to_command(world.deps, first, "run-1")
    assert comment.reactions == []
    await reply_to_command(world.deps, second, "run-1", failure="No.")
    assert [one.content for one in comment.reactions] == ["confused"], "one that failed is no success"
    assert len(ours(issue, comment)) == 1


async def test_an_edit_that_ends_otherwise_replaces_our_reaction(world: World) -> None:
    repository, issue, comment, (first,) = await commanded(world, "refresh")
    await reply_to_command(world.deps, first, "run-1")
    fan = world.hub.world.account("fan")
    comment.reactions.append(Reaction(world.hub.world.next_id(), fan, "rocket", world.hub.world.now()))
    (second,) = await claimed(world, repository, issue, comment, "status", run_id="run-2")
    await refresh_reply(world.deps, repository.id, comment.id, "run-2")
    assert [one.content for one in comment.reactions] == ["rocket", "rocket"], "the new command is open"
    for _ in range(2):  # a step may run twice
        await reply_to_command(world.deps, second, "run-2", failure="No.")
        assert [(one.content, one.user.login) for one in comment.reactions] == [
            ("rocket", "fan"),
            ("confused", "repo-radar[bot]"),
        ]


async def test_what_is_not_known_is_not_answered(world: World) -> None:
    repository, _ = await covered(world)
    assert await reply_to_command(world.deps, "no-such-command", "run-1") == {"outcome": "no such command"}
    assert await refresh_reply(world.deps, repository.id, 404, "run-1") == {"outcome": "nothing to reply to"}


def test_a_batch_of_a_command_has_an_id_that_fits_an_address() -> None:
    record = CommandRecord(
        id="12:34:batch", repository_id=1, issue_number=1, comment_id=12, command="batch", author="ada"
    )
    assert batch_id_of(record) == "command-12-34-batch"


async def published(world: World, repository: Repository, installation: InstallationRef) -> str:
    github = world.deps.clients.for_installation(installation.id)
    return str((await publish_check_run(world.deps, github, repository.id, "run-1"))["outcome"])


async def test_head_gets_one_check_run_however_often_the_step_runs(world: World) -> None:
    repository, installation = await covered(world)
    await reported(world, repository, installation)
    assert [await published(world, repository, installation) for _ in range(2)] == ["published", "published before"]
    (run,) = repository.check_runs
    assert run.head_sha == repository.git.head()
    assert run.body["name"] == CHECK_NAME
    assert run.body["details_url"].endswith("/repos/acme/hello")


async def test_no_report_no_check_run(world: World) -> None:
    repository, installation = await covered(world)
    assert await published(world, repository, installation) == "nothing to publish"
    assert repository.check_runs == []


async def test_the_repository_may_switch_its_check_run_off(world: World) -> None:
    repository, installation = await covered(world, FILES | {".github/radar.yml": "publish:\n  check_run: false\n"})
    await reported(world, repository, installation)
    assert await published(world, repository, installation) == "switched off in radar.yml"
    assert repository.check_runs == []


async def test_an_app_that_may_not_write_checks_does_not_try(world: World) -> None:
    repository, installation = await covered(world)
    await reported(world, repository, installation)
    (theirs,) = world.hub.world.installations.values()
    theirs.permissions["checks"] = "read"
    assert world.bot.app is not None
    async with world.bot.database.write() as session:
        await installations.upsert(session, await world.bot.app.installation(installation.id), now=world.now)
    assert await published(world, repository, installation) == "the App may not write check runs"
    assert repository.check_runs == []


async def test_two_runs_at_once_make_one_comment(world: World) -> None:
    """The run that answers and the run that did the work may end at the same time."""
    repository, issue, comment, (command_id,) = await commanded(world, "refresh")
    world.hub.service.latency_s = 0.05
    ended = await asyncio.gather(
        refresh_reply(world.deps, repository.id, comment.id, "run-1"),
        reply_to_command(world.deps, command_id, "run-2"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in ended) == ["TurnTaken", "dict"]
    await refresh_reply(world.deps, repository.id, comment.id, "run-2")  # whose turn it was not comes again
    assert len(ours(issue, comment)) == 1
    assert [one.content for one in comment.reactions] == ["rocket"]


async def test_a_check_that_there_is_not_is_no_success(world: World) -> None:
    repository, issue, comment, (command_id,) = await commanded(world, "explain")
    async with world.bot.database.read() as session:
        (installation,) = await installations.list_all(session)
    await reported(world, repository, InstallationRef(id=installation.id, account_id=0, account_login="acme"))
    await reply_to_command(world.deps, command_id, "run-1")
    assert "There is no check" in ours(issue, comment)[0].body
    assert [one.content for one in comment.reactions] == ["confused"]


async def test_a_repository_may_switch_replies_off(world: World) -> None:
    """Commands are carried out all the same, and reactions tell how it went."""
    repository, issue, comment, (command_id,) = await commanded(world, "refresh")
    world.hub.push(repository, {".github/radar.yml": "publish:\n  comments: false\n"}, announce=False)
    async with world.bot.database.read() as session:
        (installation,) = await installations.list_all(session)
    await reported(world, repository, InstallationRef(id=installation.id, account_id=0, account_login="acme"))
    assert await reply_to_command(world.deps, command_id, "run-1") == {
        "outcome": "replies are switched off in radar.yml"
    }
    assert ours(issue, comment) == []
    assert [one.content for one in comment.reactions] == ["rocket"]


async def test_a_comment_that_was_deleted_meanwhile_is_no_failure(world: World) -> None:
    _, issue, comment, (command_id,) = await commanded(world, "refresh")
    world.hub.delete_comment(comment)
    assert (await reply_to_command(world.deps, command_id, "run-1"))["outcome"] == "replied"
    assert len(ours(issue, comment)) == 1
