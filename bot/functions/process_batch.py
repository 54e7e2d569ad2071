"""process-batch-repositories: lists an installation's repositories and asks for a refresh of each that needs one.

One step lists (100 repositories a request) into the database; then a step for each 50 of them reads their HEADs in
one GraphQL query, drops what is current, archived or excluded, reads the facts of the rest in another, and in one
transaction counts them for the batch and puts their events into the outbox. A long listing goes on in a further run.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import inngest
import structlog
from msgspec import Struct

from bot.analysis import RULESET_VERSION
from bot.events.catalog import BATCH_REQUESTED, check_runs_wanted, refresh_requested
from bot.functions.deps import Deps
from bot.functions.edge import BatchRequest, failure_reason, original_event, paced, read_data, step
from bot.functions.publishing import refresh_reply, reply_to_command
from bot.functions.turn import TurnTaken
from bot.github.counting import count_requests
from bot.github.limits import RateLimited
from bot.model.batch import BatchStatus, ItemState
from bot.model.event import OutgoingEvent, Trigger
from bot.model.repository import RefreshStatus, Repository, RepositoryRef
from bot.model.snapshot import RepositoryFacts
from bot.storage import batches, commands, facts, installations, outbox, refreshes, repositories
from bot.storage.database import Session

log = structlog.get_logger("bot.functions.batch")

CHUNK = 50
"""Repositories to a GraphQL query."""
PAGE = 100
"""Repositories to a page of GitHub's listing."""
CHUNKS_A_RUN = 100
"""Inngest allows 1,000 steps a run; a larger listing continues under the same batch."""


UNDER_WAY_AT_MOST = timedelta(hours=1)
FOLLOW_LOOKS = 100
"""Looks at a batch that a command asked for; ten minutes apart at the end, so more than half a day in all."""


class Choice(Struct, frozen=True, kw_only=True):
    """What a batch does with one repository: a reason to skip it, or "" to refresh it."""

    repository: Repository
    skip: str


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""

    async def failed(ctx: inngest.Context) -> None:
        request = read_data(original_event(ctx.event), BatchRequest)
        reason = failure_reason(ctx.event)
        batch_id = request.batch_id or str(dict(ctx.event.data or {})["run_id"])
        await paced(ctx, deps, "record-failure", partial(record_failure, deps, request, batch_id, reason))

    @client.create_function(
        fn_id="process-batch-repositories",
        name="Process a batch of repositories",
        trigger=inngest.TriggerEvent(event=BATCH_REQUESTED),
        retries=8,
        concurrency=[inngest.Concurrency(limit=1, key="event.data.installation_id")],
        cancel=[
            inngest.Cancel(
                event="installation/changed",
                if_exp="async.data.installation_id == event.data.installation_id"
                " && async.data.change == 'installation.deleted'",
            )
        ],
        on_failure=failed,
    )
    async def process(ctx: inngest.Context) -> dict[str, Any]:
        request = read_data(ctx.event, BatchRequest)
        batching = Batching(deps, request, request.batch_id or ctx.run_id)
        if request.after == 0:
            await ctx.step.run("list", step(deps, batching.list_repositories))
        after = request.after
        for number in range(CHUNKS_A_RUN):
            after = await ctx.step.run(f"chunk-{number}", step(deps, partial(batching.process_chunk, after)))
            if after < 0:
                await ctx.step.run("listed", step(deps, batching.finish_listing))
                if request.command_id:
                    await follow(ctx, deps, batching.batch_id, request.command_id)
                return {"outcome": "listed", "batch_id": batching.batch_id}
        await ctx.step.run("continue", step(deps, partial(batching.continue_later, after)))
        return {"outcome": "continues", "batch_id": batching.batch_id}

    return process


