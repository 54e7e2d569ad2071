"""What a repository holds: its kind, technologies, packages, languages, components, documents, people, activity."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from bot.model.judgement import Count, Evidence, Share


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


class Scope(StrEnum):
    """When a dependency is needed."""

    RUNTIME = "runtime"
    DEVELOPMENT = "development"
    OPTIONAL = "optional"
    BUILD = "build"


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
