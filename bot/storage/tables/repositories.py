"""Tables of installations and repositories: what GitHub says of them, and the newest report's columns for lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, by_bytes


class InstallationRow(Base):
    """One installation of the App. `status`: active | suspended | deleted. Id 0 is token mode."""

    __tablename__ = "installations"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigInteger)
    account_login: Mapped[str] = mapped_column(String(255))
    account_type: Mapped[str] = mapped_column(String(32), default="Organization")
    status: Mapped[str] = mapped_column(String(16), default="active")
    repository_selection: Mapped[str] = mapped_column(String(16), default="all")
    permissions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    events: Mapped[list[Any]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    reconciled_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_installations_login", "account_login"),)


LIST_SORTS = ("score", "full_name_lower", "pushed_at", "reported_at")
"""What a list of repositories is sorted by."""

LIST_FILTERS = (
    "removed_at",
    "is_private",
    "installation_id",
    "owner",
    "status",
    "grade",
    "language",
    "kind",
    "licence",
    "refresh_status",
    "full_name_lower",
)


POSTGRESQL_FILTERS = ("status", "grade", "language", "kind", "licence", "owner")
"""PostgreSQL combines small indexes of these; SQLite walks the list's own index faster than it would read rows."""


def list_index(sort: str) -> tuple[str, ...]:
    """The columns of an index that a list is read from, sorted and filtered, without touching the wide rows.

    Nothing else: what a walk through 100,000 entries takes grows with their width, and each report writes four.
    """
    return tuple(dict.fromkeys((sort, "id", *LIST_FILTERS)))


class RepositoryRow(Base):
    """One repository. The columns from `score` on mirror its newest report so that lists need no JSON.

    `refresh_status`: "" (never asked) | queued | processing | completed | failed, with `refresh_error` for people.
    `removed_at`: the installation no longer covers it, or it is gone on GitHub.
    """

    __tablename__ = "repositories"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    node_id: Mapped[str] = mapped_column(String(255), default="")
    installation_id: Mapped[int] = mapped_column(ForeignKey("installations.id"))
    owner: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    full_name_lower: Mapped[str] = mapped_column(by_bytes(511))
    is_private: Mapped[bool] = mapped_column(Boolean, default=False)
    is_fork: Mapped[bool] = mapped_column(Boolean, default=False)
    is_archived: Mapped[bool] = mapped_column(Boolean, default=False)
    default_branch: Mapped[str] = mapped_column(String(255), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    head_sha: Mapped[str] = mapped_column(String(64), default="")
    pushed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str] = mapped_column(String(64), default="")
    refresh_status: Mapped[str] = mapped_column(String(16), default="")
    refresh_error: Mapped[str] = mapped_column(Text, default="")
    refresh_run_id: Mapped[str] = mapped_column(String(64), default="")
    refresh_trigger: Mapped[str] = mapped_column(String(16), default="")
    refresh_requested_at: Mapped[datetime | None]
    refresh_started_at: Mapped[datetime | None]
    refresh_finished_at: Mapped[datetime | None]
    report_id: Mapped[int | None] = mapped_column(BigInteger)
    report_head_sha: Mapped[str] = mapped_column(String(64), default="")
    report_ruleset: Mapped[str] = mapped_column(String(32), default="")
    report_config: Mapped[str] = mapped_column(String(64), default="")
    reported_at: Mapped[datetime | None]
    score: Mapped[int | None] = mapped_column(Integer)
    score_before: Mapped[int | None] = mapped_column(Integer)
    grade: Mapped[str] = mapped_column(String(4), default="")
    coverage: Mapped[float | None] = mapped_column(Float)
    status: Mapped[str] = mapped_column(String(16), default="")
    kind: Mapped[str] = mapped_column(String(32), default="")
    licence: Mapped[str] = mapped_column(String(255), default="")
    language: Mapped[str] = mapped_column(String(64), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        *(Index(f"ix_repositories_by_{column}", *list_index(column)) for column in LIST_SORTS),
        *(Index(f"ix_repositories_of_{column}", column).ddl_if(dialect="postgresql") for column in POSTGRESQL_FILTERS),
        Index("ix_repositories_installation", "installation_id", "removed_at", "full_name_lower"),
        Index("ix_repositories_refresh", "refresh_status", "refresh_requested_at"),
    )


class FactsRow(Base):
    """GitHub's facts of one repository as a batch read them, for the refresh that follows within minutes."""

    __tablename__ = "repository_facts"
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True)
    head_sha: Mapped[str] = mapped_column(String(64))
    fetched_at: Mapped[datetime]
    api_requests: Mapped[float] = mapped_column(Float, default=0.0)
    body: Mapped[bytes]
