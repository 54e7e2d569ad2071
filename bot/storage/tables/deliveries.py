"""Tables of what comes in and goes on: deliveries with their bodies, arrivals of a burst, the outbox of events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base


class DeliveryRow(Base):
    """A webhook delivery, known by GitHub's GUID until it is pruned. Its body has a table of its own.

    `state`: received → sent | ignored | failed. `reason` says why it was ignored or failed.
    `event_ids` are what it became; `replays` counts how often somebody asked for it again.
    """

    __tablename__ = "deliveries"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    guid: Mapped[str] = mapped_column(String(64), unique=True)
    event: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64), default="")
    installation_id: Mapped[int | None] = mapped_column(BigInteger)
    repository_id: Mapped[int | None] = mapped_column(BigInteger)
    repository_full_name: Mapped[str] = mapped_column(String(255), default="")
    sender: Mapped[str] = mapped_column(String(255), default="")
    received_at: Mapped[datetime]
    size_bytes: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), default="received")
    reason: Mapped[str] = mapped_column(Text, default="")
    event_ids: Mapped[list[Any]] = mapped_column(JSON, default=list)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    replays: Mapped[int] = mapped_column(Integer, default=0)
    __table_args__ = (
        Index("ix_deliveries_state_next", "state", "next_attempt_at", "received_at"),
        Index("ix_deliveries_received", "received_at", "guid"),
        Index("ix_deliveries_repository", "repository_id", "received_at"),
        Index("ix_deliveries_installation", "installation_id", "received_at"),
    )


class DeliveryBodyRow(Base):
    """The JSON of a delivery, packed; apart so that a change of state does not write it again.

    GUIDs are random: keyed by a growing number, bodies are appended instead of scattered over the file.
    """

    __tablename__ = "delivery_bodies"
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    body: Mapped[bytes]


class ArrivalRow(Base):
    """The deliveries of one shared commit in a burst, packed together, until they are moved to the inbox.

    SQLite only: one row at the end of a table costs a commit a fifth of what the inbox's indexes cost it.
    """

    __tablename__ = "arrivals"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    deliveries: Mapped[bytes]


class OutboxRow(Base):
    """An event of our own making (API, batch button, replay) that the relay has yet to send, or has sent."""

    __tablename__ = "outbox"
    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (Index("ix_outbox_sent", "sent_at", "next_attempt_at"),)
