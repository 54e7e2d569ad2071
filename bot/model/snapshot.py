"""The snapshot: everything read about one repository at one commit, before any thinking.

`RepositoryFacts` comes from GitHub's batched GraphQL query (or, with most fields unknown, from a local checkout);
`Contents` from the archive (or the local object store). None always means *unknown*: not permitted or not fetched;
`unknown_reasons` tells why, by field name.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class CommitFact(Struct, frozen=True, kw_only=True):
    """One commit on the default branch. `author` is the login where GitHub knows it, else the name."""

    sha: str
    committed_at: datetime
    author: str
    author_name: str = ""
    author_email: str = ""
    is_bot: bool = False
    headline: str = ""


class ReleaseFact(Struct, frozen=True, kw_only=True):
    """One published release, or a version tag of a local checkout (`is_tag`)."""

    tag: str
    published_at: datetime
    is_prerelease: bool = False
    is_tag: bool = False
    assets: tuple[str, ...] = ()
    author: str = ""


class IssueFact(Struct, frozen=True, kw_only=True):
    """One issue of the newest hundred. `first_response_at` is the first comment by a human other than its author."""

    number: int
    created_at: datetime
    closed_at: datetime | None = None
    first_response_at: datetime | None = None
    maintainer_response_at: datetime | None = None
    author: str = ""
    author_is_bot: bool = False


class PullRequestFact(Struct, frozen=True, kw_only=True):
    """One pull request of the newest hundred. `reviewed` is an approval or review by another human than its author."""

    number: int
    created_at: datetime
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    first_response_at: datetime | None = None
    maintainer_response_at: datetime | None = None
    author: str = ""
    author_is_bot: bool = False
    reviewed: bool | None = None


class LanguageBytes(Struct, frozen=True, kw_only=True):
    """GitHub's own language figure."""

    name: str
    size_bytes: int
    colour: str = ""


class HiddenFile(Struct, frozen=True, kw_only=True):
    """A file that the archive hides by export-ignore, listed by the tree; `text` where it was fetched."""

    path: str
    size_bytes: int
    mode: str = "100644"
    text: str | None = None


class BranchRules(Struct, frozen=True, kw_only=True):
    """What protects the default branch, from classic protection and rulesets together."""

    requires_pull_request: bool = False
    required_approvals: int = 0
    requires_status_checks: bool = False
    requires_code_owner_review: bool = False
    blocks_force_push: bool = False
    blocks_deletion: bool = False


class OrganisationFiles(Struct, frozen=True, kw_only=True):
    """Paths in the owner's public `.github` repository: GitHub's own fallback for community documents."""

    repository: str
    paths: tuple[str, ...] = ()


class RepositoryFacts(Struct, frozen=True, kw_only=True):
    """One repository as GitHub describes it. `id` 0 is a local checkout."""

    id: int
    owner: str
    name: str
    node_id: str = ""
    url: str = ""
    description: str | None = None
    homepage: str | None = None
    topics: tuple[str, ...] | None = None
    default_branch: str = ""
    head_sha: str = ""
    is_private: bool = False
    is_fork: bool = False
    is_archived: bool = False
    is_disabled: bool = False
    is_mirror: bool = False
    is_template: bool = False
    is_empty: bool = False
    parent: str = ""
    template: str = ""
    stars: int = 0
    disk_usage_kb: int | None = None
    created_at: datetime | None = None
    pushed_at: datetime | None = None
    licence_spdx: str | None = None
    languages: tuple[LanguageBytes, ...] | None = None
    commits: tuple[CommitFact, ...] | None = None
    commits_truncated: bool = False
    last_human_commit_at: datetime | None = None
    releases: tuple[ReleaseFact, ...] | None = None
    release_count: int | None = None
    issues: tuple[IssueFact, ...] | None = None
    open_issues: int | None = None
    pull_requests: tuple[PullRequestFact, ...] | None = None
    open_pull_requests: int | None = None
    ci_state: str | None = None
    has_issues_enabled: bool | None = None
    has_discussions: bool | None = None
    security_policy_enabled: bool | None = None
    vulnerability_alerts: int | None = None
    branch_rules: BranchRules | None = None
    organisation_files: OrganisationFiles | None = None
    gitattributes: str | None = None
    hidden_files: tuple[HiddenFile, ...] = ()
    hidden_files_truncated: bool = False
    unknown_reasons: dict[str, str] = {}
    fetched_at: datetime | None = None


class FileClass(StrEnum):
    """What a file counts as; only SOURCE is first-party code that lines, complexity and duplication look at."""

    SOURCE = "source"
    TEST = "test"
    DOCUMENTATION = "documentation"
    DATA = "data"
    GENERATED = "generated"
    VENDORED = "vendored"
    BINARY = "binary"
    OTHER = "other"


class FileFact(Struct, frozen=True, kw_only=True, array_like=True):
    """One file of the tree: what the collector learned while its bytes went by.

    `has_inline_tests`: unit tests stand inside the source file, as Rust, Zig and D do.
    """

    path: str
    size_bytes: int
    language: str = ""
    file_class: FileClass = FileClass.OTHER
    code: int = 0
    comment: int = 0
    blank: int = 0
    debt_markers: int = 0
    is_executable: bool = False
    is_symlink: bool = False
    has_inline_tests: bool = False


class FunctionFact(Struct, frozen=True, kw_only=True, array_like=True):
    """One function with its cyclomatic complexity."""

    name: str
    path: str
    line: int
    complexity: int
    lines: int


class DuplicateFact(Struct, frozen=True, kw_only=True, array_like=True):
    """A run of `lines` equal lines that stands at two places."""

    path: str
    line: int
    other_path: str
    other_line: int
    lines: int


class SecretFact(Struct, frozen=True, kw_only=True, array_like=True):
    """A credential at HEAD: kind, place and a keyed hash of it. The secret itself is never kept."""

    kind: str
    path: str
    line: int
    fingerprint: str


class WorkflowFinding(Struct, frozen=True, kw_only=True, array_like=True):
    """One finding of zizmor about a workflow or action."""

    rule: str
    severity: str
    confidence: str
    path: str
    line: int
    message: str
    url: str = ""


class Contents(Struct, frozen=True, kw_only=True):
    """The tree at HEAD, digested. `texts` holds the whole text of files that a question reads (manifests,
    documents, workflows, licences), by path; `cut` says in sentences what limits left out.
    None for `functions` and `workflow_findings`: not measured, with the reason in `unmeasured`.
    """

    files: tuple[FileFact, ...]
    texts: dict[str, str]
    duplicates: tuple[DuplicateFact, ...] = ()
    duplicated_lines: int | None = None
    functions: tuple[FunctionFact, ...] | None = None
    secrets: tuple[SecretFact, ...] = ()
    workflow_findings: tuple[WorkflowFinding, ...] | None = None
    unmeasured: dict[str, str] = {}
    cut: tuple[str, ...] = ()


class Snapshot(Struct, frozen=True, kw_only=True):
    """All that `analyze` sees. `contents` is None for an empty repository."""

    facts: RepositoryFacts
    contents: Contents | None