class Batching:
    """The work of one batch; every method may be called again."""

    def __init__(self, deps: Deps, request: BatchRequest, batch_id: str) -> None:
        self._deps = deps
        self._request = request
        self.batch_id = batch_id
        self._github = deps.clients.for_installation(request.installation_id)

    async def list_repositories(self) -> dict[str, Any]:
        """Bring the stored repositories up to what GitHub lists (or only those that were added)."""
        request = self._request
        await self._begin()
        asked_at = self._deps.clock()
        if request.node_ids:
            refs = await self._heads(request.node_ids)
            await self._keep(refs, asked_at)
            return {"repositories": len(refs)}
        present = await self._keep_listed()
        if len(present) > PAGE and await self._missing(present, asked_at):
            present |= await self._keep_listed()
        async with self._deps.database.write() as session:
            await repositories.remove(
                session,
                request.installation_id,
                await repositories.missing(session, request.installation_id, present, asked_at=asked_at),
                reason="removed",
                now=asked_at,
            )
            await installations.mark_reconciled(session, request.installation_id, now=self._deps.clock())
        return {"repositories": len(present)}

    async def _keep_listed(self) -> set[int]:
        """Store what GitHub lists, page by page; the ids."""
        present, asked_at = set[int](), self._deps.clock()
        async for page in self._github.repositories():
            await self._keep(page, asked_at)
            present.update(ref.id for ref in page)
            asked_at = self._deps.clock()
        return present

    async def _missing(self, present: Collection[int], asked_at: datetime) -> tuple[int, ...]:
        """What a listing lacks: of several pages one may pass over what moves to the page before meanwhile."""
        async with self._deps.database.read() as session:
            return await repositories.missing(session, self._request.installation_id, present, asked_at=asked_at)

    async def process_chunk(self, after: int) -> int:
        """Handle the next repositories by id from the one after `after`; the id reached, or -1 at the end."""
        async with self._deps.database.read() as session:
            chunk = await repositories.after(
                session, self._request.installation_id, after, limit=CHUNK, only=self._request.repository_ids
            )
        if not chunk:
            return -1
        async with self._deps.database.read() as session:
            handed_over = await batches.known_items(session, self.batch_id, [one.id for one in chunk])
        with count_requests() as counter:
            fresh = [one for one in chunk if one.id not in handed_over]  # a repeated step has done some already
            chosen = [choose(one, self._request, self._deps.clock()) for one in fresh]
            chosen = await self._drop_current(chosen)
            wanted = [one.repository for one in chosen if not one.skip]
            read = await self._read_facts(wanted)
        await self._hand_over(chosen, read, counter.value / max(len(read), 1), counter.value)
        return chunk[-1].id

    async def finish_listing(self) -> None:
        """All repositories of the batch are known; their check runs follow once they are analysed."""
        now, settings = self._deps.clock(), self._deps.settings
        event = check_runs_wanted(installation_id=self._request.installation_id, occurrence=self.batch_id)
        async with self._deps.database.write() as session:
            await batches.mark_listed(session, self.batch_id, now=now)
            if settings.radar_check_runs and settings.radar_batch_check_runs and self._deps.app is not None:
                await outbox.add(session, [event], now=now)
        self._deps.wake_relay()

    async def continue_later(self, after: int) -> None:
        """Ask for a further run of this batch, from the repository reached."""
        data = {**to_data(self._request), "batch_id": self.batch_id, "after": after}
        event = OutgoingEvent(name=BATCH_REQUESTED, id=f"{self.batch_id}:after:{after}", data=data)
        async with self._deps.database.write() as session:
            await outbox.add(session, [event], now=self._deps.clock())
        self._deps.wake_relay()

    async def _begin(self) -> None:
        request, asked_at = self._request, self._deps.clock()
        ref = await self._deps.app.installation(request.installation_id) if self._deps.app else None
        async with self._deps.database.write() as session:
            if ref is not None:
                await installations.upsert(session, ref, now=asked_at)
            await batches.create(
                session,
                self.batch_id,
                installation_id=request.installation_id,
                owner=request.owner,
                trigger=request.trigger,
                forks=request.forks,
                force=request.force,
                now=self._deps.clock(),
            )

    async def _keep(self, refs: Sequence[RepositoryRef], asked_at: datetime) -> None:
        keep = partial(repositories.upsert_many, installation_id=self._request.installation_id, refs=refs, now=asked_at)
        await self._deps.database.write_apart(keep)

    async def _heads(self, node_ids: Sequence[str]) -> list[RepositoryRef]:
        refs: list[RepositoryRef] = []
        for start in range(0, len(node_ids), CHUNK):
            refs += [ref for ref in await self._github.heads(node_ids[start : start + CHUNK]) if ref is not None]
        return refs

    async def _drop_current(self, choices: list[Choice]) -> list[Choice]:
        """Look at the HEADs of what is left, and skip what has a report of its HEAD already."""
        asked = [one.repository for one in choices if not one.skip]
        reported = [one for one in asked if one.report_id is not None and one.report_ruleset == RULESET_VERSION]
        if self._request.force or not reported:
            return choices
        refs = await self._github.heads([one.node_id for one in reported])
        heads = {one.id: ref.head_sha for one, ref in zip(reported, refs, strict=True) if ref is not None}
        return [
            Choice(repository=one.repository, skip="its report is current")
            if not one.skip and heads.get(one.repository.id) == one.repository.report_head_sha
            else one
            for one in choices
        ]

    async def _read_facts(self, wanted: Sequence[Repository]) -> list[RepositoryFacts]:
        if not wanted:
            return []
        return [one for one in await self._github.facts([one.node_id for one in wanted]) if one is not None]

    async def _hand_over(
        self, choices: Sequence[Choice], read: Sequence[RepositoryFacts], cost_each: float, cost: float
    ) -> None:
        """Count the chunk, keep its facts and queue its refreshes, all or nothing."""
        now, heads = self._deps.clock(), {one.id: one.head_sha for one in read}
        wanted = [one.repository for one in choices if not one.skip]

        async def keep(session: Session) -> None:
            await facts.put_many(session, read, api_requests=cost_each, now=now)
            await batches.add_items(
                session, self.batch_id, [(one.repository.id, one.repository.full_name) for one in choices], now=now
            )
            for one in choices:
                if one.skip:
                    await batches.mark_item(
                        session, self.batch_id, one.repository.id, ItemState.SKIPPED, reason=one.skip, now=now
                    )
            if not wanted:
                await batches.add_cost(session, self.batch_id, cost)
            await refreshes.queue(session, [one.id for one in wanted], trigger=self._request.trigger, now=now)
            await outbox.add(session, [self._refresh_event(one, heads.get(one.id, "")) for one in wanted], now=now)

        await self._deps.database.write_apart(keep)
        self._deps.wake_relay()

    def _refresh_event(self, repository: Repository, head_sha: str) -> OutgoingEvent:
        return refresh_requested(
            installation_id=self._request.installation_id,
            repository_id=repository.id,
            head_sha=head_sha,
            trigger=Trigger(self._request.trigger),
            force=self._request.force,
            batch_id=self.batch_id,
            delivery=self._request.delivery,
            occurrence=self.batch_id,
        )


