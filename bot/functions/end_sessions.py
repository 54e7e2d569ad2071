"""end-sessions: a person took back the sign-in with GitHub; every session of theirs ends."""

from __future__ import annotations

from functools import partial
from typing import Any

import inngest
from msgspec import Struct

from bot.events.catalog import AUTHORIZATION_REVOKED
from bot.functions.deps import Deps
from bot.functions.edge import read_data, step
from bot.storage import sessions


class Revocation(Struct, frozen=True, kw_only=True):
    """Data of `user/authorization.revoked`."""

    user_id: int


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""

    @client.create_function(
        fn_id="end-sessions",
        name="End a person's sessions",
        trigger=inngest.TriggerEvent(event=AUTHORIZATION_REVOKED),
        retries=6,
    )
    async def end(ctx: inngest.Context) -> dict[str, Any]:
        revocation = read_data(ctx.event, Revocation)
        await ctx.step.run("sign-out", step(deps, partial(sign_out, deps, revocation.user_id)))
        return {"outcome": "signed out"}

    return end


async def sign_out(deps: Deps, user_id: int) -> None:
    """Forget the person's sessions and what they could see."""
    async with deps.database.write() as session:
        await sessions.remove_user(session, user_id)
