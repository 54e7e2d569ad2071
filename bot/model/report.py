"""The report: what Repo Radar says about one repository at one commit.

Every type here is a frozen value. JSON names equal the Python names; `report_schema()` publishes them as
JSON Schema, and `decode_report` is the only way back in, so what is stored always validates. What it is made of
stands in `judgement` and `holdings`; both are imported from here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from bot.model.holdings import (
    Activity,
    Component,
    Document,
    HotFunction,
    Kind,
    LanguageLines,
    LargeFile,
    Licence,
    OfficialLanguage,
    Owner,
    Ownership,
    Package,
    Runtime,
    Scope,
    Size,
    Structure,
    Technology,
    Week,
)
from bot.model.judgement import Action, Check, Count, Effort, Evidence, Group, GroupScore, Insight, Points, Share, State

__all__ = [
    "REPORT_SCHEMA_VERSION",
    "Action",
    "Activity",
    "Changes",
    "Check",
    "Component",
    "Count",
    "Document",
    "Effort",
    "Evidence",
    "Group",
    "GroupScore",
    "HotFunction",
    "Identity",
    "Insight",
    "Kind",
    "LanguageLines",
    "LargeFile",
    "Licence",
    "MovedPackage",
    "OfficialLanguage",
    "Owner",
    "Ownership",
    "Package",
    "Points",
    "Publish",
    "Report",
    "Runtime",
    "Scope",
    "Share",
    "Size",
    "State",
    "Status",
    "Structure",
    "Technology",
    "Thresholds",
    "TurnedCheck",
    "Week",
    "decode_report",
    "encode_report",
    "report_schema",
]

REPORT_SCHEMA_VERSION = 1
"""Rises when a field is removed or changes its meaning; additions leave it alone."""


class Status(StrEnum):
    """Whether the repository is alive, by human activity (catalogue entry 19)."""

    ACTIVE = "active"
    MAINTENANCE = "maintenance"
    STALE = "stale"
    ARCHIVED = "archived"
    UNKNOWN = "unknown"


class TurnedCheck(Struct, frozen=True, kw_only=True):
    """A check whose state differs from the previous report's."""

    id: str
    title: str
    before: State
    after: State


class MovedPackage(Struct, frozen=True, kw_only=True):
    """A dependency whose requirement changed; "" before means added, "" after means removed."""

    name: str
    ecosystem: str
    before: str
    after: str
    path: str


class Changes(Struct, frozen=True, kw_only=True):
    """The difference to the previous report. Scores of different rulesets are not compared (`comparable`)."""

    previous_head_sha: str
    previous_at: datetime
    comparable: bool
    score_before: Points | None
    score_after: Points | None
    grade_before: str
    grade_after: str
    status_before: Status
    status_after: Status
    checks: tuple[TurnedCheck, ...] = ()
    packages_added: tuple[MovedPackage, ...] = ()
    packages_removed: tuple[MovedPackage, ...] = ()
    packages_moved: tuple[MovedPackage, ...] = ()
    technologies_added: tuple[str, ...] = ()
    technologies_removed: tuple[str, ...] = ()
    languages_added: tuple[str, ...] = ()
    languages_removed: tuple[str, ...] = ()
    owners_added: tuple[str, ...] = ()
    owners_removed: tuple[str, ...] = ()
    licence_before: str = ""
    licence_after: str = ""


class Thresholds(Struct, frozen=True, kw_only=True):
    """Where `.github/radar.yml` wants a check run to fail. Empty: never, the check run is neutral.

    `drop` is the points that one pull request may cost; `groups` the lowest score by group; `fail_on` check ids.
    """

    score: Points | None = None
    drop: Points | None = None
    groups: dict[str, Points] = {}
    fail_on: tuple[str, ...] = ()


class Publish(Struct, frozen=True, kw_only=True):
    """What `.github/radar.yml` lets us write on GitHub."""

    check_run: bool = True
    comments: bool = True
    thresholds: Thresholds = Thresholds()


class Identity(Struct, frozen=True, kw_only=True):
    """Which repository this is. `id` 0 is a local checkout that GitHub has not told us about."""

    id: int
    owner: str
    name: str
    url: str = ""
    description: str = ""
    purpose: str = ""
    homepage: str = ""
    topics: tuple[str, ...] = ()
    default_branch: str = ""
    head_sha: str = ""
    is_private: bool = False
    is_fork: bool = False
    is_archived: bool = False
    is_mirror: bool = False
    is_template: bool = False
    is_empty: bool = False
    parent: str = ""
    template: str = ""
    stars: Count = 0


class Report(Struct, frozen=True, kw_only=True):
    """One repository at one HEAD. `partial` lists what limits cut short, in sentences; empty when whole.

    `threshold_failures` are sentences, one for each threshold of `publish` that is missed: a check run fails by them.

    `analysis_duration_ms` and `api_requests` are filled by whoever ran the analysis; `analyze` itself leaves 0.
    """

    schema_version: int = REPORT_SCHEMA_VERSION
    ruleset_version: str
    config_digest: str
    repository: Identity
    analyzed_at: datetime
    kind: Kind
    kind_evidence: tuple[Evidence, ...] = ()
    licence: Licence
    summary: str
    status: Status
    status_reason: str
    is_stable: bool = False
    score: Points | None
    grade: str
    coverage: Share
    groups: tuple[GroupScore, ...] = ()
    insights: tuple[Insight, ...] = ()
    actions: tuple[Action, ...] = ()
    tech_stack: tuple[Technology, ...] = ()
    packages: tuple[Package, ...] = ()
    runtimes: tuple[Runtime, ...] = ()
    languages: tuple[LanguageLines, ...] = ()
    official_languages: tuple[OfficialLanguage, ...] = ()
    size: Size
    components: tuple[Component, ...] = ()
    documents: tuple[Document, ...] = ()
    checks: tuple[Check, ...] = ()
    activity: Activity
    ownership: Ownership
    structure: Structure
    changes: Changes | None = None
    partial: tuple[str, ...] = ()
    publish: Publish = Publish()
    threshold_failures: tuple[str, ...] = ()
    analysis_duration_ms: Count = 0
    api_requests: float = 0.0


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Report)


def encode_report(report: Report) -> bytes:
    """UTF-8 JSON; the same report always gives the same bytes."""
    return _encoder.encode(report)


def decode_report(body: bytes) -> Report:
    """The report in `body`. Raises msgspec.ValidationError where the schema is not met."""
    return _decoder.decode(body)


def report_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of `Report`."""
    return msgspec.json.schema(Report)
