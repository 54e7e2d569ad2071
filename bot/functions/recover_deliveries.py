"""recover-deliveries: finds the webhooks that never arrived, and has GitHub send them again.

GitHub does not retry a failed delivery by itself and remembers each for three days
(https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries). Every few minutes, and at
start, its list is read from the newest back to where the last run ended; a GUID that the inbox does not hold is asked
for. A redelivery comes in like any other, under the same GUID.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import inngest
import structlog

from bot.functions.deps import Deps
from bot.functions.edge import step
from bot.model.errors import FinalError
from bot.model.repository import HookDelivery
from bot.storage import inbox, marks
from bot.storage.database import Session

log = structlog.get_logger("bot.functions.recover")

MEMORY = timedelta(days=3)
OVERLAP = timedelta(minutes=15)
"""GitHub lists a delivery only after it has tried it; look back a little behind the mark."""
GRACE = timedelta(seconds=30)
"""One this young that we answered well may be on its way into the inbox; one that failed is asked for at once."""
ATTEMPTS = 5
"""After so many tries of one delivery something else is wrong (the secret, the address): `doctor` tells."""
AT_ONCE = 200
"""Redeliveries asked for in one run."""
PACE_PER_STEP = 60
"""A minute: requests that create content are limited to 80 a minute and 500 an hour (github/pace.py)."""
HOUR, AN_HOUR = timedelta(hours=1), 450
MARK = "recover-deliveries"
ASKED_MARK = "recover-deliveries:asked"
"""JSON: [[when, how many], …] of the last hour, so that a restart and a retried step count, too."""


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""

    @client.create_function(
        fn_id="recover-deliveries",
        name="Recover deliveries",
        trigger=[inngest.TriggerCron(cron="*/5 * * * *"), inngest.TriggerEvent(event="radar/recovery.requested")],
        singleton=inngest.Singleton(mode="skip"),
        retries=3,
    )
    async def recover(ctx: inngest.Context) -> dict[str, Any]:
        if deps.app is None:
            return {"outcome": "without an App there are no webhooks"}
        found = await ctx.step.run("find-missing", step(deps, partial(find_missing, deps)))
        asked = 0
        for number, start in enumerate(range(0, len(found["missing"]), PACE_PER_STEP)):
            if number:
                await ctx.step.sleep(f"pace-{number}", timedelta(minutes=1))
            part = found["missing"][start : start + PACE_PER_STEP]
            asked += await ctx.step.run(f"redeliver-{number}", step(deps, partial(redeliver, deps, part)))
        if found["until"] and asked == len(found["missing"]):
            await ctx.step.run("mark", step(deps, partial(keep_mark, deps, found["until"])))
        return {"outcome": "recovered", "asked": asked, "given_up": found["given_up"]}

    return recover


async def find_missing(deps: Deps) -> dict[str, Any]:
    """Delivery ids to ask for again (at most 200, oldest first), how far back is now settled, how many are hopeless.

    `until` is "" where the hour's redeliveries are used up: the next run goes on from the same mark.
    """
    assert deps.app is not None  # noqa: S101 - the caller asked
    now = deps.clock()
    async with deps.database.read() as session:
        mark = await marks.get(session, MARK)
        room = AN_HOUR - sum(count for _, count in await _asked(session, now))
    if room <= 0:
        return {"missing": [], "until": "", "given_up": 0}
    since = now - MEMORY
    if mark is not None:
        since = max(since, datetime.fromisoformat(mark.value) - OVERLAP)
    listed: list[HookDelivery] = []
    async for page in deps.app.hook_deliveries():
        listed += [one for one in page if one.delivered_at >= since]
        if not page or page[-1].delivered_at < since:
            break
    async with deps.database.read() as session:
        known = await inbox.known_guids(session, [one.guid for one in listed])
    missing, given_up = choose_missing(listed, known, now)
    # By GitHub's clock, which the deliveries tell: with ours ahead, a mark of ours would pass over what is to come.
    reached = max([one.delivered_at for one in listed], default=since + OVERLAP if mark is not None else since)
    until = min(now - GRACE, reached)
    if len(missing) > min(AT_ONCE, room):
        missing = missing[: min(AT_ONCE, room)]
        until = missing[-1].delivered_at
    if given_up:
        log.warning("deliveries given up", count=given_up, next_step="Run `python -m bot doctor`.")
    return {"missing": [one.id for one in missing], "until": until.isoformat(), "given_up": given_up}


def choose_missing(
    listed: Sequence[HookDelivery], known: frozenset[str], now: datetime
) -> tuple[list[HookDelivery], int]:
    """One attempt of each GUID that the inbox lacks, oldest first; and how many were tried too often already."""
    attempts: dict[str, list[HookDelivery]] = {}
    for one in listed:
        if one.guid not in known:
            attempts.setdefault(one.guid, []).append(one)
    missing = []
    given_up = 0
    for tries in attempts.values():
        newest = max(tries, key=lambda one: (one.delivered_at, one.id))
        if len(tries) >= ATTEMPTS:
            given_up += 1
        elif not 200 <= newest.status_code < 300 or newest.delivered_at <= now - GRACE:
            missing.append(newest)
    return sorted(missing, key=lambda one: (one.delivered_at, one.id)), given_up


async def redeliver(deps: Deps, delivery_ids: Sequence[int]) -> int:
    """Ask GitHub to send these again; how many were asked for or are beyond asking, fewer where the hour is used up."""
    assert deps.app is not None  # noqa: S101 - the caller asked
    allowed = await _reserve(deps, len(delivery_ids))
    for delivery_id in delivery_ids[:allowed]:
        try:
            await deps.app.redeliver(delivery_id)
        except FinalError as error:
            log.warning("redelivery refused", hook_delivery=delivery_id, error=str(error))
    return allowed


async def _reserve(deps: Deps, wanted: int) -> int:
    """How many of `wanted` the hour still has room for; they count from now on, whether or not asking succeeds."""
    now = deps.clock()
    async with deps.database.write() as session:
        asked = await _asked(session, now)
        allowed = max(0, min(wanted, AN_HOUR - sum(count for _, count in asked)))
        kept = [(when.isoformat(), count) for when, count in [*asked, (now, allowed)]]
        await marks.put(session, ASKED_MARK, json.dumps(kept), now=now)
    return allowed


async def _asked(session: Session, now: datetime) -> list[tuple[datetime, int]]:
    """What was asked for within the last hour."""
    mark = await marks.get(session, ASKED_MARK)
    kept = [(datetime.fromisoformat(when), int(count)) for when, count in json.loads(mark.value)] if mark else []
    return [(when, count) for when, count in kept if now - HOUR < when <= now]


async def keep_mark(deps: Deps, until: str) -> None:
    """Everything up to then is in the inbox or asked for."""
    async with deps.database.write() as session:
        await marks.put(session, MARK, until, now=deps.clock())
