"""Tables of who may see what: API tokens, webhooks of subscribers, sessions, and what GitHub shows to people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base


class ApiTokenRow(Base):
    """A bearer token of the API, by its SHA-256. `scope`: read | write. Installation None sees all.

    `user_id` made it and must go on administering the installation, as GitHub last said at `checked_at`; 0 is the
    operator.
    """

    __tablename__ = "api_tokens"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(16))
    installation_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(255), default="")
    user_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SubscriptionRow(Base):
    """Somebody's webhook for `report.updated`. `secret_sealed` signs; it is stored encrypted, never shown again.

    `user_id` made it and must go on administering the installation, as GitHub last said at `checked_at`; 0 is the
    operator.
    """

    __tablename__ = "subscriptions"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    installation_id: Mapped[int | None] = mapped_column(BigInteger)
    url: Mapped[str] = mapped_column(Text)
    secret_sealed: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    disabled_at: Mapped[datetime | None]


class WebSessionRow(Base):
    """A person signed in to the dashboard, by the SHA-256 of the cookie's secret. `role`: operator | user.

    `token_sealed` is GitHub's user token, encrypted: what they may see is asked again with it every few minutes.
    `access` is a digest of what they may see, which changes when that does.
    """

    __tablename__ = "web_sessions"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int] = mapped_column(BigInteger, default=0)
    login: Mapped[str] = mapped_column(String(255), default="")
    token_sealed: Mapped[str] = mapped_column(Text, default="")
    access: Mapped[str] = mapped_column(String(64), default="", server_default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_web_sessions_user", "user_id"), Index("ix_web_sessions_expires", "expires_at"))


class UserRepositoryRow(Base):
    """A repository that a signed-in person can see on GitHub. `permission`: read | write | admin."""

    __tablename__ = "user_repositories"
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    repository_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    permission: Mapped[str] = mapped_column(String(16))


class UserInstallationRow(Base):
    """An installation that a signed-in person belongs to, and whether they administer its account."""

    __tablename__ = "user_installations"
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    installation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    is_admin: Mapped[bool] = mapped_column(Boolean, default=False)
