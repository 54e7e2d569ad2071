"""Tables of work: batches with their repositories, commands of comments, check runs, runs of functions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base


class BatchRow(Base):
    """A batch of refreshes. `status`: running | completed | failed | cancelled."""

    __tablename__ = "batches"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    installation_id: Mapped[int | None] = mapped_column(BigInteger)
    owner: Mapped[str] = mapped_column(String(255), default="")
    trigger: Mapped[str] = mapped_column(String(16))
    forks: Mapped[str] = mapped_column(String(16), default="all")
    force: Mapped[bool] = mapped_column(Boolean, default=False)
    status: Mapped[str] = mapped_column(String(16), default="running")
    error: Mapped[str] = mapped_column(Text, default="")
    listed: Mapped[bool] = mapped_column(Boolean, default=False)
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    api_requests: Mapped[float] = mapped_column(Float, default=0.0)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_batches_created", "created_at", "id"),)


class BatchItemRow(Base):
    """One repository of a batch. `state`: queued | done | failed | skipped; counted once, whatever retries."""

    __tablename__ = "batch_items"
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True)
    repository_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    full_name: Mapped[str] = mapped_column(String(511))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    reason: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]
    __table_args__ = (Index("ix_batch_items_state", "batch_id", "state"),)


class CommandRow(Base):
    """A command of a comment, answered once. `state`: queued | working | done | refused | failed."""

    __tablename__ = "commands"
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    repository_id: Mapped[int] = mapped_column(BigInteger)
    issue_number: Mapped[int] = mapped_column(Integer)
    comment_id: Mapped[int] = mapped_column(BigInteger)
    command: Mapped[str] = mapped_column(String(32))
    argument: Mapped[str] = mapped_column(String(255), default="")
    author: Mapped[str] = mapped_column(String(255))
    run_id: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16), default="queued")
    reply_comment_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    __table_args__ = (Index("ix_commands_comment", "repository_id", "comment_id"),)


class CheckRunRow(Base):
    """The check run on the HEAD of a repository, for its newest report. `state`: sending | published | none.

    `reported_at` is the report that this settles: a newer one has yet to be told. `said` is a digest of what it tells.
    `requests` created content at `published_at`, which counts for the pace; `reason` says why there is none.
    While it is sent, `holder` (a run) has had it since `begun_at`.
    """

    __tablename__ = "check_runs"
    repository_id: Mapped[int] = mapped_column(
        ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(String(16))
    reported_at: Mapped[datetime]
    head_sha: Mapped[str] = mapped_column(String(64), default="")
    external_id: Mapped[str] = mapped_column(String(128), default="")
    said: Mapped[str] = mapped_column(String(64), default="")
    check_run_id: Mapped[int | None] = mapped_column(BigInteger)
    requests: Mapped[int] = mapped_column(Integer, default=0)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    holder: Mapped[str] = mapped_column(String(64), default="")
    begun_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_check_runs_published", "published_at"),)


class RunRow(Base):
    """A function run as the bot saw it, on whichever engine. `state`: running | completed | failed | cancelled."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    function_id: Mapped[str] = mapped_column(String(64))
    event_id: Mapped[str] = mapped_column(String(255), default="")
    delivery_guid: Mapped[str] = mapped_column(String(64), default="")
    installation_id: Mapped[int | None] = mapped_column(BigInteger)
    repository_id: Mapped[int | None] = mapped_column(BigInteger)
    batch_id: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16), default="running")
    reason: Mapped[str] = mapped_column(Text, default="")
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_runs_started", "started_at", "id"),
        Index("ix_runs_state", "state", "started_at"),
        Index("ix_runs_event", "event_id"),
        Index("ix_runs_repository", "repository_id", "started_at"),
    )
