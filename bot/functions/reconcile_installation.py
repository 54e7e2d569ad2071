"""reconcile-installation: makes what we keep of an installation what GitHub says it is.

Events of an installation or repository only say that something changed; what is true now is asked of GitHub, so that
events in the wrong order do no harm. The daily reconcile takes the same way without an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import inngest
import structlog

from bot.events.catalog import INSTALLATION_CHANGED, batch_requested, install_batch_id, refresh_requested
from bot.functions.deps import Deps
from bot.functions.edge import InstallationChange, read_data, step
from bot.functions.learning import owns
from bot.model.batch import BatchStatus
from bot.model.errors import FinalError, Finality
from bot.model.event import OutgoingEvent, Trigger
from bot.model.installation import InstallationStatus
from bot.model.repository import InstallationRef
from bot.storage import batches, installations, outbox, repositories
from bot.storage.database import Session

log = structlog.get_logger("bot.functions.reconcile")

WHOLE_CHANGES = frozenset(
    {"reconcile", "installation.created", "installation.unsuspend", "installation.new_permissions_accepted"}
)
"""After these every repository of the installation is compared, and what has no current report is asked for."""

JUST_NOW = timedelta(minutes=5)
"""What the clock asks for is not done again so soon after an install has done it."""
REFRESH_CHANGES = frozenset(
    {"repository.edited", "repository.unarchived", "repository.transferred", "repository.created"}
)
"""After these the repository's report is asked for."""


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""

    @client.create_function(
        fn_id="reconcile-installation",
        name="Reconcile an installation",
        trigger=inngest.TriggerEvent(event=INSTALLATION_CHANGED),
        concurrency=[inngest.Concurrency(limit=1, key="event.data.installation_id")],
        retries=8,
    )
    async def reconcile(ctx: inngest.Context) -> dict[str, Any]:
        change = read_data(ctx.event, InstallationChange)
        reconciling = Reconciling(deps, change, ctx.run_id)
        status = await ctx.step.run("installation", step(deps, reconciling.installation))
        if status != InstallationStatus.ACTIVE:
            return {"outcome": status}
        outcome = await ctx.step.run("repositories", step(deps, reconciling.repositories))
        return {"outcome": outcome}

    return reconcile


class Reconciling:
    """The work of one change; every method may be called again."""

    def __init__(self, deps: Deps, change: InstallationChange, run_id: str) -> None:
        self._deps = deps
        self._change = change
        self._run_id = run_id

    async def installation(self) -> str:
        """Bring the installation itself up to date; its status."""
        if self._change.change == "installation.deleted":
            return await self._delete()
        if self._deps.app is None:
            return InstallationStatus.ACTIVE
        asked_at = self._deps.clock()
        try:
            ref = await self._deps.app.installation(self._change.installation_id)
        except FinalError as error:
            if error.finality is Finality.UNINSTALLED:
                return await self._delete()
            raise
        await self._keep(ref, asked_at)
        return InstallationStatus.SUSPENDED if ref.suspended_at else InstallationStatus.ACTIVE

    async def repositories(self) -> str:
        """Bring the repositories concerned up to date; what was done, in a word."""
        change = self._change
        if change.change == "installation_repositories.removed":
            return await self._remove(change.repository_ids)
        if change.repository_id:
            return await self._repository(change.repository_id)
        if change.change in WHOLE_CHANGES:
            return await self._ask_for_batch()
        return "updated"

    async def _remove(self, repository_ids: Sequence[int]) -> str:
        """Those that GitHub no longer lists, and that no other installation has taken over: it may be told late."""
        covered, asked_at = set[int](), self._deps.clock()
        async for page in self._deps.clients.for_installation(self._change.installation_id).repositories():
            covered.update(ref.id for ref in page)
        async with self._deps.database.write() as session:
            gone = set(repository_ids) - covered
            await repositories.remove(session, self._change.installation_id, gone, reason="removed", now=asked_at)
        return "removed"

    async def _delete(self) -> str:
        async with self._deps.database.write() as session:
            await installations.delete(session, self._change.installation_id, now=self._deps.clock())
        return InstallationStatus.DELETED

    async def _keep(self, ref: InstallationRef, asked_at: datetime) -> None:
        async with self._deps.database.write() as session:
            before = await installations.get(session, ref.id)
            if before is not None and before.account_login != ref.account_login:
                await installations.rename(session, ref.id, ref.account_login, now=asked_at)
            await installations.upsert(session, ref, now=asked_at)

    async def _repository(self, repository_id: int) -> str:
        now = self._deps.clock()
        github = self._deps.clients.for_installation(self._change.installation_id)
        try:
            ref = await github.repository_by_id(repository_id)
        except FinalError as error:
            if error.finality is not Finality.GONE:
                raise
            async with self._deps.database.write() as session:
                await repositories.remove(
                    session, self._change.installation_id, [repository_id], reason="deleted", now=now
                )
            return "deleted"
        async with self._deps.database.write() as session:
            installation = await installations.get(session, self._change.installation_id)
            if installation is not None and not owns(installation, ref):
                return "another account's by now"  # a public one is shown to everybody who asks
            await repositories.upsert_many(session, self._change.installation_id, [ref], now=now)
            if self._change.change in REFRESH_CHANGES:
                await outbox.add(session, [self._refresh_event(repository_id)], now=now)
        self._deps.wake_relay()
        return "updated"

    async def _ask_for_batch(self) -> str:
        """The batch lists what GitHub lists, removes what it no longer does, and refreshes what is not current."""
        now = self._deps.clock()
        async with self._deps.database.write() as session:
            installation = await installations.get(session, self._change.installation_id)
            compared_at = installation.reconciled_at if installation else None
            if self._change.change == "reconcile" and compared_at is not None and compared_at > now - JUST_NOW:
                return "compared just now"
            is_new = compared_at is None and await self._is_unlisted(session)
            event = batch_requested(
                batch_id=install_batch_id(self._change.installation_id) if is_new else f"{self._run_id}-batch",
                installation_id=self._change.installation_id,
                trigger=Trigger.INSTALL if is_new else Trigger.RECONCILE,
                delivery=self._change.delivery,
            )
            await outbox.add(session, [event], now=now)
            await installations.mark_reconciled(session, self._change.installation_id, now=now)
        self._deps.wake_relay()
        return "compared"

    async def _is_unlisted(self, session: Session) -> bool:
        """Its install's own batch is what is wanted, whichever of us hears of it first; unless that one failed."""
        first = await batches.get(session, install_batch_id(self._change.installation_id))
        return first is None or first.status is BatchStatus.RUNNING

    def _refresh_event(self, repository_id: int) -> OutgoingEvent:
        return refresh_requested(
            installation_id=self._change.installation_id,
            repository_id=repository_id,
            trigger=Trigger.RECONCILE,
            delivery=self._change.delivery,
            occurrence=self._run_id,
        )