async def follow(ctx: inngest.Context, deps: Deps, batch_id: str, command_id: str) -> None:
    """Keep the reply of the command that asked for a batch up to date until the batch ends."""

    async def look() -> bool:
        async with deps.database.read() as session:
            batch = await batches.get(session, batch_id)
            record = await commands.get(session, command_id)
        is_over = batch is None or record is None or batch.status is not BatchStatus.RUNNING
        try:
            if record is None or is_over:
                await reply_to_command(deps, command_id, ctx.run_id, failure=batch.error if batch else "")
            else:
                await refresh_reply(deps, record.repository_id, record.comment_id, ctx.run_id)
        except (RateLimited, TurnTaken):
            return False  # the next look tells it
        return is_over

    for number in range(FOLLOW_LOOKS):
        if await ctx.step.run(f"look-{number}", step(deps, look)):
            return
        await ctx.step.sleep(f"wait-{number}", timedelta(seconds=min(2 * 2**number, 600)))


def choose(repository: Repository, request: BatchRequest, now: datetime) -> Choice:
    """Whether a batch wants a repository by what is stored of it; archived ones keep the report they have.

    Forks are in it unless the request says `without-forks`; `with-forks` says the same as the default, `all`.
    """
    skip = ""
    if request.forks == "without-forks" and repository.is_fork:
        skip = "forks are excluded"
    elif is_under_way(repository, now) and not request.force:
        skip = "its refresh is under way already"
    elif repository.is_archived and repository.report_id is not None and not request.force:
        skip = "archived, and its report stays as it is"
    return Choice(repository=repository, skip=skip)


def is_under_way(repository: Repository, now: datetime) -> bool:
    """Somebody else has asked for its refresh lately, and it has not ended."""
    if repository.refresh_status not in {RefreshStatus.QUEUED, RefreshStatus.PROCESSING}:
        return False
    asked_at = repository.refresh_requested_at or repository.refresh_started_at
    return asked_at is not None and asked_at > now - UNDER_WAY_AT_MOST


def to_data(request: BatchRequest) -> dict[str, Any]:
    """The request as event data."""
    return {name: getattr(request, name) for name in request.__struct_fields__}


async def record_failure(deps: Deps, request: BatchRequest, batch_id: str, reason: str) -> None:
    """Say on the batch and to the command that asked why it failed."""
    async with deps.database.write() as session:
        await batches.fail(session, batch_id, error=reason, now=deps.clock())
    if request.command_id:
        await reply_to_command(deps, request.command_id, batch_id, failure=reason)
