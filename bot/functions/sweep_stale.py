"""sweep-stale-repositories: what the clock asks for, every hour.

Asks again for refreshes that an engine lost, renews reports that have grown old, has each installation reconciled once
a day, and erases what nobody keeps any longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import inngest

from bot.events.catalog import check_runs_wanted, installation_changed, refresh_requested
from bot.functions.deps import Deps
from bot.functions.edge import step
from bot.functions.recover_deliveries import MEMORY
from bot.intake.retention import prune_deliveries, prune_events
from bot.model.errors import FinalError, Finality
from bot.model.event import OutgoingEvent, Trigger
from bot.model.installation import TOKEN_INSTALLATION_ID
from bot.model.records import RunState
from bot.model.repository import Repository
from bot.storage import batches, check_runs, facts, installations, outbox, refreshes, reports, repositories, runs

QUEUED_AT_MOST = timedelta(hours=36)
"""A batch of 100,000 repositories waits for GitHub's hourly limit for a day."""
PROCESSING_AT_MOST = timedelta(hours=3)
"""Longer than the slowest analysis with an hour's wait for the rate limit."""
RECONCILE_EVERY = timedelta(hours=23)
TOKEN_RECONCILE_EVERY = timedelta(minutes=55)
"""Token mode hears of no push: its owner's repositories are compared every hour."""
STOOD_STILL = "Nothing of it has moved for 36 hours. What is missing is asked for again, by itself."
RUNS_KEEP = timedelta(days=30)
BATCHES_KEEP = timedelta(days=30)
"""Each installation is compared once a day, by a batch that has a row for each of its repositories."""
OUTBOX_KEEP = timedelta(days=3)
FACTS_KEEP = timedelta(hours=6)
GUIDS_KEEP = MEMORY + timedelta(days=1)
"""GitHub's memory of a delivery begins anew with each redelivery, for which recovery waits up to a day."""
AT_ONCE = 500


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""

    @client.create_function(
        fn_id="sweep-stale-repositories",
        name="Sweep stale repositories",
        trigger=[inngest.TriggerCron(cron="17 * * * *"), inngest.TriggerEvent(event="radar/sweep.requested")],
        singleton=inngest.Singleton(mode="skip"),
        retries=3,
    )
    async def sweep(ctx: inngest.Context) -> dict[str, Any]:
        sweeping = Sweeping(deps)
        lost = await ctx.step.run("ask-again-for-lost", step(deps, sweeping.ask_again))
        stale = await ctx.step.run("renew-stale", step(deps, sweeping.renew))
        compared = await ctx.step.run("reconcile", step(deps, sweeping.reconcile))
        untold = await ctx.step.run("check-runs", step(deps, sweeping.ask_for_check_runs))
        erased = await ctx.step.run("erase-old", step(deps, sweeping.erase))
        return {
            "outcome": "swept",
            "lost": lost,
            "stale": stale,
            "reconciled": compared,
            "check_runs": untold,
            "erased": erased,
        }

    return sweep


