"""The few fields of GitHub's payloads that decide what becomes of a delivery; everything else is skipped unread.

Every field may be missing: a payload is judged by `translate`, never refused for its shape.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

Id = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""GitHub's ids fit into 63 bits; so do the database's columns."""


class Installation(Struct, frozen=True):
    """`installation` of any App delivery."""

    id: Id | None = None
    updated_at: str | int | None = None


class Repository(Struct, frozen=True):
    """`repository` of most deliveries."""

    id: Id | None = None
    full_name: str | None = None
    default_branch: str | None = None
    pushed_at: str | int | None = None
    updated_at: str | int | None = None
    archived: bool | None = None


class Account(Struct, frozen=True):
    """`sender`, or somebody's `user`."""

    id: Id | None = None
    login: str | None = None
    type: str | None = None


class NamedRepository(Struct, frozen=True):
    """An entry of `repositories_added` or `repositories_removed`."""

    id: Id | None = None
    node_id: str | None = None


class Comment(Struct, frozen=True):
    """`comment` of issue_comment. `performed_via_github_app` is set where an App wrote it."""

    id: Id | None = None
    body: str | None = None
    updated_at: str | None = None
    user: Account | None = None
    performed_via_github_app: dict[str, object] | None = None


class Issue(Struct, frozen=True):
    """`issue` of issue_comment; pull requests are issues with `pull_request`."""

    number: Id | None = None
    pull_request: dict[str, object] | None = None


class Commit(Struct, frozen=True):
    """`head` of a pull request."""

    sha: str | None = None


class PullRequest(Struct, frozen=True):
    """`pull_request`, or an entry of a check's `pull_requests`."""

    number: Id | None = None
    head: Commit | None = None
    updated_at: str | None = None


class Check(Struct, frozen=True):
    """`check_run` or `check_suite`. `external_id` is ours, and only of runs; `pull_requests` is empty for forks.

    `head_branch` is null where the commit is on no branch of the repository: it came from a fork.
    """

    id: Id | None = None
    external_id: str | None = None
    head_sha: str | None = None
    head_branch: str | None = None
    pull_requests: tuple[PullRequest, ...] | None = None


class Changes(Struct, frozen=True):
    """`changes` of an edited thing: only whether a field is named matters."""

    default_branch: dict[str, object] | None = None
    base: dict[str, object] | None = None
    body: dict[str, object] | None = None


class Payload(Struct, frozen=True):
    """A delivery's payload as far as we look."""

    action: str | None = None
    installation: Installation | None = None
    repository: Repository | None = None
    sender: Account | None = None
    ref: str | None = None
    before: str | None = None
    after: str | None = None
    deleted: bool | None = None
    repositories_added: tuple[NamedRepository, ...] | None = None
    repositories_removed: tuple[NamedRepository, ...] | None = None
    comment: Comment | None = None
    issue: Issue | None = None
    pull_request: PullRequest | None = None
    check_run: Check | None = None
    check_suite: Check | None = None
    changes: Changes | None = None


_decoder = msgspec.json.Decoder(Payload)


def read_payload(body: bytes) -> Payload:
    """The payload in `body`. Raises msgspec.DecodeError, with the field's path where one has another type.

    Raises UnicodeDecodeError where a field is not UTF-8.
    """
    return _decoder.decode(body)
