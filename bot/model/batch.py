"""A batch of refreshes and its progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BatchStatus(StrEnum):
    """How a batch stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """How one repository of a batch stands; it leaves `queued` once."""

    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch. `listed`: all its items are known. `done`, `failed` and `skipped` add up to `total` at the end."""

    id: str
    installation_id: int | None
    owner: str
    trigger: str
    forks: str
    force: bool
    status: BatchStatus
    error: str
    listed: bool
    total: int
    done: int
    failed: int
    skipped: int
    api_requests: float
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """One repository of a batch; `reason` says why it failed or was skipped."""

    repository_id: int
    full_name: str
    state: ItemState
    reason: str
    updated_at: datetime
