"""What the API answers with: the shapes that OpenAPI is made from, and how what is stored becomes one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeVar

from msgspec import Struct

from bot.storage.views_activity import RunItem

A = TypeVar("A", bound=Struct)

RefreshState = Literal["", "queued", "processing", "completed", "failed"]
BatchState = Literal["running", "completed", "failed", "cancelled"]


class Repository(Struct, frozen=True):
    """One repository with the figures of its newest report."""

    id: int
    owner: str
    name: str
    is_private: bool
    is_fork: bool
    is_archived: bool
    description: str
    summary: str
    score: int | None
    score_before: int | None
    grade: str
    coverage: float | None
    status: str
    kind: str
    licence: str
    language: str
    head_sha: str
    pushed_at: datetime | None
    reported_at: datetime | None
    refresh_status: str
    refresh_error: str


class RepositoryPage(Struct, frozen=True):
    """`count` stops at `counted_to`: then there are at least so many. Only the first page has it."""

    repositories: list[Repository]
    count: int | None
    counted_to: int


class Intelligence(Struct, frozen=True):
    """The newest report and how the newest refresh stands. `report` follows /api/schema/report.json.

    `status` is the refresh's; the repository's own is `report.status`. The fields of the headline stand beside it.
    """

    ok: bool
    repository: str
    status: RefreshState
    head_sha: str
    error: str | None
    reported_at: datetime | None
    summary: str
    score: int | None
    grade: str
    coverage: float | None
    insights: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    tech_stack: list[dict[str, Any]]
    report: dict[str, Any] | None


class HistoryItem(Struct, frozen=True):
    """An earlier report in figures. The whole one: `/reports/{id}`."""

    id: int
    head_sha: str
    ruleset_version: str
    trigger: str
    created_at: datetime
    score: int | None
    grade: str
    coverage: float
    status: str
    duration_ms: int
    api_requests: float


class HistoryPage(Struct, frozen=True):
    """Newest first."""

    reports: list[HistoryItem]


class Accepted(Struct, frozen=True):
    """The refresh is queued."""

    ok: bool
    repository: str
    status: RefreshState
    message: str


class BatchAccepted(Struct, frozen=True):
    """The batch is queued. With several installations each has its own; `batch_id` is the first of `batch_ids`."""

    ok: bool
    batch_id: str
    batch_ids: list[str]
    queued: int
    message: str


class BatchProgress(Struct, frozen=True):
    """How a batch stands. `total` grows while `listed` is false."""

    id: str
    status: BatchState
    total: int
    done: int
    failed: int
    skipped: int
    listed: bool
    owner: str
    trigger: str
    error: str
    api_requests: float
    created_at: datetime
    finished_at: datetime | None


class BatchPage(Struct, frozen=True):
    """Newest first."""

    batches: list[BatchProgress]


class BatchItem(Struct, frozen=True):
    """One repository of a batch."""

    repository_id: int
    full_name: str
    state: str
    reason: str
    updated_at: datetime


class BatchItemPage(Struct, frozen=True):
    """By repository id."""

    items: list[BatchItem]


class Run(Struct, frozen=True):
    """A function run."""

    id: str
    function_id: str
    event_id: str
    delivery_guid: str
    repository: str | None
    batch_id: str
    state: str
    reason: str
    attempt: int
    started_at: datetime
    finished_at: datetime | None


class RunPage(Struct, frozen=True):
    """Newest first."""

    runs: list[Run]


class Delivery(Struct, frozen=True):
    """A webhook delivery and what became of it."""

    guid: str
    event: str
    action: str
    repository_full_name: str
    sender: str
    received_at: datetime
    size_bytes: int
    state: str
    reason: str
    event_ids: list[Any]
    attempts: int
    replays: int
    handled_at: datetime | None


class DeliveryPage(Struct, frozen=True):
    """Newest first."""

    deliveries: list[Delivery]


class Count(Struct, frozen=True):
    """How many repositories have a value in common; `detail` is a technology's category or a package's ecosystem."""

    name: str
    count: int
    detail: str = ""


class WorthDoing(Struct, frozen=True):
    """A next step over all repositories: how many would gain, and the points of score it brings them together."""

    check_id: str
    title: str
    effort: str
    repositories: int
    value: float


class Overview(Struct, frozen=True):
    """The overview's figures; what got worse and better is of the last seven days."""

    total: int
    reported: int
    private: int
    waiting: int
    failed: int
    average: float | None
    grades: list[Count]
    statuses: list[Count]
    kinds: list[Count]
    licences: list[Count]
    languages: list[Count]
    owners: list[Count]
    worse: list[Repository]
    better: list[Repository]
    actions: list[WorthDoing]


class TechnologyList(Struct, frozen=True):
    """Technologies in use, the most used first."""

    technologies: list[Count]


class PackageList(Struct, frozen=True):
    """Packages in use. Counts found by `q` stop at 50."""

    packages: list[Count]


class UsageItem(Struct, frozen=True):
    """One use of a technology or package."""

    owner: str
    name: str
    requirement: str
    locked: str
    scope: str
    path: str
    is_private: bool
    grade: str
    status: str


class UsagePage(Struct, frozen=True):
    """By repository id."""

    uses: list[UsageItem]


class Webhook(Struct, frozen=True):
    """A webhook of ours. `disabled_at` is set when it was given up."""

    id: int
    url: str
    installation_id: int | None
    created_at: datetime
    failures: int
    last_error: str
    disabled_at: datetime | None


class MadeWebhook(Struct, frozen=True):
    """The webhook, with the secret that signs its deliveries: it is shown this once."""

    webhook: Webhook
    secret: str


class WebhookList(Struct, frozen=True):
    """By id."""

    webhooks: list[Webhook]


class Removed(Struct, frozen=True):
    """It is gone."""

    ok: bool


class Installation(Struct, frozen=True):
    """An account on which the App is installed."""

    id: int
    account_login: str
    account_type: str
    status: str


class InstallationList(Struct, frozen=True):
    """By login."""

    installations: list[Installation]


class Replayed(Struct, frozen=True):
    """The delivery goes through the bot again."""

    ok: bool
    guid: str


def answer_of(kind: type[A], found: object) -> A:
    """What is stored, as the API shows it: the fields of `kind`, which both call the same."""
    return kind(**_fields(kind, found))


def run_of(found: RunItem) -> Run:
    """The API's view of a run."""
    repository = f"{found.owner}/{found.name}" if found.owner else None
    return Run(repository=repository, **_fields(Run, found, without="repository"))


def _fields(kind: type[Struct], found: object, *, without: str = "") -> dict[str, Any]:
    return {name: getattr(found, name) for name in kind.__struct_fields__ if name != without}
