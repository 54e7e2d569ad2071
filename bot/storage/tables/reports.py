"""Tables of reports, and of what the newest one of a repository says, row by row for filters and lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, by_bytes


class ReportRow(Base):
    """A finished report: zlib-compressed JSON in `body`, the figures of the trend beside it."""

    __tablename__ = "reports"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id", ondelete="CASCADE"))
    head_sha: Mapped[str] = mapped_column(String(64))
    ruleset_version: Mapped[str] = mapped_column(String(32))
    config_digest: Mapped[str] = mapped_column(String(64))
    trigger: Mapped[str] = mapped_column(String(16))
    run_id: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]
    score: Mapped[int | None] = mapped_column(Integer)
    grade: Mapped[str] = mapped_column(String(4), default="")
    coverage: Mapped[float] = mapped_column(Float, default=0.0)
    status: Mapped[str] = mapped_column(String(16), default="")
    duration_ms: Mapped[int] = mapped_column(Integer, default=0)
    api_requests: Mapped[float] = mapped_column(Float, default=0.0)
    body: Mapped[bytes]
    __table_args__ = (
        UniqueConstraint("repository_id", "head_sha", "ruleset_version", "config_digest", name="uq_reports_key"),
        Index("ix_reports_repository", "repository_id", "created_at"),
    )


class RepositoryTechnologyRow(Base):
    """A technology of a repository's newest report."""

    __tablename__ = "repository_technologies"
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    category: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(128), default="")
    __table_args__ = (Index("ix_repository_technologies_name", "name", "repository_id"),)


class RepositoryLanguageRow(Base):
    """A language of a repository's newest report, by GitHub's figure where known, else by ours."""

    __tablename__ = "repository_languages"
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[float] = mapped_column(Float)
    __table_args__ = (Index("ix_repository_languages_name", "name", "repository_id"),)


class RepositoryPackageRow(Base):
    """A direct dependency of a repository's newest report."""

    __tablename__ = "repository_packages"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id", ondelete="CASCADE"))
    ecosystem: Mapped[str] = mapped_column(by_bytes(32))
    name: Mapped[str] = mapped_column(by_bytes(255))
    requirement: Mapped[str] = mapped_column(String(255), default="")
    locked: Mapped[str] = mapped_column(String(255), default="")
    scope: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        Index("ix_repository_packages_name", "name", "ecosystem", "repository_id"),
        Index("ix_repository_packages_repository", "repository_id"),
    )


class RepositoryCheckRow(Base):
    """A check that is not passing in a repository's newest report (warn, fail or unknown)."""

    __tablename__ = "repository_checks"
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True)
    check_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    __table_args__ = (Index("ix_repository_checks_check", "check_id", "repository_id", "state"),)


class RepositoryActionRow(Base):
    """An action of a repository's newest report, most valuable first by `position`."""

    __tablename__ = "repository_actions"
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    check_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    effort: Mapped[str] = mapped_column(String(16))
    value: Mapped[float] = mapped_column(Float)


class RepositoryOwnerRow(Base):
    """A top owner of a repository's newest report."""

    __tablename__ = "repository_owners"
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    __table_args__ = (Index("ix_repository_owners_name", "name", "repository_id"),)
