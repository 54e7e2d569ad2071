"""Commands of comments: each is answered by one run, and a retry of that run may go on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.records import CommandRecord, CommandState
from bot.storage.changed import changed
from bot.storage.tables import CommandRow
from bot.storage.upsert import insert

SETTLED = (CommandState.DONE, CommandState.REFUSED, CommandState.FAILED)


async def claim(session: AsyncSession, command: CommandRecord, *, now: datetime) -> bool:
    """Whether `command.run_id` is the run that answers this command. Repeating gives the same answer.

    False also when it has been answered: the same comment, delivered or edited again, asks for nothing new.
    """
    values = {
        "id": command.id,
        "repository_id": command.repository_id,
        "issue_number": command.issue_number,
        "comment_id": command.comment_id,
        "command": command.command,
        "argument": command.argument[:255],
        "author": command.author,
        "run_id": command.run_id,
        "created_at": now,
        "updated_at": now,
    }
    statement = insert(session, CommandRow).values(values).on_conflict_do_nothing(index_elements=["id"])
    await session.execute(statement)
    row = await session.get(CommandRow, command.id, populate_existing=True)
    return row is not None and row.run_id == command.run_id and row.state not in SETTLED


async def settle(
    session: AsyncSession,
    command_id: str,
    state: CommandState,
    *,
    reason: str = "",
    reply_comment_id: int | None = None,
    now: datetime,
) -> bool:
    """How the answer stands now; a settled one stays as it is (False)."""
    values: dict[str, Any] = {"state": state, "reason": reason, "updated_at": now}
    if reply_comment_id is not None:
        values["reply_comment_id"] = reply_comment_id
    statement = update(CommandRow).where(CommandRow.id == command_id, CommandRow.state.not_in(SETTLED)).values(**values)
    return await changed(session, statement) == 1


async def set_reply(
    session: AsyncSession, repository_id: int, comment_id: int, reply_comment_id: int, *, now: datetime
) -> None:
    """The comment of ours that answers all commands of `comment_id`."""
    await session.execute(
        update(CommandRow)
        .where(CommandRow.repository_id == repository_id, CommandRow.comment_id == comment_id)
        .values(reply_comment_id=reply_comment_id, updated_at=now)
    )


async def get(session: AsyncSession, command_id: str) -> CommandRecord | None:
    """One command."""
    row = await session.get(CommandRow, command_id, populate_existing=True)
    return None if row is None else _command(row)


async def of_comment(session: AsyncSession, repository_id: int, comment_id: int) -> list[CommandRecord]:
    """The commands of a comment, oldest first."""
    statement = (
        select(CommandRow)
        .where(CommandRow.repository_id == repository_id, CommandRow.comment_id == comment_id)
        .order_by(CommandRow.created_at, CommandRow.id)
        .execution_options(populate_existing=True)
    )
    return [_command(row) for row in await session.scalars(statement)]


def _command(row: CommandRow) -> CommandRecord:
    values: dict[str, Any] = {
        name: getattr(row, name) for name in CommandRecord.__dataclass_fields__ if name != "state"
    }
    return CommandRecord(**values, state=CommandState(row.state))
