"""A webhook delivery, from the moment it is accepted to what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class DeliveryState(StrEnum):
    """Where a delivery stands: received, then one of the others."""

    RECEIVED = "received"
    SENT = "sent"
    IGNORED = "ignored"
    FAILED = "failed"


class NewDelivery(Struct, frozen=True, kw_only=True):
    """A verified delivery that is about to be stored. `body` is the JSON that GitHub signed (or its `payload=`)."""

    guid: str
    event: str
    body: bytes
    received_at: datetime
    action: str = ""
    installation_id: int | None = None
    repository_id: int | None = None
    repository_full_name: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A stored delivery, without its body. `reason` says why it was ignored or failed, for a person."""

    guid: str
    event: str
    action: str
    installation_id: int | None
    repository_id: int | None
    repository_full_name: str
    sender: str
    received_at: datetime
    size_bytes: int
    state: DeliveryState
    reason: str
    event_ids: tuple[str, ...]
    attempts: int
    next_attempt_at: datetime | None
    handled_at: datetime | None
    replays: int
