"""Reads a local git checkout: its committed tree, and the facts that its own history knows without GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from bot.model.english import counted
from bot.model.entry import SYMLINK_MODE, ArchiveLimits, Entry
from bot.model.errors import UserError
from bot.model.snapshot import RepositoryFacts
from bot.sources.git import git, read_objects, read_sizes
from bot.sources.history import read_commits, read_releases

NOT_ASKED = "a local checkout: GitHub was not asked"

UNKNOWN_FIELDS = (
    "branch_rules",
    "ci_state",
    "description",
    "disk_usage_kb",
    "has_discussions",
    "has_issues_enabled",
    "homepage",
    "issues",
    "languages",
    "licence_spdx",
    "open_issues",
    "open_pull_requests",
    "organisation_files",
    "pull_requests",
    "security_policy_enabled",
    "topics",
    "vulnerability_alerts",
)
"""The facts that only GitHub can tell; a local checkout leaves each None with `NOT_ASKED` as the reason."""

_SCP_REMOTE = re.compile(r"^(?:[^@/\s]+@)?([^:/\s]+):(?!/)(.+)$")
_SUBMODULE_MODE = 0o160000
_MISSING = -1


def read_checkout(path: Path | str, limits: ArchiveLimits | None = None) -> tuple[RepositoryFacts, CheckoutStream]:
    """Facts and files of HEAD in the repository at `path`; an empty repository has no files.

    Raises UserError, one line, where `path` is no repository or git cannot read it.
    """
    root = _repository_root(Path(path))
    head_sha = _head_sha(root)
    facts = _facts(root, head_sha)
    return facts, CheckoutStream(root, head_sha, limits or ArchiveLimits())


class CheckoutStream:
    """Iterates over the files of one commit; afterwards `cut` says in sentences what limits left out."""

    def __init__(self, root: Path, head_sha: str, limits: ArchiveLimits) -> None:
        self._root = root
        self._head_sha = head_sha
        self._limits = limits
        self.cut: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Entry]:
        listed = self._within_limits(_list_tree(self._root, self._head_sha)) if self._head_sha else []
        contents = read_objects(self._root, (name for _, _, name, size in listed if self._is_read(size)))
        for path, mode, _, size in listed:
            content = next(contents) if self._is_read(size) else b""
            yield Entry(path, mode, content, is_symlink=mode == SYMLINK_MODE, size_bytes=max(size, 0))

    def _is_read(self, size: int) -> bool:
        return 0 <= size <= self._limits.max_file_bytes

    def _within_limits(self, listed: list[_Listed]) -> list[_Listed]:
        kept: list[_Listed] = []
        total = 0
        for item in listed:
            total += max(item[3], 0)
            if len(kept) >= self._limits.max_files or total > self._limits.max_bytes:
                self.cut = (f"Reading stopped after {len(kept):,} of {len(listed):,} files: the limit.",)
                break
            kept.append(item)
        missing = sum(size == _MISSING for *_, size in kept)
        if missing:
            told = f"{counted(missing, 'file')} not in this clone (a partial one) told by name only."
            self.cut = (*self.cut, told)
        too_large = sum(size > self._limits.max_file_bytes for *_, size in kept)
        if too_large:
            told = (
                f"{counted(too_large, 'file')} over {self._limits.max_file_bytes:,} bytes told by name and size only."
            )
            self.cut = (*self.cut, told)
        return kept


_Listed = tuple[str, int, str, int]
"""Path, mode, object name and size in bytes (_MISSING where a partial clone lacks the object)."""


def remote_name(url: str) -> tuple[str, str, str]:
    """Host, owner and name of a remote's URL (https, ssh or scp form), without any credentials; "" where unknown."""
    scp = None if "://" in url else _SCP_REMOTE.match(url)
    if scp:
        host, path = scp.group(1), scp.group(2)
    else:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return "", "", ""
    pieces = [piece for piece in path.removesuffix("/").removesuffix(".git").split("/") if piece]
    if not host or len(pieces) < 2:
        return "", "", ""
    return host, pieces[-2], pieces[-1]


def _repository_root(path: Path) -> Path:
    resolved = path.expanduser().resolve()
    if not resolved.is_dir():
        what = "is a file, no repository" if resolved.exists() else "does not exist"
        raise UserError(f"{path} {what}.", next_step="Give the folder of a git checkout, or OWNER/NAME.")
    try:
        found = git(resolved, "rev-parse", "--is-bare-repository", "--show-cdup").decode().splitlines()
    except UserError as error:
        if "dubious ownership" in error.message:
            raise UserError(
                f"{path} belongs to another user, so git refuses to read it.",
                next_step=f"If you trust it: git config --global --add safe.directory {resolved}",
            ) from None
        if "not a git repository" not in error.message:
            raise
        raise UserError(f"{path} is no git repository.", next_step="Give the folder of a git checkout.") from None
    if found[0] == "false" and len(found) > 1 and found[1]:
        top = (resolved / found[1]).resolve()
        raise UserError(f"{path} is a folder inside a git repository.", next_step=f"Did you mean {top}?")
    return resolved


def _head_sha(root: Path) -> str:
    try:
        return git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()
    except UserError:
        return ""


def _list_tree(root: Path, head_sha: str) -> list[_Listed]:
    """Every file of the commit; each folder's `.gitattributes` stands before what it speaks about."""
    found = []
    for line in git(root, "ls-tree", "-r", "-z", "--full-tree", head_sha).split(b"\0"):
        head, _, path = line.partition(b"\t")
        if path:
            mode, _, name = head.split()
            if int(mode, 8) != _SUBMODULE_MODE:
                found.append((path.decode("utf-8", "replace"), int(mode, 8), name.decode()))
    sizes = read_sizes(root, (name for _, _, name in found))
    listed = [
        (path, mode, name, _MISSING if size is None else size)
        for (path, mode, name), size in zip(found, sizes, strict=True)
    ]
    listed.sort(key=lambda item: item[0].rpartition("/")[2] != ".gitattributes")
    return listed


def _facts(root: Path, head_sha: str) -> RepositoryFacts:
    remotes = git(root, "remote").decode("utf-8", "replace").split()
    host, owner, name = "", "", ""
    if remotes:
        remote = "origin" if "origin" in remotes else remotes[0]
        url = git(root, "remote", "get-url", remote).decode("utf-8", "replace").strip()
        host, owner, name = remote_name(url)
    commits = read_commits(root, head_sha)
    releases = read_releases(root) if head_sha else ()
    return RepositoryFacts(
        id=0,
        owner=owner or "local",
        name=name or root.name.removesuffix(".git") or "repository",
        url=f"https://{host}/{owner}/{name}" if host else "",
        default_branch=_branch(root),
        head_sha=head_sha,
        is_empty=not head_sha,
        commits=commits.recent,
        commits_truncated=commits.truncated,
        last_human_commit_at=commits.last_human_at,
        pushed_at=commits.newest_at,
        created_at=None,
        releases=releases,
        release_count=len(releases),
        unknown_reasons=dict.fromkeys(UNKNOWN_FIELDS, NOT_ASKED),
        fetched_at=datetime.now(UTC),
    )


def _branch(root: Path) -> str:
    for reference in ("refs/remotes/origin/HEAD", "HEAD"):
        try:
            found = git(root, "symbolic-ref", "--quiet", "--short", reference).decode("utf-8", "replace").strip()
        except UserError:
            continue
        return found.removeprefix("origin/")
    return ""
