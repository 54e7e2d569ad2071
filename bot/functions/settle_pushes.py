"""settle-pushes: waits until a repository's pushes have settled, then asks for one refresh of the newest SHA.

Debounce is set per function in Inngest, so pushes have this one of their own.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import inngest
from msgspec import Struct

from bot.events.catalog import PUSH_RECEIVED, refresh_requested
from bot.functions.deps import Deps
from bot.functions.edge import read_data, step, to_inngest
from bot.model.event import Trigger
from bot.storage import refreshes


class Push(Struct, frozen=True, kw_only=True):
    """Data of `repo/push.received`."""

    installation_id: int
    repository_id: int
    head_sha: str
    delivery: str = ""


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""
    settings = deps.settings

    @client.create_function(
        fn_id="settle-pushes",
        name="Settle pushes",
        trigger=inngest.TriggerEvent(event=PUSH_RECEIVED),
        debounce=inngest.Debounce(
            key="event.data.repository_id",
            period=timedelta(seconds=max(settings.radar_push_settle_s, 1.0)),
            timeout=timedelta(seconds=max(settings.radar_push_settle_max_s, 1.0)),
        ),
        retries=4,
    )
    async def settle(ctx: inngest.Context) -> dict[str, Any]:
        push = read_data(ctx.event, Push)
        await ctx.step.run("mark-queued", step(deps, partial(mark_queued, deps, push)))
        await ctx.step.send_event(
            "ask-for-refresh",
            to_inngest(
                refresh_requested(
                    installation_id=push.installation_id,
                    repository_id=push.repository_id,
                    head_sha=push.head_sha,
                    trigger=Trigger.PUSH,
                    delivery=push.delivery,
                    occurrence=ctx.run_id,
                )
            ),
        )
        return {"outcome": "asked", "head_sha": push.head_sha}

    return settle


async def mark_queued(deps: Deps, push: Push) -> None:
    """Show that the push has been seen."""
    async with deps.database.write() as session:
        await refreshes.queue(session, [push.repository_id], trigger="push", now=deps.clock())
