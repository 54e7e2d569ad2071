"""refresh-repository-intelligence: reads one repository at HEAD, analyses it and stores the report.

Steps: `prepare` (facts of GitHub, is there anything to do), `analyze` (archive → worker → report, stored in the same
transaction that counts it for its batch), `publish` (check run). Each may run twice without doubling anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import inngest
import structlog

from bot.events.catalog import report_stored
from bot.functions import learning, refresh_rules
from bot.functions.deps import Deps
from bot.functions.edge import RefreshRequest, failure_reason, original_event, paced, read_data, sent_at, step
from bot.functions.publishing import publish_check_run, reply_to_command
from bot.functions.reading import analyze_commit
from bot.functions.turn import TurnTaken
from bot.github.counting import count_requests
from bot.github.limits import RateLimited
from bot.model.batch import ItemState
from bot.model.errors import FinalError, Finality, UserError, WorldError
from bot.model.records import StoredFacts
from bot.model.repository import RateBudget, Repository, RepositoryRef
from bot.model.snapshot import RepositoryFacts
from bot.storage import (
    batches,
    budgets,
    facts,
    outbox,
    refreshes,
    reports,
    repositories,
    subscriptions,
)
from bot.storage.database import Session

log = structlog.get_logger("bot.functions.refresh")

RETRIES = 8
WAITS = 100
"""Resets of GitHub's hourly limit that a background refresh waits for at most."""
FINISH_AT_MOST = timedelta(hours=48)
"""A batch of 100,000 repositories takes a day at 5,000 requests an hour, and most of its runs sleep meanwhile."""
FACTS_KEEP = timedelta(minutes=30)
"""How long facts that a batch read serve the refresh that follows."""
PUBLISHED_TRIGGERS = frozenset({"push", "command", "api"})
"""What puts a check run on HEAD at once. Those of batches and of the clock follow behind: publish_check_runs.py."""
PRIORITY = (
    "event.data.trigger == 'command' ? 600 : event.data.trigger == 'push' ? 300 : "
    "event.data.trigger == 'api' ? 120 : event.data.trigger == 'sweep' ? -300 : 0"
)
"""Seconds by which a run overtakes: command > push > API > batch > sweep."""


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""
    settings = deps.settings

    async def failed(ctx: inngest.Context) -> None:
        request = read_data(original_event(ctx.event), RefreshRequest)
        run_id = str(dict(ctx.event.data or {})["run_id"])
        await paced(ctx, deps, "record-failure", partial(record_failure, deps, request, run_id, ctx.event))

    @client.create_function(
        fn_id="refresh-repository-intelligence",
        name="Refresh a repository's intelligence",
        trigger=inngest.TriggerEvent(event="repo/refresh.requested"),
        retries=RETRIES,
        concurrency=[
            inngest.Concurrency(limit=settings.radar_installation_concurrency, key="event.data.installation_id"),
            inngest.Concurrency(limit=settings.radar_concurrency),
        ],
        throttle=inngest.Throttle(
            limit=settings.radar_points_per_minute,
            period=timedelta(minutes=1),
            burst=settings.radar_installation_concurrency,
            key="event.data.installation_id",
        ),
        priority=inngest.Priority(run=PRIORITY),
        cancel=[
            inngest.Cancel(
                event="installation/changed",
                if_exp="async.data.installation_id == event.data.installation_id"
                " && async.data.change == 'installation.deleted'",
            )
        ],
        timeouts=inngest.Timeouts(finish=FINISH_AT_MOST),
        on_failure=failed,
    )
    async def refresh(ctx: inngest.Context) -> dict[str, Any]:
        request = read_data(ctx.event, RefreshRequest)
        refreshing = Refreshing(deps, request, ctx.run_id, asked_at=sent_at(ctx.event))
        plan = await prepared(ctx, deps, refreshing)
        if plan["outcome"] == "analyze":
            plan = await ctx.step.run("analyze", step(deps, refreshing.analyze))
            if settings.radar_check_runs and not request.batch_id and request.trigger in PUBLISHED_TRIGGERS:
                plan["check_run"] = await told(ctx, deps, "publish", refreshing.publish)
        if request.command_id:
            reply = partial(reply_to_command, deps, request.command_id, ctx.run_id)
            plan["reply"] = await told(ctx, deps, "reply", reply)
        return plan

    return refresh


