"""What the API takes: queries and bodies are checked against these types, and OpenAPI is made from them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from bot.storage.views_repositories import SortBy
from bot.web.api_answers import RefreshState

Text = Annotated[str, Meta(max_length=255)]
Limit = Annotated[int, Meta(ge=1, le=200)]
Cursor = Annotated[str, Meta(max_length=1000, description="From the `Link` header of the page before.")]


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameter."""


class PageQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A page of a list."""

    cursor: Cursor = ""
    limit: Limit = 50


class RepositoryQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Filter, order and page of the repositories. "" leaves a filter alone; `none` means without."""

    q: Annotated[str, Meta(max_length=255, description="Words that the full name contains.")] = ""
    status: Literal["", "active", "maintenance", "stale", "archived", "unknown"] = ""
    grade: Text = ""
    language: Text = ""
    technology: Text = ""
    kind: Text = ""
    licence: Text = ""
    owner: Text = ""
    maintainer: Text = ""
    check: Annotated[str, Meta(max_length=255, description="Id of a check that fails or could be better.")] = ""
    visibility: Literal["", "public", "private"] = ""
    refresh: RefreshState = ""
    sort: SortBy = "-score"
    cursor: Cursor = ""
    limit: Limit = 50


class OverviewQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Figures of one account, or of all."""

    owner: Text = ""


class BatchQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Batches in one state."""

    status: Literal["", "running", "completed", "failed", "cancelled"] = ""
    cursor: Cursor = ""
    limit: Limit = 50


class CompareQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Ids of two reports of the repository's history."""

    before: Annotated[int, Meta(ge=1, le=2**62)]
    after: Annotated[int, Meta(ge=1, le=2**62)]


class RefreshBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`force` analyses again what is current."""

    force: bool = False


class BatchBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which repositories, of those that have no current analysis (with `force`, of all)."""

    owner: Text | None = None
    forks: Literal["all", "with-forks", "without-forks"] = "all"
    force: bool = False


class BatchItemQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Repositories of a batch in one state."""

    state: Literal["", "queued", "done", "failed", "skipped"] = ""
    cursor: Cursor = ""
    limit: Limit = 50


class RunQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Runs in one state or of one function."""

    state: Literal["", "running", "completed", "failed", "cancelled"] = ""
    function: Text = ""
    cursor: Cursor = ""
    limit: Limit = 50


class DeliveryQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Deliveries by state, event or repository (owner/name)."""

    state: Literal["", "received", "sent", "ignored", "failed"] = ""
    event: Text = ""
    repository: Text = ""
    cursor: Cursor = ""
    limit: Limit = 50


class PackageQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Packages whose name begins with `q`; without it the most used ones."""

    q: Text = ""


class WebhookBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to send `report.updated`. Without `secret` one is made; without `installation_id` the token's, or all."""

    url: Annotated[str, Meta(max_length=2000)]
    secret: Annotated[str, Meta(max_length=255)] = ""
    installation_id: Annotated[int, Meta(ge=1, le=2**53)] | None = None
