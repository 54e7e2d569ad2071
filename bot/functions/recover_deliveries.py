"""recover-deliveries: finds the webhooks that never arrived, and has GitHub send them again.

GitHub does not retry a failed delivery by itself and remembers each for three days
(https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries). Every few minutes, and at
start, its list is read from the newest back to the mark: what is older is settled. A GUID that the inbox does not hold
is asked for, at once at first, then at ever longer intervals, since what keeps deliveries away may take hours to mend.
A redelivery comes in like any other, under the same GUID.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
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
ATTEMPTS = 8
"""After so many tries of one delivery, over a day, something is wrong (the secret, the address): `doctor` tells."""
AGAIN_AFTER, LONGER_BY = timedelta(minutes=1), 4
"""After a redelivery that failed; each further one waits so many times as long: 1, 4, 16, … minutes."""
LOOKS = 3
"""In one run, where another try is due before the next run."""
EVERY = timedelta(minutes=5)
AT_ONCE = 200
"""Redeliveries asked for in one run."""
RESERVED_AT_ONCE = 10
"""Redeliveries that count as asked for although we may die before."""
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
        asked, found = 0, dict[str, Any]()
        for look in range(LOOKS):
            found = await ctx.step.run(f"find-missing-{look}", step(deps, partial(find_missing, deps)))
            for number, start in enumerate(range(0, len(found["missing"]), PACE_PER_STEP)):
                if number:
                    await ctx.step.sleep(f"pace-{look}-{number}", timedelta(minutes=1))
                part = found["missing"][start : start + PACE_PER_STEP]
                asked += await ctx.step.run(f"redeliver-{look}-{number}", step(deps, partial(redeliver, deps, part)))
            await ctx.step.run(f"mark-{look}", step(deps, partial(keep_mark, deps, found["until"])))
            if found["next_s"] is None:
                break
            await ctx.step.sleep(f"until-due-{look}", timedelta(seconds=found["next_s"]))
        return {"outcome": "recovered", "asked": asked, "given_up": found["given_up"]}

    return recover


@dataclass(frozen=True, slots=True)
class Missing:
    """What the inbox lacks of a list of deliveries."""

    due: list[HookDelivery]
    """The newest attempt of each GUID to ask for now, those that were never asked for first."""
    next_at: datetime | None
    """When the next one is due."""
    since: datetime | None
    """The oldest attempt of those that are not given up."""
    given_up: int


async def find_missing(deps: Deps) -> dict[str, Any]:
    """Delivery ids to ask for again, how far back all is settled, how many are hopeless, and when to look again.

    At most 200, and what the hour has room for. `next_s` is None where the next run is soon enough.
    """
    assert deps.app is not None  # noqa: S101 - the caller asked
    now = deps.clock()
    async with deps.database.read() as session:
        mark = await marks.get(session, MARK)
        room = AN_HOUR - sum(count for _, count in await _asked(session, now))
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
    missing = choose_missing(listed, known, max([now, *(one.delivered_at for one in listed)]))
    # By GitHub's clock, which the deliveries tell: with ours ahead, a mark of ours would pass over what is to come.
    reached = max([one.delivered_at for one in listed], default=since + OVERLAP if mark is not None else since)
    until = min(now - GRACE, reached, missing.since or reached)
    if missing.given_up:
        log.warning("deliveries given up", count=missing.given_up, next_step="Run `python -m bot doctor`.")
    next_s = (missing.next_at - now).total_seconds() if missing.next_at else math.inf
    return {
        "missing": [one.id for one in missing.due[: max(0, min(AT_ONCE, room))]],
        "until": until.isoformat(),
        "given_up": missing.given_up,
        "next_s": max(1.0, next_s) if next_s < EVERY.total_seconds() else None,
    }


def choose_missing(listed: Sequence[HookDelivery], known: frozenset[str], now: datetime) -> Missing:
    """Which of the listed deliveries to ask for again, and what to expect of the others."""
    attempts: dict[str, list[HookDelivery]] = {}
    for one in listed:
        if one.guid not in known:
            attempts.setdefault(one.guid, []).append(one)
    open_ones = [tries for tries in attempts.values() if len(tries) < ATTEMPTS]
    newest = [(max(tries, key=_order), _due_at(tries)) for tries in open_ones]
    return Missing(
        due=sorted((one for one, due_at in newest if due_at <= now), key=_order),
        next_at=min((due_at for _, due_at in newest if due_at > now), default=None),
        since=min((one.delivered_at for tries in open_ones for one in tries), default=None),
        given_up=len(attempts) - len(open_ones),
    )


def _order(one: HookDelivery) -> tuple[datetime, int]:
    return one.delivered_at, one.id


def _due_at(tries: Sequence[HookDelivery]) -> datetime:
    """When a delivery that was tried like this is to be asked for."""
    newest = max(tries, key=_order)
    pause = timedelta(0) if len(tries) == 1 else AGAIN_AFTER * LONGER_BY ** (len(tries) - 2)
    if 200 <= newest.status_code < 300:
        pause = max(pause, GRACE)
    return newest.delivered_at + pause


async def redeliver(deps: Deps, delivery_ids: Sequence[int]) -> int:
    """Ask GitHub to send these again; how many were asked for or are beyond asking, fewer where the hour is used up."""
    assert deps.app is not None  # noqa: S101 - the caller asked
    asked = 0
    for start in range(0, len(delivery_ids), RESERVED_AT_ONCE):
        part = delivery_ids[start : start + RESERVED_AT_ONCE]
        allowed = await _reserve(deps, len(part))
        for delivery_id in part[:allowed]:
            try:
                await deps.app.redeliver(delivery_id)
            except FinalError as error:
                log.warning("redelivery refused", hook_delivery=delivery_id, error=str(error))
        asked += allowed
    return asked


async def _reserve(deps: Deps, wanted: int) -> int:
    """How many of `wanted` the hour still has room for; they count from now on, whether or not asking succeeds."""
    now = deps.clock()
    async with deps.database.write() as session:
        asked = await _asked(session, now)
        allowed = max(0, min(wanted, AN_HOUR - sum(count for _, count in asked)))
        if allowed:
            kept = [(when.isoformat(), count) for when, count in [*asked, (now, allowed)]]
            await marks.put(session, ASKED_MARK, json.dumps(kept), now=now)
    return allowed


async def _asked(session: Session, now: datetime) -> list[tuple[datetime, int]]:
    """What was asked for within the last hour."""
    mark = await marks.get(session, ASKED_MARK)
    kept = [(datetime.fromisoformat(when), int(count)) for when, count in json.loads(mark.value)] if mark else []
    return [(when, count) for when, count in kept if now - HOUR < when <= now]


async def keep_mark(deps: Deps, until: str) -> None:
    """Everything up to then is in the inbox or given up."""
    async with deps.database.write() as session:
        await marks.put(session, MARK, until, now=deps.clock())
