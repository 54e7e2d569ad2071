"""What the bot keeps about its own work: stored reports, runs, answered commands, tokens, marks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.report import Report, decode_report
from bot.model.snapshot import RepositoryFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSummary:
    """A stored report without its body: a point of the trend."""

    id: int
    repository_id: int
    head_sha: str
    ruleset_version: str
    config_digest: str
    trigger: str
    run_id: str
    created_at: datetime
    score: int | None
    grade: str
    coverage: float
    status: str
    duration_ms: int
    api_requests: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """A stored report; `body` is its JSON as it was validated."""

    summary: ReportSummary
    body: bytes

    @property
    def report(self) -> Report:
        """The report, decoded."""
        return decode_report(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFacts:
    """GitHub's facts as a batch read them, and the API requests they cost (a share of one)."""

    facts: RepositoryFacts
    fetched_at: datetime
    api_requests: float


class CommandState(StrEnum):
    """How the answer to a command stands."""

    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRecord:
    """A command of a comment. `id` is made of the comment and the command, so that it is answered once."""

    id: str
    repository_id: int
    issue_number: int
    comment_id: int
    command: str
    author: str
    argument: str = ""
    run_id: str = ""
    state: CommandState = CommandState.QUEUED
    reply_comment_id: int | None = None
    reason: str = ""


class CheckRunState(StrEnum):
    """How the check run on HEAD stands, for the report that it is about."""

    SENDING = "sending"
    PUBLISHED = "published"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRunRecord:
    """The check run on a repository's HEAD as we last wrote it. `said` is a digest of what it tells."""

    repository_id: int
    state: CheckRunState
    reported_at: datetime
    head_sha: str
    external_id: str
    said: str
    check_run_id: int | None
    failures: int
    reason: str
    published_at: datetime | None


class RunState(StrEnum):
    """How a function run stands, as the bot saw it."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A function run, on whichever engine."""

    id: str
    function_id: str
    started_at: datetime
    event_id: str = ""
    delivery_guid: str = ""
    installation_id: int | None = None
    repository_id: int | None = None
    batch_id: str = ""
    state: RunState = RunState.RUNNING
    reason: str = ""
    attempt: int = 0
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A bearer token of the API without its secret. `scope`: read | write. Installation None sees all.

    `user_id` made it; 0 is the operator.
    """

    id: int
    name: str
    scope: str
    installation_id: int | None
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    user_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A named mark of a background job: the cursor it reached, or when it last ran."""

    name: str
    value: str
    updated_at: datetime
