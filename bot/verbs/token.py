"""`token`: makes, lists and revokes the API's bearer tokens; a secret is shown once and only its hash is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.config import Settings
from bot.model.errors import UserError
from bot.storage import installations, tokens
from bot.storage.database import Database


async def create_token(settings: Settings, name: str, *, scope: str, account: str, console: Console) -> None:
    """Make one and show its secret. `account` "" sees every installation. Raises UserError for an unknown account."""
    now = datetime.now(UTC)
    async with _database(settings) as database, database.write() as session:
        installation = await installations.find(session, account) if account else None
        if account and installation is None:
            known = ", ".join(one.account_login for one in await installations.list_all(session)) or "none yet"
            raise UserError(f"The App is not installed on {account}.", next_step=f"Installed on: {known}.")
        _, plain = await tokens.create(
            session,
            name=name,
            scope=scope,
            installation_id=installation.id if installation else None,
            created_by="command line",
            now=now,
        )
    console.print(Text(plain), soft_wrap=True)
    console.print(
        Text("Keep it now: it is shown this once. Use it as: Authorization: Bearer …", style="dim"), soft_wrap=True
    )


async def list_tokens(settings: Settings, console: Console) -> None:
    """All tokens without their secrets."""
    async with _database(settings) as database, database.read() as session:
        found = await tokens.list_all(session)
        accounts = {one.id: one.account_login for one in await installations.list_all(session, with_deleted=True)}
    if not found:
        console.print("There are no tokens. Make one with: python -m bot token create NAME")
        return
    table = Table("id", "name", "scope", "sees", "made", "last used", "", box=None, pad_edge=False)
    for one in found:
        sees = "everything" if one.installation_id is None else accounts.get(one.installation_id, "an account gone")
        used = f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never"
        state = "revoked" if one.revoked_at else ""
        table.add_row(
            str(one.id), Text(one.name), one.scope, Text(sees), f"{one.created_at:%Y-%m-%d}", used, Text(state, "red")
        )
    console.print(table)


async def revoke_token(settings: Settings, token_id: int) -> None:
    """End one at once. Raises UserError when there is no such token in use."""
    async with _database(settings) as database, database.write() as session:
        is_done = await tokens.revoke(session, token_id, now=datetime.now(UTC))
    if not is_done:
        raise UserError(f"No token {token_id} is in use.", next_step="See them with: python -m bot token list")


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url.get_secret_value())
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()
