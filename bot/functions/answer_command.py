"""answer-command: reads a comment as it stands, and answers each new `/radar` command in it once.

One reply for one asking comment, rendered whole from the database and edited in place whenever something moves
(publishing.py): queued, working, done. 👀 comes at once, 🚀 or 😕 at the end.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import inngest

from bot.commands.parser import Command, Verb
from bot.commands.permissions import needed_for
from bot.events.catalog import COMMAND_RECEIVED, batch_requested, refresh_requested
from bot.functions.deps import Deps
from bot.functions.edge import CommandRequest, failure_reason, original_event, paced, read_data, step
from bot.functions.learning import known_repository
from bot.functions.publishing import identified, refresh_reply
from bot.github.comments import EYES
from bot.model.event import OutgoingEvent, Trigger
from bot.model.records import CommandRecord, CommandState
from bot.model.repository import Permission, Repository
from bot.storage import batches, commands, outbox, refreshes
from bot.storage.database import Session


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""

    async def failed(ctx: inngest.Context) -> None:
        request = read_data(original_event(ctx.event), CommandRequest)
        reason = failure_reason(ctx.event)
        await paced(ctx, deps, "record-failure", partial(record_failure, deps, request, ctx.run_id, reason))

    @client.create_function(
        fn_id="answer-command",
        name="Answer a command",
        trigger=inngest.TriggerEvent(event=COMMAND_RECEIVED),
        retries=6,
        concurrency=[inngest.Concurrency(limit=1, key="string(event.data.comment_id)")],
        on_failure=failed,
    )
    async def answer(ctx: inngest.Context) -> dict[str, Any]:
        request = read_data(ctx.event, CommandRequest)
        answering = Answering(deps, request, ctx.run_id)
        asked = await ctx.step.run("read", step(deps, answering.read))
        if asked is None:
            return {"outcome": "nothing was asked"}
        if asked:
            await paced(ctx, deps, "acknowledge", answering.acknowledge)
            await ctx.step.run("carry-out", step(deps, partial(answering.carry_out, asked)))
        reply = partial(refresh_reply, deps, request.repository_id, request.comment_id, ctx.run_id)
        replied = await paced(ctx, deps, "reply", reply)
        outcome = "answered" if replied["outcome"] == "replied" else replied["outcome"]
        return {"outcome": outcome if asked else "nothing new was asked", "commands": len(asked)}

    return answer


class Answering:
    """The work for one comment; every method may be called again."""

    def __init__(self, deps: Deps, request: CommandRequest, run_id: str) -> None:
        self._deps = deps
        self._request = request
        self._run_id = run_id
        self._github = deps.clients.for_installation(request.installation_id)

    async def read(self) -> list[str] | None:
        """The ids of the commands that are ours to answer now, each kept once however often it is asked for.

        None where the comment holds no command; none are new where an edit took one away or moved it.
        """
        repository = await self._repository()
        comment = await self._github.comments.get(repository.owner, repository.name, self._request.comment_id)
        if comment is None or comment.author_is_bot:
            return None
        asked = identified(comment.id, comment.body)
        if not asked:
            return None
        allowed = await self._github.comments.permission(repository.owner, repository.name, comment.author)
        ours: list[str] = []
        async with self._deps.database.write() as session:
            for record in self._records(asked, comment.author):
                await commands.claim(session, record, now=self._deps.clock())
                kept = await commands.get(session, record.id)
                if kept is None or kept.run_id != self._run_id:
                    continue  # answered before: the comment was edited or its delivery sent again
                ours.append(record.id)
                needed = self._needed(Verb(record.command), repository)
                if allowed < needed:
                    reason = refusal(needed, allowed)
                    await commands.settle(
                        session, record.id, CommandState.REFUSED, reason=reason, now=self._deps.clock()
                    )
        return ours

    async def acknowledge(self) -> None:
        """👀: seen."""
        repository = await self._repository()
        await self._github.comments.react(repository.owner, repository.name, self._request.comment_id, EYES)

    async def carry_out(self, ids: list[str]) -> None:
        """Queue what takes time; everything else is answered by the reply itself."""
        for command_id in ids:
            async with self._deps.database.write() as session:
                record = await commands.get(session, command_id)
                if record is None or record.state is not CommandState.QUEUED:
                    continue
                verb = Verb(record.command)
                if verb is Verb.REFRESH:
                    await self._queue_refresh(session, record)
                elif verb is Verb.BATCH:
                    await self._queue_batch(session, record)
                else:
                    await commands.settle(session, record.id, CommandState.DONE, now=self._deps.clock())
        self._deps.wake_relay()

    async def _queue_refresh(self, session: Session, record: CommandRecord) -> None:
        event = refresh_requested(
            installation_id=self._request.installation_id,
            repository_id=record.repository_id,
            trigger=Trigger.COMMAND,
            force=True,
            command_id=record.id,
            delivery=self._request.delivery,
            occurrence=record.id,
        )
        await self._queue(session, record, event)
        await refreshes.queue(session, [record.repository_id], trigger="command", now=self._deps.clock())

    async def _queue_batch(self, session: Session, record: CommandRecord) -> None:
        batch_id = f"command-{record.id}".replace(":", "-")
        event = batch_requested(
            batch_id=batch_id,
            installation_id=self._request.installation_id,
            trigger=Trigger.COMMAND,
            command_id=record.id,
            delivery=self._request.delivery,
        )
        await batches.create(
            session,
            batch_id,
            installation_id=self._request.installation_id,
            trigger=Trigger.COMMAND.value,
            now=self._deps.clock(),
        )
        await self._queue(session, record, event)

    async def _queue(self, session: Session, record: CommandRecord, event: OutgoingEvent) -> None:
        await outbox.add(session, [event], now=self._deps.clock())
        await commands.settle(session, record.id, CommandState.WORKING, now=self._deps.clock())

    async def _repository(self) -> Repository:
        return await known_repository(self._deps, self._request.installation_id, self._request.repository_id)

    def _needed(self, verb: Verb, repository: Repository) -> Permission:
        is_open = self._deps.settings.radar_public_commands
        return needed_for(verb, is_private=repository.is_private, is_open_to_public=is_open)

    def _records(self, asked: list[tuple[str, Command]], author: str) -> list[CommandRecord]:
        return [
            CommandRecord(
                id=command_id,
                repository_id=self._request.repository_id,
                issue_number=self._request.issue_number,
                comment_id=self._request.comment_id,
                command=command.verb.value,
                argument=command.typed[:255] if command.verb is Verb.UNKNOWN else command.argument,
                author=author,
                run_id=self._run_id,
            )
            for command_id, command in asked
        ]


def refusal(needed: Permission, allowed: Permission) -> str:
    """Why somebody may not, and what to do, for the reply."""
    who = "an administrator" if needed is Permission.ADMIN else "a maintainer"
    return f"it needs {needed.name.lower()} access here and you have {allowed.name.lower()}. Ask {who} to run it."


async def record_failure(deps: Deps, request: CommandRequest, run_id: str, reason: str) -> None:
    """Say in the reply why the commands could not be carried out, as far as GitHub still lets us."""
    async with deps.database.write() as session:
        for record in await commands.of_comment(session, request.repository_id, request.comment_id):
            if record.state in {CommandState.QUEUED, CommandState.WORKING}:
                await commands.settle(session, record.id, CommandState.FAILED, reason=reason, now=deps.clock())
    await refresh_reply(deps, request.repository_id, request.comment_id, run_id)
