"""Commits and version tags of a local repository, in the shapes that GitHub's answers have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.model.authors import is_bot
from bot.model.snapshot import CommitFact, ReleaseFact
from bot.sources.git import git

RECENT_DAYS = 400
"""How far before the newest commit single commits are told; questions look at 90 days, charts at a year."""

MAX_COMMITS = 20_000

_FIELDS = "%H%x1f%ct%x1f%aN%x1f%aE%x1f%s"
_VERSION_TAG = re.compile(r"^(?:[\w./-]*?[-/@])?[vV]?\d+(?:[._]\d+)+(?:[-+.\w]*)$|^[vV]\d+$")
_PRERELEASE = re.compile(
    r"(?:alpha|beta|rc|dev|pre|preview|canary|next|nightly|snapshot)[.\-_]?\d*|\d(?:a|b)\d+$", re.I
)


@dataclass(frozen=True, slots=True)
class LocalCommits:
    """`recent` newest first; `truncated` where a shallow clone or MAX_COMMITS hides some of them."""

    recent: tuple[CommitFact, ...]
    truncated: bool
    last_human_at: datetime | None
    newest_at: datetime | None


def read_commits(root: Path, head_sha: str) -> LocalCommits:
    """The commits that HEAD reaches, as far back as RECENT_DAYS before the newest, `.mailmap` applied."""
    if not head_sha:
        return LocalCommits((), False, None, None)
    listed = git(root, "log", "-z", f"--max-count={MAX_COMMITS}", f"--format={_FIELDS}", head_sha)
    commits = [_commit(line) for line in listed.split(b"\0") if line]
    newest_at = max(commit.committed_at for commit in commits)
    recent = tuple(commit for commit in commits if (newest_at - commit.committed_at).days <= RECENT_DAYS)
    human = next((commit.committed_at for commit in commits if not commit.is_bot), None)
    is_shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    truncated = is_shallow or len(commits) == MAX_COMMITS == len(recent)
    return LocalCommits(recent, truncated, human, newest_at)


def read_releases(root: Path) -> tuple[ReleaseFact, ...]:
    """Tags that name a version, newest first: what stands for releases where GitHub was not asked."""
    listed = git(root, "for-each-ref", "--format=%(refname:strip=2)%1f%(creatordate:unix)", "refs/tags")
    releases = []
    for line in listed.decode("utf-8", "replace").splitlines():
        tag, _, seconds = line.partition("\x1f")
        if _VERSION_TAG.match(tag) and seconds.isdigit():
            releases.append(
                ReleaseFact(
                    tag=tag,
                    published_at=_at(int(seconds)),
                    is_prerelease=bool(_PRERELEASE.search(tag)),
                    is_tag=True,
                )
            )
    releases.sort(key=lambda release: (release.published_at, release.tag), reverse=True)
    return tuple(releases)


def _commit(line: bytes) -> CommitFact:
    sha, seconds, name, email, headline = line.decode("utf-8", "replace").split("\x1f", 4)
    return CommitFact(
        sha=sha,
        committed_at=_at(int(seconds)),
        author=name,
        author_name=name,
        author_email=email,
        is_bot=is_bot(name=name, email=email),
        headline=headline[:200],
    )


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(seconds, 253402300799), UTC)
