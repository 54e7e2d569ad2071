"""publish-check-runs: puts check runs on the HEADs that a batch has analysed, behind everything else, at GitHub's pace.

A batch of a thousand is analysed in a minute; GitHub takes 80 pieces of content a minute and 500 an hour. So the batch
publishes none. This follows it, one run an installation: as many as there is room for, newest pushes first, then it
sleeps. What is left to do stands in the database, so nothing is lost by a restart, and a repository that was pushed to
in the meantime has its newest report told once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import inngest
import structlog
from msgspec import Struct

from bot.events.catalog import CHECK_RUNS_WANTED, check_runs_wanted
from bot.functions.deps import Deps
from bot.functions.edge import read_data, sent_at, step
from bot.functions.publishing import publish_check_run
from bot.functions.refresh_rules import reserve_until
from bot.functions.turn import TurnTaken
from bot.github.limits import RateLimited
from bot.github.pace import HOUR_S, MARGIN_S, ContentLimits, Urgency, wait_s
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.installation import InstallationStatus
from bot.storage import batches, budgets, check_runs, installations, outbox

log = structlog.get_logger("bot.functions.check_runs")

AT_ONCE = 20
"""Check runs of one step."""
ROUNDS = 300
"""Inngest allows 1,000 steps a run; what is left then goes on in a further one."""
HEAD_START = timedelta(minutes=10)
"""So long a batch has GitHub to itself; one that takes longer is followed while it goes on."""
LEAST_WAIT_S = 15.0
LONGEST_LOOK_S = 60.0
_OVER = frozenset({Finality.SUSPENDED, Finality.UNINSTALLED})


class CheckRunsWanted(Struct, frozen=True, kw_only=True):
    """Data of `check_runs/wanted`."""

    installation_id: int


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""

    @client.create_function(
        fn_id="publish-check-runs",
        name="Publish check runs after a batch",
        trigger=inngest.TriggerEvent(event=CHECK_RUNS_WANTED),
        concurrency=[inngest.Concurrency(limit=1, key="string(event.data.installation_id)")],
        retries=8,
        cancel=[
            inngest.Cancel(
                event="installation/changed",
                if_exp="async.data.installation_id == event.data.installation_id"
                " && async.data.change == 'installation.deleted'",
            )
        ],
    )
    async def publish(ctx: inngest.Context) -> dict[str, Any]:
        wanted = read_data(ctx.event, CheckRunsWanted)
        trickle = Trickle(deps, wanted.installation_id, ctx.run_id, asked_at=sent_at(ctx.event))
        published = 0
        for number in range(ROUNDS):
            done = await ctx.step.run(f"round-{number}", step(deps, partial(trickle.round, number)))
            published += done["published"]
            if "outcome" in done:
                return {"outcome": done["outcome"], "published": published}
            if done["wait_s"]:
                await ctx.step.sleep(f"wait-{number}", timedelta(seconds=done["wait_s"]))
        await ctx.step.run("continue", step(deps, partial(trickle.continue_later)))
        return {"outcome": "continues", "published": published}

    return publish


class Trickle:
    """The check runs of one installation; every method may be called again."""

    def __init__(self, deps: Deps, installation_id: int, run_id: str, *, asked_at: datetime) -> None:
        self._deps = deps
        self._installation_id = installation_id
        self._run_id = run_id
        self._asked_at = asked_at

    async def round(self, number: int) -> dict[str, Any]:
        """Publish what there is room for: `published`, and `wait_s` until the next round or the final `outcome`."""
        now = self._deps.clock()
        async with self._deps.database.read() as session:
            installation = await installations.get(session, self._installation_id)
            waiting = await check_runs.list_waiting(
                session, self._installation_id, holder=self._run_id, now=now, limit=AT_ONCE
            )
            is_batch_running = bool(await batches.running(session, self._installation_id))
            budget = await budgets.get(session, self._installation_id, "core")
        if installation is None or installation.status is not InstallationStatus.ACTIVE:
            return {"published": 0, "outcome": "the installation is not active"}
        if installation.permissions.get("checks") != "write":
            return {"published": 0, "outcome": "the App may not write check runs"}
        if is_batch_running and (not waiting or now < self._asked_at + HEAD_START):
            return {"published": 0, "wait_s": min(2.0 * 2 ** min(number, 10), LONGEST_LOOK_S)}
        if not waiting:
            return {"published": 0, "outcome": "published"}
        until = reserve_until(budget, share=self._deps.settings.radar_reserve_share, now=now)
        if until is not None:
            return {"published": 0, "wait_s": (until - now).total_seconds()}
        return await self._publish(waiting)

    async def _publish(self, repository_ids: list[int]) -> dict[str, Any]:
        published = 0
        github = self._deps.clients.for_installation(self._installation_id)
        for repository_id in repository_ids:
            wait = await self._wait_s()
            if wait > 0:
                return {"published": published, "wait_s": max(wait, LEAST_WAIT_S)}
            try:
                done = await publish_check_run(self._deps, github, repository_id, self._run_id, is_background=True)
            except RateLimited as error:
                return {"published": published, "wait_s": max(error.retry_after_s or 0.0, LEAST_WAIT_S)}
            except TurnTaken:
                continue  # whoever has it publishes it
            except FinalError as error:
                if error.finality in _OVER:
                    return {"published": published, "outcome": str(error)}
                await self._note_failure(repository_id, error)
            except WorldError as error:
                await self._note_failure(repository_id, error)
                return {"published": published, "wait_s": LEAST_WAIT_S}
            else:
                published += done["outcome"] == "published"
        return {"published": published, "wait_s": 0}

    async def _wait_s(self) -> float:
        """Seconds until there is room, by what the database knows: a restart and other processes do not forget it."""
        now, settings = self._deps.clock(), self._deps.settings
        async with self._deps.database.read() as session:
            since = now - timedelta(seconds=HOUR_S + MARGIN_S)
            sent = await check_runs.sent_since(session, self._installation_id, since)
        limits = ContentLimits(settings.radar_content_per_minute, settings.radar_content_per_hour)
        return wait_s([at.timestamp() for at in sent], now.timestamp(), limits, Urgency.BACKGROUND)

    async def _note_failure(self, repository_id: int, error: FinalError | WorldError) -> None:
        is_final = isinstance(error, FinalError)
        log.warning("no check run", repository=repository_id, reason=str(error), is_final=is_final)
        async with self._deps.database.write() as session:
            await check_runs.note_failure(session, repository_id, reason=str(error), is_final=is_final)

    async def continue_later(self) -> None:
        """Ask for a further run."""
        event = check_runs_wanted(installation_id=self._installation_id, occurrence=f"after-{self._run_id}")
        async with self._deps.database.write() as session:
            await outbox.add(session, [event], now=self._deps.clock())
        self._deps.wake_relay()
