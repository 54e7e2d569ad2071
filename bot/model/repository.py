"""Repositories and installations: as GitHub lists them, and `Repository` as we keep it."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from msgspec import Struct


class RepositoryRef(Struct, frozen=True, kw_only=True):
    """One repository of a listing. `head_sha` is "" where the listing does not tell it (REST does not)."""

    id: int
    node_id: str
    owner: str
    name: str
    description: str = ""
    is_private: bool = False
    is_fork: bool = False
    is_archived: bool = False
    is_disabled: bool = False
    is_empty: bool = False
    default_branch: str = ""
    head_sha: str = ""
    pushed_at: datetime | None = None

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"


class InstallationRef(Struct, frozen=True, kw_only=True):
    """One installation of the App. Id 0 is token mode."""

    id: int
    account_id: int
    account_login: str
    account_type: str = "Organization"
    repository_selection: str = "all"
    permissions: dict[str, str] = {}
    events: tuple[str, ...] = ()
    suspended_at: datetime | None = None


class HookDelivery(Struct, frozen=True, kw_only=True):
    """One delivery as GitHub remembers it for three days. `id` asks for redelivery; `guid` is what the inbox knows."""

    id: int
    guid: str
    event: str
    action: str
    delivered_at: datetime
    status_code: int
    is_redelivery: bool = False
    installation_id: int | None = None
    repository_id: int | None = None


class AppInfo(Struct, frozen=True, kw_only=True):
    """The App as GitHub knows it."""

    id: int
    slug: str
    name: str
    owner: str
    html_url: str
    permissions: dict[str, str] = {}
    events: tuple[str, ...] = ()
    client_id: str = ""


class RateBudget(Struct, frozen=True, kw_only=True):
    """What a response's headers said about the rate limit. Installation 0 is token mode, None the App itself."""

    installation_id: int | None
    resource: str
    limit: int
    remaining: int
    resets_at: datetime


class CommentRef(Struct, frozen=True, kw_only=True):
    """An issue comment. `app_id` is the App that wrote it; None for a person's, or where GitHub does not say."""

    id: int
    body: str
    author: str
    author_is_bot: bool
    url: str
    app_id: int | None = None
    updated_at: datetime | None = None


class PullRequestRef(Struct, frozen=True, kw_only=True):
    """A pull request with the commits that a comparison needs. `head_*` is "" when the fork is gone."""

    number: int
    title: str
    state: str
    head_sha: str
    head_owner: str
    head_name: str
    base_ref: str
    base_sha: str
    merge_base_sha: str
    author: str
    is_draft: bool = False


class CheckAnnotation(Struct, frozen=True, kw_only=True):
    """A remark on lines of a file; `level` is notice, warning or failure."""

    path: str
    start_line: int
    end_line: int
    level: str
    message: str
    title: str = ""
    raw_details: str = ""


class CheckOutput(Struct, frozen=True, kw_only=True):
    """What a check run shows: Markdown of at most 65,535 characters in `summary` and `text` each."""

    title: str
    summary: str
    text: str = ""
    annotations: tuple[CheckAnnotation, ...] = ()


class Permission(IntEnum):
    """What somebody may do with a repository, in rising order."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


class RefreshStatus(StrEnum):
    """How the newest refresh of a repository's report stands."""

    NEVER = ""
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Repository(Struct, frozen=True, kw_only=True):
    """A repository as stored. The fields from `report_id` on mirror its newest report.

    `removed_at`: the installation no longer covers it, or it is gone on GitHub (`removed_reason`).
    `refresh_error` says for a person why the newest refresh failed.
    """

    id: int
    node_id: str
    installation_id: int
    owner: str
    name: str
    is_private: bool
    is_fork: bool
    is_archived: bool
    default_branch: str
    description: str
    head_sha: str
    pushed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    removed_at: datetime | None
    removed_reason: str
    refresh_status: RefreshStatus
    refresh_error: str
    refresh_run_id: str
    refresh_trigger: str
    refresh_requested_at: datetime | None
    refresh_started_at: datetime | None
    refresh_finished_at: datetime | None
    report_id: int | None
    report_head_sha: str
    report_ruleset: str
    report_config: str
    reported_at: datetime | None
    score: int | None
    score_before: int | None
    grade: str
    coverage: float | None
    status: str
    kind: str
    licence: str
    language: str
    summary: str

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"
