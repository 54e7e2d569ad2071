"""The report: what Repo Radar says about one repository at one commit.

Every type here is a frozen value. JSON names equal the Python names; `report_schema()` publishes them as
JSON Schema, and `decode_report` is the only way back in, so what is stored always validates.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

REPORT_SCHEMA_VERSION = 1
"""Rises when a field is removed or changes its meaning; additions leave it alone."""

Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]
Points = Annotated[int, Meta(ge=0, le=100)]


class State(StrEnum):
    """What a check found. Neither of the last two moves the score."""

    PASS = "pass"  # noqa: S105 - a state, not a password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Group(StrEnum):
    """The chapters of the catalogue that are scored."""

    IDENTITY = "identity"
    STACK = "tech-stack"
    SIZE = "size"
    MAINTENANCE = "maintenance"
    COMMUNITY = "community"
    QUALITY = "quality"
    SECURITY = "security"
    OWNERSHIP = "ownership"
    STRUCTURE = "structure"


class Status(StrEnum):
    """Whether the repository is alive, by human activity (catalogue entry 19)."""

    ACTIVE = "active"
    MAINTENANCE = "maintenance"
    STALE = "stale"
    ARCHIVED = "archived"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What the repository is for (catalogue entry 2); it chooses which checks apply."""

    APPLICATION = "application"
    LIBRARY = "library"
    COMMAND_LINE_TOOL = "command-line-tool"
    ACTION = "action"
    TEMPLATE = "template"
    DOCS_SITE = "docs-site"
    CONFIGURATION = "configuration"
    INFRASTRUCTURE = "infrastructure"
    DATA = "data"
    MONOREPO = "monorepo"
    UNKNOWN = "unknown"


class Effort(StrEnum):
    """How long the next step takes a person who knows the repository."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


class Scope(StrEnum):
    """When a dependency is needed."""

    RUNTIME = "runtime"
    DEVELOPMENT = "development"
    OPTIONAL = "optional"
    BUILD = "build"


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a statement comes from: a place in the tree, or a field of GitHub's API.

    Exactly one of `path` and `field` is set; `line` counts from 1 and only goes with `path`.
    """

    path: str = ""
    line: int | None = None
    field: str = ""
    detail: str = ""

    def __str__(self) -> str:
        where = self.path or self.field
        if self.line is not None:
            where = f"{where}:{self.line}"
        return f"{where} ({self.detail})" if self.detail else where


class Check(Struct, frozen=True, kw_only=True):
    """One question of the catalogue and its answer.

    `found` says what was seen, `why` why it matters, `next_step` what to do (empty when it passes).
    `reason` explains unknown and not applicable. `weight` 0 means told, not scored.
    `share` is how much of the weight is earned, 0 to 1 (None when the state does not count).
    """

    id: str
    number: Count
    group: Group
    title: str
    state: State
    found: str
    why: str = ""
    next_step: str = ""
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    weight: Count = 0
    share: Share | None = None
    component: str = ""


class GroupScore(Struct, frozen=True, kw_only=True):
    """One group's score; None where none of its checks could be judged."""

    group: Group
    score: Points | None
    coverage: Share
    passed: Count
    warned: Count
    failed: Count
    unknown: Count
    not_applicable: Count


class Insight(Struct, frozen=True, kw_only=True):
    """Something worth knowing about the repository."""

    title: str
    description: str
    evidence: tuple[Evidence, ...] = ()


class Action(Struct, frozen=True, kw_only=True):
    """Something worth doing; `value` is the points of the overall score it would bring."""

    title: str
    instruction: str
    effort: Effort
    check_id: str = ""
    value: float = 0.0
    evidence: tuple[Evidence, ...] = ()


class Technology(Struct, frozen=True, kw_only=True):
    """One technology in use, named as a developer would name it."""

    name: str
    category: str
    evidence: tuple[Evidence, ...]
    version: str = ""
    components: tuple[str, ...] = ()


class Package(Struct, frozen=True, kw_only=True):
    """One direct dependency as a manifest declares it. `locked` is the version of the lockfile, if any."""

    name: str
    ecosystem: str
    requirement: str
    scope: Scope
    purl: str
    path: str
    line: int | None = None
    locked: str = ""
    component: str = ""


class Runtime(Struct, frozen=True, kw_only=True):
    """A runtime or toolchain version that the repository asks for."""

    name: str
    requirement: str
    evidence: Evidence


