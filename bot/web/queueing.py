"""Asking for work: what a button or a call puts into the outbox, in the same transaction as what pages then show."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from bot.events.catalog import batch_requested, refresh_requested
from bot.model.event import OutgoingEvent, Trigger
from bot.storage import batches, outbox, refreshes
from bot.storage.views_repositories import RepositoryItem
from bot.storage.views_scope import Scope
from bot.storage.views_work import count_remaining, installations
from bot.web.deps import Web


@dataclass(frozen=True)
class QueuedBatch:
    """What `generate-remaining` began. `queued` is what is known to be missing now; the batch lists GitHub anew."""

    batch_id: str
    batch_ids: tuple[str, ...]
    queued: int
    message: str


async def queue_refresh(web: Web, repository: RepositoryItem, *, force: bool, trigger: Trigger = Trigger.API) -> str:
    """Ask for one refresh; the id of its event."""
    now = web.clock()
    event = refresh_requested(
        installation_id=repository.installation_id,
        repository_id=repository.id,
        trigger=trigger,
        occurrence=uuid.uuid4().hex,
        force=force,
    )
    async with web.db.write() as session:
        await refreshes.queue(session, [repository.id], trigger=trigger, now=now)
        await outbox.add(session, [event], now=now)
    web.wake()
    return event.id


async def queue_batch(
    web: Web, scope: Scope, *, owner: str = "", forks: str = "all", force: bool = False, trigger: Trigger = Trigger.API
) -> QueuedBatch | None:
    """Begin one batch for each installation that `scope` administers (of `owner`, if given).

    None when `owner` is given and no such installation can be seen. Without any installation the batch is empty and
    complete at once.
    """
    now = web.clock()
    made: list[str] = []
    queued = 0
    events: list[OutgoingEvent] = []
    async with web.db.write() as session:
        chosen = await installations(session, scope, owner=owner)
        if owner and not chosen:
            return None
        for found in chosen:
            batch_id = uuid.uuid4().hex
            await batches.create(
                session,
                batch_id,
                installation_id=found.id,
                trigger=trigger,
                owner=found.account_login,
                forks=forks,
                force=force,
                now=now,
            )
            queued += await count_remaining(session, found.id, forks=forks, force=force)
            events.append(
                batch_requested(
                    batch_id=batch_id,
                    installation_id=found.id,
                    trigger=trigger,
                    owner=found.account_login,
                    forks=forks,
                    force=force,
                )
            )
            made.append(batch_id)
        if not made:
            made.append(uuid.uuid4().hex)
            await batches.create(session, made[0], installation_id=scope.installation_id, trigger=trigger, now=now)
            await batches.mark_listed(session, made[0], now=now)
        await outbox.add(session, events, now=now)
    web.wake()
    return QueuedBatch(made[0], tuple(made), queued, _message(len(events), queued))


def _message(installations_count: int, queued: int) -> str:
    if not installations_count:
        return "Nothing to queue: the App is installed on no account yet. Open /setup or install it on GitHub."
    if not queued:
        return "Every repository known here is current; the batch asks GitHub for new ones."
    return f"{queued} {'repository' if queued == 1 else 'repositories'} queued for analysis."
