"""The small aggregates: facts, commands, runs, tokens, budgets and marks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.model.errors import UserError
from bot.model.records import CommandRecord, CommandState, Run, RunState
from bot.model.repository import RateBudget
from bot.model.snapshot import LanguageBytes, RepositoryFacts
from bot.storage import budgets, commands, facts, installations, marks, repositories, runs, tokens
from bot.storage.database import Database, Session
from bot.storage.tables import ApiTokenRow
from tests.storage.samples import NOW, installation, later, repository

pytestmark = pytest.mark.anyio


async def seed(session: Session) -> None:
    await installations.upsert(session, installation(), now=NOW)
    await repositories.upsert_many(session, 7, [repository(), repository(43, "world")], now=NOW)


class TestFacts:
    async def test_they_come_back_as_they_were_while_they_are_fresh(self, database: Database) -> None:
        whole = RepositoryFacts(
            id=42,
            owner="octo",
            name="hello",
            head_sha="a" * 40,
            languages=(LanguageBytes(name="Python", size_bytes=5),),
            fetched_at=NOW,
        )
        unknown = RepositoryFacts(id=99, owner="octo", name="gone")
        async with database.write() as session:
            await seed(session)
            await facts.put_many(session, [whole, unknown], api_requests=0.02, now=NOW)
            await facts.put_many(session, [], api_requests=0, now=NOW)
            found = await facts.get(session, 42, not_before=NOW, head_sha="a" * 40)
            assert found is not None
            assert (found.facts, found.api_requests, found.fetched_at) == (whole, 0.02, NOW)
            assert await facts.get(session, 42, not_before=later(1)) is None
            assert await facts.get(session, 42, not_before=NOW, head_sha="b" * 40) is None
            assert await facts.get(session, 99, not_before=NOW) is None
            await facts.put_many(session, [whole], api_requests=1, now=later(5))
            newer = await facts.get(session, 42, not_before=later(5))
            assert newer is not None
            assert newer.api_requests == 1
            assert await facts.prune(session, older_than=later(6)) == 1


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

    async def test_commands_of_a_comment_and_the_reply_on_an_issue(self, database: Database) -> None:
        async with database.write() as session:
            assert await commands.reply_on_issue(session, 42, 3) is None
            for number, id_ in enumerate(("a", "b")):
                await commands.claim(session, command(id_), now=later(number))
                await commands.settle(session, id_, CommandState.WORKING, reply_comment_id=number, now=later(number))
            await commands.claim(session, command("c", comment_id=100), now=NOW)
            assert [one.id for one in await commands.of_comment(session, 42, 99)] == ["a", "b"]
            assert await commands.reply_on_issue(session, 42, 3) == 1


def run(id_: str = "r", attempt: int = 0) -> Run:
    return Run(id=id_, function_id="refresh", started_at=NOW, event_id="e", repository_id=42, attempt=attempt)


class TestRuns:
    async def test_a_retry_is_the_same_run(self, database: Database) -> None:
        async with database.write() as session:
            await runs.start(session, run())
            await runs.start(session, run(attempt=2))
            found = await runs.get(session, "r")
            assert found is not None
            assert (found.attempt, found.state, found.started_at) == (2, RunState.RUNNING, NOW)
            assert await runs.finish(session, "r", RunState.COMPLETED, now=later(1))
            await runs.start(session, run(attempt=3))
            found = await runs.get(session, "r")
            assert found is not None
            assert (found.attempt, found.state, found.finished_at) == (2, RunState.COMPLETED, later(1))
            assert not await runs.finish(session, "z", RunState.FAILED, now=NOW)

    async def test_lists_counts_and_pruning(self, database: Database) -> None:
        async with database.write() as session:
            for id_ in ("a", "b", "c"):
                await runs.start(session, run(id_))
            await runs.finish(session, "b", RunState.FAILED, reason="away", now=NOW)
            assert [one.id for one in await runs.of_event(session, "e")] == ["a", "b", "c"]
            assert [one.id for one in await runs.list_lost(session, started_before=later(1), limit=9)] == ["a", "c"]
            assert await runs.list_lost(session, started_before=NOW, limit=9) == []
            assert await runs.counts(session) == {("refresh", RunState.RUNNING): 2, ("refresh", RunState.FAILED): 1}
            assert await runs.prune(session, older_than=later(1)) == 1


class TestTokens:
    async def test_the_secret_is_shown_once_and_never_kept(self, database: Database) -> None:
        async with database.write() as session:
            made, plain = await tokens.create(
                session, name="ci", scope="read", installation_id=7, created_by="octocat", now=NOW
            )
            kept = (await session.scalars(select(ApiTokenRow))).one()
            assert plain not in str(vars(kept))
            assert await tokens.find(session, plain) == made
            assert await tokens.find(session, plain + "x") is None
            assert await tokens.find(session, kept.digest) is None

    async def test_use_is_noted_to_the_minute_and_revoking_ends_it(self, database: Database) -> None:
        async with database.write() as session:
            made, plain = await tokens.create(
                session, name="ci", scope="write", installation_id=None, created_by="", now=NOW
            )
            assert await tokens.mark_used(session, made, now=later(1))
            used = await tokens.find(session, plain)
            assert used is not None
            assert not await tokens.mark_used(session, used, now=later(30))
            assert await tokens.mark_used(session, used, now=later(90))
            assert await tokens.revoke(session, made.id, now=later(99))
            assert not await tokens.revoke(session, made.id, now=later(99))
            assert await tokens.find(session, plain) is None
            assert [one.revoked_at for one in await tokens.list_all(session)] == [later(99)]
            assert await tokens.list_all(session, installation_id=7) == []

    async def test_an_unknown_scope_is_the_users_mistake(self, database: Database) -> None:
        async with database.write() as session:
            with pytest.raises(UserError, match="read or write"):
                await tokens.create(session, name="x", scope="admin", installation_id=None, created_by="", now=NOW)


def budget(remaining: int, installation_id: int | None = 7) -> RateBudget:
    return RateBudget(
        installation_id=installation_id,
        resource="core",
        limit=5000,
        remaining=remaining,
        resets_at=NOW + timedelta(hours=1),
    )


async def test_the_newest_budget_stays(database: Database) -> None:
    async with database.write() as session:
        await budgets.note(session, budget(4000), now=later(5))
        await budgets.note(session, budget(4900), now=later(1))
        await budgets.note(session, budget(10, None), now=later(1))
        assert await budgets.get(session, 7, "core") == budget(4000)
        await budgets.note(session, budget(3999), now=later(6))
        assert await budgets.list_all(session) == [budget(3999)]


async def test_a_mark_is_what_was_put_last(database: Database) -> None:
    async with database.write() as session:
        assert await marks.get(session, "cursor") is None
        await marks.put(session, "cursor", "1", now=NOW)
        await marks.put(session, "cursor", "2", now=later(1))
        found = await marks.get(session, "cursor")
        assert found is not None
        assert (found.value, found.updated_at) == ("2", later(1))
