"""Commits and version tags of a local repository."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sources import history
from bot.sources.history import read_commits, read_releases
from tests.sources.checkouts import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def _commit(path: Path, headline: str, at: str, author: str = "Ada") -> None:
    git(path, "commit", "-q", "--allow-empty", "-m", headline, at=at, author=author)


def test_commits_come_newest_first_as_far_back_as_questions_look(repository: Path) -> None:
    _commit(repository, "Too old", "2024-12-31T10:00:00Z")
    _commit(repository, "Just in", "2025-03-29T10:00:00Z")
    _commit(repository, "x" * 300, "2026-05-01T10:00:00Z")
    _commit(repository, "Bump", "2026-05-03T10:00:00Z", author="renovate[bot]")
    found = read_commits(repository, "HEAD")
    assert [(one.headline, one.author, one.is_bot) for one in found.recent] == [
        ("Bump", "renovate[bot]", True),
        ("x" * 200, "Ada", False),
        ("Just in", "Ada", False),
    ]
    assert found.newest_at == datetime(2026, 5, 3, 10, tzinfo=UTC)
    assert found.last_human_at == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert not found.truncated
    assert all(len(one.sha) == 40 for one in found.recent)


def test_without_a_head_there_is_no_history(repository: Path) -> None:
    found = read_commits(repository, "")
    assert (found.recent, found.truncated, found.last_human_at, found.newest_at) == ((), False, None, None)


def test_the_mailmap_is_applied(repository: Path) -> None:
    (repository / ".mailmap").write_text("Ada Lovelace <ada@home.example> <ada@example.org>\n")
    git(repository, "add", ".mailmap")
    _commit(repository, "Begin", "2026-05-01T10:00:00Z")
    (commit,) = read_commits(repository, "HEAD").recent
    assert (commit.author_name, commit.author_email) == ("Ada Lovelace", "ada@home.example")


def test_separators_in_a_name_or_headline_do_not_shift_the_fields(repository: Path) -> None:
    _commit(repository, "a\x1fb", "2026-05-01T10:00:00Z")
    (commit,) = read_commits(repository, "HEAD").recent
    assert (commit.author, commit.headline) == ("Ada", "a\x1fb")


@pytest.mark.parametrize(("days", "truncated"), [(1, True), (500, False)], ids=["all recent", "old ones are not told"])
def test_more_commits_than_are_read_are_said_to_be_missing(
    repository: Path, monkeypatch: pytest.MonkeyPatch, days: int, truncated: bool
) -> None:
    monkeypatch.setattr(history, "MAX_COMMITS", 2)
    _commit(repository, "one", "2023-01-01T10:00:00Z")
    _commit(repository, "two", f"202{5 if days == 1 else 4}-01-01T10:00:00Z")
    _commit(repository, "three", "2025-12-31T10:00:00Z")
    assert read_commits(repository, "HEAD").truncated is truncated


@pytest.mark.parametrize(
    ("tag", "is_version", "is_prerelease"),
    [
        ("v1.2.3", True, False),
        ("1.2", True, False),
        ("v3", True, False),
        ("3", False, False),
        ("pkg@1.2.3", True, False),
        ("sub/module/v0.1.0", True, False),
        ("release-2024.10", True, False),
        ("curl-8_1_0", True, False),
        ("v1.0.0-rc.1", True, True),
        ("1.0.0b2", True, True),
        ("v2.0.0-nightly", True, True),
        ("nightly", False, False),
        ("backup-of-work", False, False),
    ],
)
def test_tags_that_name_a_version(repository: Path, tag: str, is_version: bool, is_prerelease: bool) -> None:
    _commit(repository, "Begin", "2026-05-01T10:00:00Z")
    git(repository, "tag", tag)
    assert [(one.tag, one.is_prerelease, one.is_tag) for one in read_releases(repository)] == (
        [(tag, is_prerelease, True)] if is_version else []
    )


def test_releases_come_newest_first_by_their_own_dates(repository: Path) -> None:
    _commit(repository, "Begin", "2026-01-01T10:00:00Z")
    git(repository, "tag", "v1.0.0")
    git(repository, "tag", "v1.0.1")
    git(repository, "tag", "-a", "v0.9.0", "-m", "late", at="2026-03-01T10:00:00Z")
    found = read_releases(repository)
    assert [one.tag for one in found] == ["v0.9.0", "v1.0.1", "v1.0.0"]
    assert found[0].published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
