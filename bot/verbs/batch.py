"""`batch`: analyses every repository of an owner with a progress bar, and goes on where an earlier one ended."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bot.config import Settings
from bot.events.catalog import batch_requested
from bot.logs import one_line
from bot.model.batch import Batch, BatchStatus, ItemState
from bot.model.errors import UserError
from bot.model.event import Trigger
from bot.model.installation import TOKEN_INSTALLATION_ID, Installation
from bot.parts import Bot
from bot.storage import batches, installations, outbox
from bot.storage.database import Database

LOOK_EVERY_S = 0.5


async def run_batch(settings: Settings, owner: str | None, *, forks: str, force: bool, console: Console) -> int:
    """Run batches until they end; 0 when every repository has its report, 1 when some failed."""
    if settings.uses_inngest_server:
        raise UserError(
            "With an Inngest server the running bot does the work.",
            next_step="Ask it with POST /api/batch/generate-remaining.",
        )
    if owner and settings.github_token is not None and not settings.has_app:
        settings = settings.model_copy(update={"github_owner": owner})
    if not settings.has_app and not settings.has_token:
        raise UserError(
            "There is nobody to ask GitHub as.",
            next_step="Set GITHUB_TOKEN and GITHUB_OWNER (a personal token analyses one owner), or the App's settings.",
        )
    bot = Bot(settings.with_generated_secrets())
    async with bot.running(chores=False):
        chosen = await _installations(bot, owner)
        batch_ids = [await _ask(bot, one, forks=forks, force=force) for one in chosen]
        try:
            ended = await _watch(bot, batch_ids, console)
        except asyncio.CancelledError:
            console.print("Stopped. The same command goes on where this one ended.")
            raise
        return await conclude(bot.database, ended, console)


async def _installations(bot: Bot, owner: str | None) -> list[Installation]:
    if bot.app is None:
        async with bot.database.read() as session:
            return [one for one in await installations.list_all(session) if one.id == TOKEN_INSTALLATION_ID]
    asked_at = datetime.now(UTC)
    async for page in bot.app.list_installations():
        async with bot.database.write() as session:
            for ref in page:
                await installations.upsert(session, ref, now=asked_at)
    async with bot.database.read() as session:
        stored = await installations.list_all(session)
    chosen = [one for one in stored if owner is None or one.account_login.lower() == owner.lower()]
    if not chosen:
        known = ", ".join(one.account_login for one in stored) or "none yet"
        raise UserError(f"The App is not installed on {owner or 'any account'}.", next_step=f"Installed on: {known}.")
    return chosen


async def _ask(bot: Bot, installation: Installation, *, forks: str, force: bool) -> str:
    batch_id, now = f"cli-{uuid.uuid4().hex}", datetime.now(UTC)
    event = batch_requested(
        batch_id=batch_id,
        installation_id=installation.id,
        trigger=Trigger.BATCH,
        owner=installation.account_login,
        forks=forks,
        force=force,
    )
    async with bot.database.write() as session:
        await batches.create(
            session,
            batch_id,
            installation_id=installation.id,
            owner=installation.account_login,
            trigger=Trigger.BATCH.value,
            forks=forks,
            force=force,
            now=now,
        )
        await outbox.add(session, [event], now=now)
    bot.wake()
    return batch_id


async def _watch(bot: Bot, batch_ids: list[str], console: Console) -> list[Batch]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bars = {batch_id: progress.add_task("listing", total=None, note="") for batch_id in batch_ids}
        while True:
            async with bot.database.read() as session:
                found = [one for one in [await batches.get(session, batch_id) for batch_id in batch_ids] if one]
            for one in found:
                note = f"{one.failed} failed" if one.failed else ""
                progress.update(
                    bars[one.id],
                    description=one.owner,
                    total=one.total if one.listed else None,
                    completed=one.done + one.failed + one.skipped,
                    note=note,
                )
            if len(found) == len(batch_ids) and all(one.status is not BatchStatus.RUNNING for one in found):
                return found
            await asyncio.sleep(LOOK_EVERY_S)


async def conclude(database: Database, ended: list[Batch], console: Console) -> int:
    """Print what became of each batch and why repositories failed; the exit code."""
    for one in ended:
        console.print(
            f"{one.owner}: {one.done} analysed, {one.skipped} were current or excluded, {one.failed} failed"
            f" ({one.api_requests:.0f} API requests).",
            highlight=False,
        )
        if one.status is BatchStatus.FAILED:
            console.print(Text(f"  The batch itself failed: {one_line(one.error)}"))
        async with database.read() as session:
            failed = await batches.items(session, one.id, state=ItemState.FAILED, limit=50)
        if failed:
            table = Table("repository", "why it failed", box=None, pad_edge=False)
            for item in failed:
                table.add_row(item.full_name, Text(one_line(item.reason)))
            console.print(table)
    is_whole = all(one.status is BatchStatus.COMPLETED and not one.failed for one in ended)
    return 0 if is_whole else 1
