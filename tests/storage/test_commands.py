"""Commands of comments: each is answered by one run."""

from __future__ import annotations

import pytest

from bot.model.records import CommandRecord, CommandState
from bot.storage import commands
from bot.storage.database import Database
from tests.storage.samples import NOW, later

pytestmark = pytest.mark.anyio


def command(id_: str = "42:99:report", run_id: str = "r1", comment_id: int = 99) -> CommandRecord:
    return CommandRecord(
        id=id_,
        repository_id=42,
        issue_number=3,
        comment_id=comment_id,
        command="report",
        author="octocat",
        argument="x" * 300,
        run_id=run_id,
    )


class TestCommands:
    async def test_one_run_answers_and_its_retry_may_go_on(self, database: Database) -> None:
        async with database.write() as session:
            assert await commands.claim(session, command(), now=NOW) is True
            assert await commands.claim(session, command(), now=later(1)) is True
            assert await commands.claim(session, command(run_id="r2"), now=later(1)) is False
            assert await commands.settle(session, "42:99:report", CommandState.WORKING, now=later(2))
            assert await commands.claim(session, command(), now=later(1)) is True

    async def test_an_answered_command_is_answered(self, database: Database) -> None:
        async with database.write() as session:
            await commands.claim(session, command(), now=NOW)
            assert await commands.settle(
                session, "42:99:report", CommandState.REFUSED, reason="no", reply_comment_id=5, now=NOW
            )
            assert not await commands.settle(session, "42:99:report", CommandState.DONE, now=NOW)
            assert await commands.claim(session, command(), now=NOW) is False
            found = await commands.get(session, "42:99:report")
            assert found is not None
            assert (found.state, found.reason, found.reply_comment_id, len(found.argument)) == (
                CommandState.REFUSED,
                "no",
                5,
                255,
            )

    async def test_the_commands_of_a_comment(self, database: Database) -> None:
        async with database.write() as session:
            for number, id_ in enumerate(("a", "b")):
                await commands.claim(session, command(id_), now=later(number))
                await commands.settle(session, id_, CommandState.WORKING, reply_comment_id=number, now=later(number))
            await commands.claim(session, command("c", comment_id=100), now=NOW)
            assert [one.id for one in await commands.of_comment(session, 42, 99)] == ["a", "b"]