async def prepared(ctx: inngest.Context, deps: Deps, refreshing: Refreshing) -> dict[str, Any]:
    """The plan, once the rate limit has room. Waiting is no failed attempt: a batch may have to for many hours."""
    for number in range(WAITS):
        suffix = f"-{number}" if number else ""
        plan: dict[str, Any] = await ctx.step.run(f"prepare{suffix}", step(deps, refreshing.prepare))
        if plan["outcome"] != "wait":
            return plan
        await ctx.step.sleep_until(f"leave-reserve{suffix}", datetime.fromisoformat(plan["until"]))
    last: dict[str, Any] = await ctx.step.run("prepare-last", step(deps, refreshing.prepare_now))
    return last


async def told(ctx: inngest.Context, deps: Deps, name: str, work: Callable[[], Awaitable[dict[str, Any]]]) -> str:
    """What became of the check run or the reply. The report is there either way: one that fails does not fail it.

    So a last word is the step's result: the SDK lets the errors that name a retry, or rule it out, end the whole run.
    """

    async def attempt() -> dict[str, Any]:
        try:
            return await work()
        except (FinalError, UserError) as error:
            log.info("given up", step=name, reason=str(error))
            return {"outcome": error.message}
        except WorldError as error:
            if isinstance(error, RateLimited | TurnTaken) or ctx.attempt < RETRIES:
                raise
            log.warning("given up", step=name, reason=str(error))
            return {"outcome": error.message}

    try:
        done = await paced(ctx, deps, name, attempt)
    except inngest.StepError as failed:
        return failed.message
    return str(done["outcome"])


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds for a refresh, read in one look."""

    repository: Repository
    budget: RateBudget | None
    kept: StoredFacts | None


class Refreshing:
    """The work of one refresh run; every method may be called again."""

    def __init__(self, deps: Deps, request: RefreshRequest, run_id: str, *, asked_at: datetime | None = None) -> None:
        self._deps = deps
        self._request = request
        self._run_id = run_id
        self._asked_at = asked_at or deps.clock()
        self._github = deps.clients.for_installation(request.installation_id)

    async def prepare(self) -> dict[str, Any]:
        """What to do: `analyze`, `current` (nothing), or `wait` until the rate limit has room for the background."""
        known = await self._known()
        if (until := self._reserve_until(known.budget)) is not None:
            return {"outcome": "wait", "until": until.isoformat()}
        return await self.prepare_now(known)

    async def prepare_now(self, known: Known | None = None) -> dict[str, Any]:
        """As `prepare`, without leaving a reserve. Raises FinalError where there is nothing left to look at."""
        known = known or await self._known()
        request, repository = self._request, known.repository
        if refresh_rules.is_read_by_another(request, repository, self._run_id, now=self._deps.clock()):
            await self._skip(repository, "another run is reading it just now", is_finished=False)
            return {"outcome": "current", "head_sha": request.head_sha}
        await self._claim()
        kept = known.kept
        read = kept.facts if refresh_rules.holds(kept, request) else await self._read_facts(repository)
        if refresh_rules.is_not_shown_yet(request, repository, read, asked_at=self._asked_at, now=self._deps.clock()):
            raise WorldError(f"GitHub does not show {request.head_sha[:12]} yet.", retry_after_s=2.0)
        if refresh_rules.is_current(request, repository, read):
            await self._skip(repository, f"its report of {read.head_sha[:12]} is current")
            return {"outcome": "current", "head_sha": read.head_sha}
        return {"outcome": "analyze", "head_sha": read.head_sha}

    async def analyze(self) -> dict[str, Any]:
        """Archive, analysis, report. The result carries figures only."""
        known = await self._known()
        self._leave_reserve(known.budget)
        if known.repository.refresh_run_id != self._run_id:
            await self._claim()
        started = time.monotonic()
        with count_requests() as counter:
            read = known.kept.facts if known.kept else await self._read_facts(known.repository)
            before = await self._deps.database.read_apart(
                partial(reports.previous, repository_id=known.repository.id, head_sha=read.head_sha)
            )
            facts_cost = known.kept.api_requests if known.kept else 0.0
            body = await analyze_commit(
                self._deps,
                self._github,
                read,
                before.body if before else None,
                cost=lambda: counter.value + facts_cost,
                is_urgent=not refresh_rules.is_background(self._request),
            )
        sealed = await asyncio.to_thread(reports.seal, body)
        report, report_id = sealed.report, await self._store(sealed)
        self._deps.metrics.analysis_seconds.observe(time.monotonic() - started)
        return {
            "outcome": "completed",
            "report_id": report_id,
            "head_sha": report.repository.head_sha,
            "score": report.score,
            "grade": report.grade,
            "duration_ms": report.analysis_duration_ms,
            "api_requests": report.api_requests,
        }

    async def publish(self) -> dict[str, Any]:
        """Put the check run on HEAD, where the repository wants one and we may."""
        return await publish_check_run(self._deps, self._github, self._request.repository_id, self._run_id)

    async def _known(self) -> Known:
        """Raises FinalError where the repository is not ours to look at any more."""
        stored, budget, kept = await self._deps.database.read_apart(self._look)
        repository = await learning.checked(
            self._deps, stored, self._request.installation_id, self._request.repository_id
        )
        return Known(repository, budget, kept)

    async def _look(self, session: Session) -> tuple[learning.Stored, RateBudget | None, StoredFacts | None]:
        installation_id, repository_id = self._request.installation_id, self._request.repository_id
        return (
            await learning.look(session, installation_id=installation_id, repository_id=repository_id),
            await budgets.get(session, installation_id, "core") if refresh_rules.is_background(self._request) else None,
            await facts.get(session, repository_id, not_before=self._deps.clock() - FACTS_KEEP),
        )

    def _reserve_until(self, budget: RateBudget | None) -> datetime | None:
        share = self._deps.settings.radar_reserve_share
        return refresh_rules.reserve_until(budget, share=share, now=self._deps.clock())

    def _leave_reserve(self, budget: RateBudget | None) -> None:
        """The budget may have been spent since `prepare`, by the batch that this run belongs to."""
        if (until := self._reserve_until(budget)) is not None:
            wait_s = (until - self._deps.clock()).total_seconds()
            raise WorldError("What is left of the rate limit is kept for pushes and commands.", retry_after_s=wait_s)

    async def _claim(self) -> None:
        """Mark the repository as being worked on by this run. Lost in a power cut, it is simply done again."""
        start = partial(
            refreshes.start,
            repository_id=self._request.repository_id,
            run_id=self._run_id,
            trigger=self._request.trigger,
            now=self._deps.clock(),
        )
        if not await self._deps.database.write_apart(start, durable=False):
            raise _gone()

    async def _read_facts(self, repository: Repository) -> RepositoryFacts:
        with count_requests() as counter:
            if not repository.node_id:
                repository = await self._complete(repository)
            asked_at = self._deps.clock()
            (read,) = await self._github.facts([repository.node_id])
        if read is None:
            await self._remove(repository, asked_at)
            raise FinalError(Finality.GONE, f"{repository.full_name} no longer exists, or the App may not see it.")
        async with self._deps.database.write() as session:
            await facts.put_many(session, [read], api_requests=counter.value, now=self._deps.clock())
            await repositories.upsert_many(
                session, self._request.installation_id, [ref_of(read)], brings_back=False, now=asked_at
            )
        return read

    async def _complete(self, repository: Repository) -> Repository:
        """A repository that only a webhook named has no node id yet."""
        asked_at = self._deps.clock()
        ref = await self._github.repository_by_id(repository.id)
        async with self._deps.database.write() as session:
            await repositories.upsert_many(
                session, self._request.installation_id, [ref], brings_back=False, now=asked_at
            )
            stored = await repositories.get(session, repository.id)
        return stored or repository

    async def _remove(self, repository: Repository, asked_at: datetime) -> None:
        async with self._deps.database.write() as session:
            await repositories.remove(
                session, self._request.installation_id, [repository.id], reason="deleted", now=asked_at
            )

    async def _skip(self, repository: Repository, reason: str, *, is_finished: bool = True) -> None:
        now = self._deps.clock()
        async with self._deps.database.write() as session:
            if is_finished:
                await refreshes.finish(session, repository.id, run_id=self._run_id, now=now)
            if self._request.batch_id:
                await batches.mark_item(
                    session, self._request.batch_id, repository.id, ItemState.SKIPPED, reason=reason, now=now
                )

    async def _store(self, sealed: reports.SealedReport) -> int:
        keep = partial(self._keep, sealed=sealed, now=self._deps.clock())
        report_id, is_wanted = await self._deps.database.write_apart(keep)
        if is_wanted:
            self._deps.wake_relay()
        return report_id

    async def _keep(self, session: Session, *, sealed: reports.SealedReport, now: datetime) -> tuple[int, bool]:
        """In one transaction, all that follows from a report; its id, and whether somebody is to be told."""
        report = sealed.report
        report_id = await reports.complete(session, sealed, run_id=self._run_id, trigger=self._request.trigger, now=now)
        if self._request.batch_id:
            await batches.mark_item(
                session,
                self._request.batch_id,
                report.repository.id,
                ItemState.DONE,
                api_requests=report.api_requests,
                now=now,
            )
        is_wanted = bool(await subscriptions.wanting(session, self._request.installation_id, now))
        if is_wanted:
            news = report_stored(
                installation_id=self._request.installation_id,
                repository_id=report.repository.id,
                report_id=report_id,
                occurrence=self._run_id,
            )
            await outbox.add(session, [news], now=now)
        return report_id, is_wanted


def _gone() -> FinalError:
    return FinalError(Finality.GONE, "The repository is gone, or the installation no longer covers it.")


def ref_of(read: RepositoryFacts) -> RepositoryRef:
    """What the facts say of the repository itself."""
    return RepositoryRef(
        id=read.id,
        node_id=read.node_id,
        owner=read.owner,
        name=read.name,
        description=read.description or "",
        is_private=read.is_private,
        is_fork=read.is_fork,
        is_archived=read.is_archived,
        is_disabled=read.is_disabled,
        is_empty=read.is_empty,
        default_branch=read.default_branch,
        head_sha=read.head_sha,
        pushed_at=read.pushed_at,
    )


async def record_failure(deps: Deps, request: RefreshRequest, run_id: str, event: inngest.Event) -> dict[str, Any]:
    """Say on the repository, its batch and the command that asked why the refresh failed."""
    reason, now = failure_reason(event), deps.clock()
    async with deps.database.write() as session:
        stored = await repositories.get(session, request.repository_id)
        if stored is not None and stored.installation_id == request.installation_id:  # else it moved on
            await refreshes.fail(session, request.repository_id, run_id=run_id, error=reason, now=now)
        if request.batch_id:
            await batches.mark_item(
                session, request.batch_id, request.repository_id, ItemState.FAILED, reason=reason, now=now
            )
    if request.command_id:
        await reply_to_command(deps, request.command_id, run_id, failure=reason)
    return {"outcome": "failed", "reason": reason}