class LanguageLines(Struct, frozen=True, kw_only=True):
    """Our own count for one language; vendored, generated, documentation and binary files set apart."""

    name: str
    colour: str
    files: Count
    code: Count
    comment: Count
    blank: Count
    size_bytes: Count
    share: Share


class OfficialLanguage(Struct, frozen=True, kw_only=True):
    """GitHub's own figure for one language: the headline."""

    name: str
    colour: str
    size_bytes: Count
    share: Share


class Size(Struct, frozen=True, kw_only=True):
    """How much there is. `code`, `comment` and `blank` are lines of first-party programming and markup files."""

    files: Count = 0
    size_bytes: Count = 0
    code: Count = 0
    comment: Count = 0
    blank: Count = 0
    test_code: Count = 0
    generated_files: Count = 0
    vendored_files: Count = 0
    documentation_files: Count = 0
    binary_files: Count = 0
    debt_markers: Count = 0
    duplicated_lines: Count = 0


class Component(Struct, frozen=True, kw_only=True):
    """A folder with a manifest. `path` is "" for the root."""

    path: str
    name: str
    ecosystem: str
    kind: Kind
    manifests: tuple[str, ...]
    version: str = ""
    licence: str = ""
    entry_points: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    dependencies: Count = 0
    code: Count = 0
    test_code: Count = 0
    has_tests: bool = False


class Document(Struct, frozen=True, kw_only=True):
    """A document that people look for: `kind` is readme, contributing, code-of-conduct, changelog, ...

    `source` tells whether it is a file here, a section of the README, or the organisation's fallback.
    """

    kind: str
    path: str
    source: str = "file"
    line: int | None = None


class Licence(Struct, frozen=True, kw_only=True):
    """The licence as an SPDX expression ("" when none was found) with every place that states one."""

    expression: str
    files: tuple[Evidence, ...] = ()
    declared: tuple[Evidence, ...] = ()
    github: str = ""


class Week(Struct, frozen=True, kw_only=True):
    """Commits on the default branch in the week that starts at `starts` (a Monday, ISO date)."""

    starts: str
    human: Count
    bot: Count


class Activity(Struct, frozen=True, kw_only=True):
    """Catalogue entries 17 to 24. None is unknown."""

    last_human_commit_at: datetime | None = None
    human_commits_30_days: Count | None = None
    human_commits_90_days: Count | None = None
    bot_commits_90_days: Count | None = None
    contributors_90_days: Count | None = None
    weeks: tuple[Week, ...] = ()
    releases: Count | None = None
    latest_release: str = ""
    latest_release_at: datetime | None = None
    median_days_between_releases: float | None = None
    median_first_response_hours: float | None = None
    open_issues: Count | None = None
    open_pull_requests: Count | None = None
    pull_requests_opened_90_days: Count | None = None
    pull_requests_closed_90_days: Count | None = None
    median_open_issue_age_days: float | None = None
    ci_state: str = ""


class Owner(Struct, frozen=True, kw_only=True):
    """A person or team that carries the repository; `source` is CODEOWNERS or commits."""

    name: str
    source: str
    commits: Count = 0
    share: Share = 0.0
    last_commit_at: datetime | None = None
    patterns: Count = 0


class Ownership(Struct, frozen=True, kw_only=True):
    """Catalogue entries 48 to 51. None is unknown."""

    codeowners_path: str = ""
    codeowners_coverage: Share | None = None
    owners: tuple[Owner, ...] = ()
    bus_factor: Count | None = None
    reviewed_share: Share | None = None


class HotFunction(Struct, frozen=True, kw_only=True):
    """A function by cyclomatic complexity."""

    name: str
    path: str
    line: int
    complexity: Count
    lines: Count


class LargeFile(Struct, frozen=True, kw_only=True):
    """A first-party source file by lines of code."""

    path: str
    language: str
    code: Count


class Structure(Struct, frozen=True, kw_only=True):
    """Catalogue entries 52 to 55. None is not measured."""

    depth: Count = 0
    entry_points: tuple[str, ...] = ()
    hot_functions: tuple[HotFunction, ...] = ()
    duplicated_share: Share | None = None
    duplicates: tuple[Evidence, ...] = ()
    largest_files: tuple[LargeFile, ...] = ()
    debt_markers_per_thousand_lines: float | None = None


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
