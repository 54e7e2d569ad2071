"""Sends a stored delivery once more, for the command line and the deliveries page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.model.delivery import Delivery
from bot.model.errors import UserError
from bot.storage import inbox
from bot.storage.database import Database


async def replay(database: Database, guid: str, *, now: datetime, wake: Callable[[], None] = lambda: None) -> Delivery:
    """Have the relay handle the delivery again, its events as news; the delivery as it stands then.

    A process without a relay leaves `wake` out: the running bot finds it within seconds. Raises UserError when no
    such delivery is held, or its content is not any more.
    """
    async with database.write() as session:
        held = await inbox.get(session, guid.strip())
        if held is not None and await inbox.body(session, held.guid) is None:
            raise UserError(
                f"The content of delivery {held.guid} has been erased, by age, size or with its account.",
                next_step="Refresh its repository instead; the daily comparison finds whatever else it told.",
            )
        delivery = await inbox.reopen(session, guid.strip(), now=now)
        if delivery is None:
            recent = await inbox.newest(session, 3)
    if delivery is None:
        known = ", ".join(f"{one.guid} ({one.event})" for one in recent)
        hint = f"The newest ones: {known}." if known else "The inbox is empty."
        raise UserError(f"No delivery {guid} is held.", next_step=hint)
    wake()
    return delivery