class Sweeping:
    """The chores of one sweep; each may be done again."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def ask_again(self) -> int:
        """Refreshes queued or processing for too long are asked for again; the number."""
        now = self._deps.clock()
        async with self._deps.database.write() as session:
            lost = await refreshes.list_lost(
                session,
                queued_before=now - QUEUED_AT_MOST,
                started_before=now - PROCESSING_AT_MOST,
                limit=AT_ONCE,
            )
            events = [_refresh(one, "lost", one.refresh_requested_at or now, one.refresh_trigger) for one in lost]
            await outbox.add(session, events, now=now)
            await refreshes.requeue(session, [one.id for one in lost], now=now)
            for run in await runs.list_lost(session, started_before=now - QUEUED_AT_MOST, limit=AT_ONCE):
                await runs.finish(
                    session,
                    run.id,
                    RunState.FAILED,
                    reason="The engine lost this run; it was asked for again.",
                    now=now,
                )
            await batches.fail_still(session, untouched_since=now - QUEUED_AT_MOST, error=STOOD_STILL, now=now)
        self._deps.wake_relay()
        return len(lost)

    async def renew(self) -> int:
        """Reports older than the setting are made anew: activity changes without a push; the number."""
        now = self._deps.clock()
        async with self._deps.database.write() as session:
            before = now - timedelta(days=self._deps.settings.radar_stale_days)
            stale = await refreshes.list_stale(session, reported_before=before, limit=AT_ONCE)
            await outbox.add(session, [_refresh(one, "sweep", now, "sweep") for one in stale], now=now)
            await refreshes.queue(session, [one.id for one in stale], trigger="sweep", now=now)
        self._deps.wake_relay()
        return len(stale)

    async def reconcile(self) -> int:
        """Installations that were not compared with GitHub for a day are; the number."""
        now = self._deps.clock()
        if self._deps.app is not None:
            await self._discover()
        async with self._deps.database.write() as session:
            due = [one for one in await installations.list_all(session) if _is_due(one.id, one.reconciled_at, now)]
            events = [
                installation_changed(installation_id=one.id, change="reconcile", occurrence=f"{now:%Y-%m-%dT%H}")
                for one in due
            ]
            await outbox.add(session, events, now=now)
        self._deps.wake_relay()
        return len(events)

    async def ask_for_check_runs(self) -> int:
        """Installations with reports that no check run tells yet are asked for; the number."""
        now, settings = self._deps.clock(), self._deps.settings
        if self._deps.app is None or not (settings.radar_check_runs and settings.radar_batch_check_runs):
            return 0
        async with self._deps.database.write() as session:
            waiting = await check_runs.list_installations_waiting(session)
            events = [check_runs_wanted(installation_id=one, occurrence=f"{now:%Y-%m-%dT%H}") for one in waiting]
            await outbox.add(session, events, now=now)
        self._deps.wake_relay()
        return len(events)

    async def _discover(self) -> None:
        """Installations that no webhook told us of, and those that are gone.

        One that a listing lacks is asked for by itself: it may be new since, or have moved to a page before.
        """
        assert self._deps.app is not None  # noqa: S101 - the caller asked
        now, present = self._deps.clock(), set()
        async for page in self._deps.app.list_installations():
            async with self._deps.database.write() as session:
                for ref in page:
                    present.add(ref.id)
                    await installations.upsert(session, ref, now=now)
        async with self._deps.database.read() as session:
            stored = [one.id for one in await installations.list_all(session)]
        for lacking in sorted(set(stored) - present - {TOKEN_INSTALLATION_ID}):
            try:
                await self._deps.app.installation(lacking)
            except FinalError as error:
                if error.finality is not Finality.UNINSTALLED:
                    raise
                async with self._deps.database.write() as session:
                    await installations.delete(session, lacking, now=self._deps.clock())

    async def erase(self) -> dict[str, int]:
        """Old deliveries, events, facts, runs, batches and reports, and what is past its grace period; counts."""
        now, settings = self._deps.clock(), self._deps.settings
        erased: dict[str, int] = {}
        database = self._deps.database
        erased["deliveries"] = await prune_deliveries(
            database,
            older_than=now - timedelta(days=settings.radar_delivery_days),
            max_bytes=settings.radar_delivery_max_bytes,
            guids_since=now - GUIDS_KEEP,
        )
        erased["events"] = await prune_events(database, older_than=now - OUTBOX_KEEP)
        async with database.write() as session:
            erased["facts"] = await facts.prune(session, older_than=now - FACTS_KEEP)
            erased["runs"] = await runs.prune(session, older_than=now - RUNS_KEEP)
        erased["batches"] = await self._erase_batches(now - BATCHES_KEEP)
        async with database.write() as session:
            erased["reports"] = await reports.thin_histories(session, keep=settings.radar_reports_kept)
        async with database.write() as session:
            before = now - timedelta(days=settings.radar_purge_days)
            erased["repositories"] = await repositories.purge(session, removed_before=before)
            erased.update(await installations.purge(session, deleted_before=before))
        return erased

    async def _erase_batches(self, older_than: datetime) -> int:
        """In commits so small that nobody waits for them; batches and their items."""
        erased = 0
        while True:
            async with self._deps.database.write() as session:
                now_erased = await batches.prune(session, older_than=older_than)
            if not now_erased:
                return erased
            erased += now_erased


def _refresh(repository: Repository, why: str, at: datetime, trigger: str) -> OutgoingEvent:
    return refresh_requested(
        installation_id=repository.installation_id,
        repository_id=repository.id,
        trigger=Trigger(trigger or "sweep"),
        occurrence=f"{why}:{at:%Y-%m-%dT%H:%M}",
    )


def _is_due(installation_id: int, reconciled_at: datetime | None, now: datetime) -> bool:
    every = TOKEN_RECONCILE_EVERY if installation_id == TOKEN_INSTALLATION_ID else RECONCILE_EVERY
    return reconciled_at is None or reconciled_at <= now - every
