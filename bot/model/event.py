"""An event on its way to Inngest: what our functions are triggered by."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Trigger(StrEnum):
    """Who asked for a refresh or a batch; also decides its priority."""

    INSTALL = "install"
    PUSH = "push"
    COMMAND = "command"
    API = "api"
    BATCH = "batch"
    SWEEP = "sweep"
    RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEvent:
    """One event of the contract. `id` is made of what happened, so that the same news counts once.

    `data` is plain JSON: ids and flags, never a token, a key or file content. `ts_ms`: milliseconds since 1970.
    """

    name: str
    id: str
    data: dict[str, Any] = field(default_factory=dict)
    ts_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedEvent:
    """An event of the outbox, lent to one relay for a while; `attempts` counts the tries, this one included."""

    event: OutgoingEvent
    attempts: int
