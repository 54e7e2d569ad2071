"""Turns stored deliveries into events and hands them, and the outbox's events, to the engine.

Several processes share the work: each borrows for a while (a lease), sends, then marks. One that dies between
sending and marking makes another send the same events again under the same ids, which the engine drops.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.events.translate import translate
from bot.model.delivery import Delivery
from bot.model.errors import FinalError, RadarError, UserError, WorldError
from bot.model.event import ClaimedEvent, OutgoingEvent
from bot.storage import inbox, outbox
from bot.storage.database import Database, Session

log = structlog.get_logger("bot.intake.relay")

Sender = Callable[[Sequence[OutgoingEvent]], Awaitable[None]]
"""Gives events to the engine. Raises WorldError when it is away, UserError or FinalError when it refuses them."""

LEASE_S = 30.0
"""What a process that died had borrowed waits this long, unless it was the only one (SQLite)."""
SEND_TIMEOUT_S = 10.0
"""With no send begun after a third of the lease, none outlasts it."""
BATCH = 200
EVENTS_A_SEND = 100
POLL_S = 2.0
"""How often to look without being woken: for leases that ended, and for what other processes left."""
LONGEST_PAUSE_S = 30.0
RAIN_PER_SECOND = 300.0
"""Above this many deliveries a second accepting them comes first: the relay rests, the longer the harder it pours."""
RAIN_BATCH = 100
LONGEST_REST_S = 1.0
MAX_ATTEMPTS = 50
"""Tries of a delivery that fails for a reason we do not know; an engine that is away counts no try."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """The events of one delivery, or one event of the outbox (`guid` "")."""

    guid: str
    attempts: int
    events: tuple[OutgoingEvent, ...]


@dataclass(slots=True)
class _Outcome:
    """What one round did, by delivery GUID or outbox id."""

    sent: list[_Parcel] = field(default_factory=list)
    ignored: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[_Parcel, str]] = field(default_factory=list)
    later: list[tuple[_Parcel, str]] = field(default_factory=list)
    pause_s: float = 0.0
    until: float = math.inf
    """Monotonic time after which the lease is too short for another send."""


class Relay:
    """`await run()` until `stop()`; `wake()` makes it look at once. `clock` gives the time with zone.

    `rain` tells how many deliveries a second come in: while it pours, the relay rests between rounds.
    """

    def __init__(
        self,
        database: Database,
        send: Sender,
        *,
        clock: Callable[[], datetime],
        rain: Callable[[], float] = lambda: 0.0,
        poll_s: float = POLL_S,
        lease_s: float = LEASE_S,
    ) -> None:
        self._database = database
        self._send = send
        self._clock = clock
        self._rain = rain
        self._poll_s = poll_s
        self._lease_s = lease_s
        self._woken = asyncio.Event()
        self._stopped = asyncio.Event()
        self._failures = 0
        self.trouble = ""
        """Why the last round could not send; "" when it could. For `/readyz`."""

    def wake(self) -> None:
        """There is news in the inbox or the outbox."""
        self._woken.set()

    def stop(self) -> None:
        """End `run()` after the round under way."""
        self._stopped.set()
        self._woken.set()

    async def run(self) -> None:
        """Relay until `stop()`. No failure ends it: it pauses, longer each time, and goes on."""
        is_alone = self._database.dialect == "sqlite"
        while not self._stopped.is_set():
            self._woken.clear()
            began = time.monotonic()
            try:
                if is_alone:
                    await self._take_back()
                    is_alone = False
                handled, pause_s = await self.round()
            except Exception as error:
                handled, pause_s = 0, self._note_failure(error)
            if pause_s:
                await _wait(self._stopped, pause_s)
            elif not handled:
                await _wait(self._woken, self._poll_s)
            elif self._pours():
                share = self._rain() / RAIN_PER_SECOND
                await _wait(self._stopped, min(LONGEST_REST_S, share * (time.monotonic() - began)))

    def _pours(self) -> bool:
        return self._rain() > RAIN_PER_SECOND

    async def _take_back(self) -> None:
        """At the start: what a process before us had borrowed is due at once."""
        async with self._database.write(durable=False) as session:
            await inbox.end_leases(session, now=self._clock())
            await outbox.end_leases(session, now=self._clock())

    async def round(self) -> tuple[int, float]:
        """Handle what is due once; how many deliveries and events that were, and how long to pause then."""
        limit = RAIN_BATCH if self._pours() else BATCH
        deliveries, events = await self._borrow(limit)
        if not deliveries and not events:
            return 0, 0.0
        outcome = _Outcome(until=time.monotonic() + self._lease_s / 3)
        bodies = await self._read(deliveries)
        parcels = [parcel for one in deliveries if (parcel := _translated(one, bodies.get(one.guid, b""), outcome))]
        parcels += [_Parcel("", one.attempts, (one.event,)) for one in events]
        await self._send_all(parcels, outcome)
        await self._mark(outcome)
        return len(deliveries) + len(events), outcome.pause_s

    async def _borrow(self, limit: int) -> tuple[list[Delivery], list[ClaimedEvent]]:
        """Look without holding the pen, then borrow in one short write."""
        now = self._clock()

        async def look(session: Session) -> tuple[list[str], list[str]]:
            return (
                await inbox.list_due(session, now=now, limit=limit),
                await outbox.list_due(session, now=now, limit=limit),
            )

        guids, ids = await self._database.read_apart(look)
        if not guids and not ids:
            return [], []

        async def borrow(session: Session) -> tuple[list[Delivery], list[ClaimedEvent]]:
            return (
                await inbox.borrow(session, guids, now=now, lease_s=self._lease_s),
                await outbox.borrow(session, ids, now=now, lease_s=self._lease_s),
            )

        return await self._database.write_apart(borrow, durable=False)

    async def _read(self, deliveries: Sequence[Delivery]) -> dict[str, bytes]:
        if not deliveries:
            return {}
        return await self._database.read_apart(partial(inbox.bodies, guids=[one.guid for one in deliveries]))

    async def _send_all(self, parcels: Sequence[_Parcel], outcome: _Outcome) -> None:
        for together in _chunks(parcels):
            if outcome.pause_s or time.monotonic() > outcome.until:
                outcome.later += [(parcel, self.trouble) for parcel in together]
                continue
            await self._send_parcels(together, outcome)

    async def _send_parcels(self, together: Sequence[_Parcel], outcome: _Outcome) -> None:
        """Send together; where that is refused, one by one, so that one bad event holds up nobody."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._send([event for parcel in together for event in parcel.events])
        except (WorldError, TimeoutError, OSError) as error:
            outcome.pause_s = self._note_failure(error)
            outcome.later += [(parcel, self.trouble) for parcel in together]
        except Exception as error:
            if len(together) > 1:
                for parcel in together:
                    await self._send_all([parcel], outcome)
            else:
                self._judge(together[0], error, outcome)
        else:
            self._failures, self.trouble = 0, ""
            outcome.sent += together

    def _judge(self, parcel: _Parcel, error: Exception, outcome: _Outcome) -> None:
        """What becomes of the one parcel that the engine would not take."""
        is_final = isinstance(error, UserError | FinalError) or parcel.attempts >= MAX_ATTEMPTS
        reason = str(error) if isinstance(error, RadarError) else f"Sending failed: {type(error).__name__}: {error}"
        if is_final:
            log.warning("event refused", delivery=parcel.guid or None, reason=reason)
            outcome.refused.append((parcel, reason))
        else:
            log.error("event could not be sent", delivery=parcel.guid or None, exc_info=error)
            outcome.later.append((parcel, reason))

    def _note_failure(self, error: Exception) -> float:
        """Remember the trouble; the seconds to pause: doubling, or what the error itself asks for."""
        self._failures += 1
        self.trouble = str(error) or type(error).__name__
        pause_s: float = min(LONGEST_PAUSE_S, 0.25 * 2.0 ** min(self._failures, 10))
        if isinstance(error, WorldError) and error.retry_after_s is not None:
            pause_s = min(LONGEST_PAUSE_S, max(error.retry_after_s, 0.05))
        if isinstance(error, WorldError | TimeoutError | OSError):
            log.warning("cannot relay just now", reason=self.trouble, pause_s=round(pause_s, 2))
        else:
            log.error("cannot relay", exc_info=error, pause_s=round(pause_s, 2))
        spread: float = random.uniform(0.8, 1.2)  # noqa: S311 - spreads processes, guards nothing
        return pause_s * spread

    async def _mark(self, outcome: _Outcome) -> None:
        await self._database.write_apart(partial(self._settle, outcome=outcome, now=self._clock()), durable=False)

    async def _settle(self, session: Session, outcome: _Outcome, now: datetime) -> None:
        sent = {one.guid: [event.id for event in one.events] for one in outcome.sent if one.guid}
        given_up = {one.events[0].id: "" for one in outcome.sent if not one.guid}
        given_up |= {one.events[0].id: why for one, why in outcome.refused if not one.guid}
        failed = {one.guid: why for one, why in outcome.refused if one.guid}
        await inbox.settle(session, sent=sent, ignored=outcome.ignored, failed=failed, now=now)
        await outbox.settle(session, given_up, now=now)
        await self._give_back(session, outcome, now)

    async def _give_back(self, session: Session, outcome: _Outcome, now: datetime) -> None:
        """Due again after the pause, or, for a parcel's own trouble, after a delay that grows with its tries."""
        groups: dict[tuple[float, str], list[_Parcel]] = {}
        for parcel, why in outcome.later:
            delay_s = outcome.pause_s or (min(LONGEST_PAUSE_S, 2.0 ** min(parcel.attempts, 5)) if why else 0.0)
            groups.setdefault((delay_s, why), []).append(parcel)
        is_try = not outcome.pause_s
        for (delay_s, why), parcels in groups.items():
            at = now + timedelta(seconds=delay_s)
            guids = [one.guid for one in parcels if one.guid]
            await inbox.retry_later(session, guids, at=at, reason=why, is_try=is_try)
            ids = [one.events[0].id for one in parcels if not one.guid]
            await outbox.retry_later(session, ids, at=at, error=why, is_try=is_try)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until `event` is set, at most `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _translated(delivery: Delivery, body: bytes, outcome: _Outcome) -> _Parcel | None:
    """The parcel of a delivery; None, and its reason in `outcome`, when nothing follows from it."""
    try:
        translation = translate(delivery.event, delivery.guid, body, replays=delivery.replays)
    except Exception as error:  # a slip of ours: it must not hold up the others, and can be replayed once mended
        log.error("delivery cannot be translated", delivery=delivery.guid, exc_info=error)
        reason = f"Our own slip while reading it: {type(error).__name__}. Replay it with a newer version."
        outcome.refused.append((_Parcel(delivery.guid, delivery.attempts, ()), reason))
        return None
    if not translation.events:
        outcome.ignored[delivery.guid] = translation.reason
        return None
    return _Parcel(delivery.guid, delivery.attempts, translation.events)


def _chunks(parcels: Sequence[_Parcel]) -> list[list[_Parcel]]:
    """Parcels that go together: at most EVENTS_A_SEND events, the events of one delivery never apart."""
    chunks: list[list[_Parcel]] = []
    size = EVENTS_A_SEND
    for parcel in parcels:
        if size + len(parcel.events) > EVENTS_A_SEND:
            chunks.append([])
            size = 0
        chunks[-1].append(parcel)
        size += len(parcel.events)
    return chunks
