"""The tables. Keys are GitHub's numeric ids (names change); times are UTC; JSON is text in both databases.

Changing a table means a new revision in `migrations/versions/`; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """A datetime with zone in Python, UTC in the database; SQLite keeps it without zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        result: datetime = value
        return result.replace(tzinfo=UTC) if result.tzinfo is None else result.astimezone(UTC)


class Base(DeclarativeBase):
    """Root of the tables, with names for constraints so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        bytes: LargeBinary(),
    }


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
)


POSTGRESQL_FILTERS = ("status", "grade", "language", "kind", "licence", "owner")
"""PostgreSQL combines small indexes of these; SQLite walks the list's own index faster than it would read rows."""


def list_index(sort: str) -> tuple[str, ...]:
    """The columns of an index that a list is read from, sorted and filtered, without touching the wide rows."""
    return (sort, "id", *LIST_FILTERS, *(column for column in LIST_SORTS if column != sort))


def by_bytes(length: int) -> TypeEngine[str]:
    """Text that sorts byte by byte in both databases, so that a prefix is a range of an index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


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
