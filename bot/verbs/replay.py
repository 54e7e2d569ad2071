"""`replay`: has one stored delivery handled again, or lists the newest to choose from."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.config import Settings
from bot.intake.replay import replay
from bot.logs import one_line
from bot.storage import inbox
from bot.storage.database import Database

SHOWN = 20


async def replay_delivery(settings: Settings, guid: str) -> None:
    """Reopen the delivery; the running server finds it within seconds. Raises UserError when it is not held."""
    database = Database(settings.database_url.get_secret_value())
    try:
        await database.migrate()
        await replay(database, guid, now=datetime.now(UTC))
    finally:
        await database.close()


async def list_deliveries(settings: Settings, console: Console) -> None:
    """The newest deliveries with their GUIDs, to replay one."""
    database = Database(settings.database_url.get_secret_value())
    try:
        await database.migrate()
        async with database.read() as session:
            deliveries = await inbox.newest(session, SHOWN)
    finally:
        await database.close()
    if not deliveries:
        console.print("The inbox is empty: no webhook has come in yet. `python -m bot doctor` checks the way to it.")
        return
    table = Table("GUID", "event", "repository", "received", "state", "reason", box=None, pad_edge=False)
    for one in deliveries:
        event = f"{one.event}.{one.action}" if one.action else one.event
        received = f"{one.received_at:%Y-%m-%d %H:%M:%S}"
        cells = (one.guid, event, one.repository_full_name, received, one.state.value, one.reason)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    console.print(table)
    console.print("Replay one with: python -m bot replay GUID")
