"""One run at a time on one thing on GitHub, whichever functions, workers or processes want it.

Inngest's concurrency keys hold within a function and for a whole call of it; this holds across functions, for the
moment in which something is read and written.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.functions.deps import Deps
from bot.model.errors import WorldError
from bot.storage import marks

HELD_AT_MOST = timedelta(minutes=2)
"""What a process that died had is free after this, and at once for its own run."""
LOOK_AGAIN_S = 2.0


class TurnTaken(WorldError):
    """Another run is at it just now."""


@asynccontextmanager
async def turn(deps: Deps, what: str, run_id: str) -> AsyncIterator[None]:
    """`what` is this run's alone inside the block; the run itself may come again. Raises TurnTaken."""
    name = f"turn:{what}"
    async with deps.database.write(durable=False) as session:
        is_ours = await marks.claim(session, name, run_id, now=deps.clock(), lease=HELD_AT_MOST)
    if not is_ours:
        raise TurnTaken(f"Another run is at {what} just now.", retry_after_s=LOOK_AGAIN_S)
    try:
        yield
    finally:
        async with deps.database.write(durable=False) as session:
            await marks.release(session, name, run_id)
