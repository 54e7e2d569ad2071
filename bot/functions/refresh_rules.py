"""What a refresh has to do, by what is known of its repository. Pure: `now` is given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeGuard

from bot.analysis import RULESET_VERSION
from bot.functions.edge import RefreshRequest
from bot.model.records import StoredFacts
from bot.model.repository import RateBudget, RefreshStatus, Repository
from bot.model.snapshot import RepositoryFacts

LAG_AT_MOST = timedelta(seconds=10)
"""How long after a push GitHub's API may still show the commit before."""
READING_AT_MOST = timedelta(minutes=10)
BACKGROUND_TRIGGERS = frozenset({"install", "batch", "sweep", "reconcile"})
"""What leaves a reserve of the rate limit to people and pushes."""
ANEW_TRIGGERS = frozenset({"sweep", "command"})
"""What asks anew although HEAD is the same: activity changes with time."""


def is_background(request: RefreshRequest) -> bool:
    """Whether people and pushes go before it."""
    return request.trigger in BACKGROUND_TRIGGERS


def reserve_until(budget: RateBudget | None, *, share: float, now: datetime) -> datetime | None:
    """When the rate limit resets, where only its reserve is left: a `share` of it from 0 to 1."""
    if budget is None or budget.resets_at <= now or budget.remaining > budget.limit * share:
        return None
    return budget.resets_at


def is_read_by_another(request: RefreshRequest, repository: Repository, run_id: str, *, now: datetime) -> bool:
    """Background work leaves alone what another run is reading; a push never does, since HEAD has moved."""
    if request.force or not is_background(request):
        return False
    started_at = repository.refresh_started_at
    return (
        repository.refresh_status is RefreshStatus.PROCESSING
        and repository.refresh_run_id != run_id
        and started_at is not None
        and started_at > now - READING_AT_MOST
    )


def holds(kept: StoredFacts | None, request: RefreshRequest) -> TypeGuard[StoredFacts]:
    """Whether facts are those that the batch has just read for this refresh."""
    return kept is not None and request.batch_id != "" and request.head_sha in {"", kept.facts.head_sha}


def is_not_shown_yet(
    request: RefreshRequest, repository: Repository, read: RepositoryFacts, *, asked_at: datetime, now: datetime
) -> bool:
    """A webhook can arrive before the API shows the commit: then HEAD is still what we reported last.

    So it is also when a delivery comes late, of a push that others have followed: HEAD has it as an ancestor, or it was
    pushed away and will never be shown. So this holds for a moment only.
    """
    asked = request.head_sha
    if not asked or read.head_sha in {asked, ""} or read.head_sha != repository.report_head_sha:
        return False
    is_ancestor = any(commit.sha == asked for commit in read.commits or ())
    return not is_ancestor and now < asked_at + LAG_AT_MOST


def is_current(request: RefreshRequest, repository: Repository, read: RepositoryFacts) -> bool:
    """Whether the newest report is of this HEAD and ruleset, and nobody asked for another."""
    return (
        not request.force
        and request.trigger not in ANEW_TRIGGERS
        and repository.report_id is not None
        and repository.report_head_sha == read.head_sha
        and repository.report_ruleset == RULESET_VERSION
    )
