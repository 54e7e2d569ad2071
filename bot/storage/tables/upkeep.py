"""Tables the bot keeps house with: rate limits as last seen, marks of jobs, requests of a minute, counted figures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base


class BudgetRow(Base):
    """GitHub's remaining rate limit of an installation as last seen in a response."""

    __tablename__ = "budgets"
    installation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    resource: Mapped[str] = mapped_column(String(32), primary_key=True)
    limit_: Mapped[int] = mapped_column("limit_per_hour", Integer)
    remaining: Mapped[int] = mapped_column(Integer)
    resets_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class MarkRow(Base):
    """A named mark of a background job: the cursor it reached, or when it last ran."""

    __tablename__ = "marks"
    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]


class RateWindowRow(Base):
    """Requests of the running minute that an API token has taken, over all web processes."""

    __tablename__ = "rate_windows"
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(Integer)


class FiguresRow(Base):
    """Counted figures of what one kind of viewer sees, zlib-compressed JSON, for every web process and a restart."""

    __tablename__ = "figures"
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    read_at: Mapped[datetime]
    took_ms: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes]
    __table_args__ = (Index("ix_figures_read", "read_at"),)
