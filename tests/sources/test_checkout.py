"""A local checkout: its committed tree, what its history tells, and clear words where there is none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model.entry import ArchiveLimits
from bot.model.errors import UserError
from bot.sources.checkout import NOT_ASKED, UNKNOWN_FIELDS, read_checkout, remote_name
from tests.sources.checkouts import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "demo"
    path.mkdir()
    git(path, "init", "-q", "-b", "trunk")
    (path / "src").mkdir()
    (path / "src" / "näme.py").write_text("print(1)\n")
    (path / "src" / ".gitattributes").write_text("* linguist-generated\n")
    (path / "run.sh").write_text("#!/bin/sh\n")
    (path / "run.sh").chmod(0o755)
    (path / "link").symlink_to("/etc/passwd")
    git(path, "add", ".")
    git(path, "commit", "-q", "-m", "Begin", at="2025-01-01T10:00:00Z")
    git(path, "tag", "v1.0.0")
    git(path, "tag", "nightly")
    git(path, "commit", "-q", "--allow-empty", "-m", "Speak up", at="2026-05-01T10:00:00Z")
    git(path, "tag", "-a", "v2.0.0-rc.1", "-m", "candidate", at="2026-05-02T10:00:00Z")
    git(path, "commit", "-q", "--allow-empty", "-m", "Bump", at="2026-05-03T10:00:00Z", author="dependabot[bot]")
    git(path, "remote", "add", "origin", "https://user:secret@github.com/octo/demo.git")
    (path / "not-committed").write_text("x")
    return path


def test_the_committed_tree_is_read_attributes_first(repository: Path) -> None:
    _, stream = read_checkout(repository)
    found = {entry.path: entry for entry in stream}
    assert list(found) == ["src/.gitattributes", "link", "run.sh", "src/näme.py"]
    assert found["src/näme.py"].content == b"print(1)\n"
    assert found["run.sh"].is_executable
    assert found["link"].is_symlink
    assert found["link"].content == b"/etc/passwd"
    assert stream.cut == ()


def test_history_tells_commits_releases_and_the_name(repository: Path) -> None:
    facts, _ = read_checkout(repository)
    assert (facts.owner, facts.name, facts.url) == ("octo", "demo", "https://github.com/octo/demo")
    assert facts.default_branch == "trunk"
    assert len(facts.head_sha) == 40
    assert facts.commits is not None
    assert [(commit.headline, commit.is_bot) for commit in facts.commits] == [("Bump", True), ("Speak up", False)]
    assert facts.last_human_commit_at == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert facts.releases is not None
    assert [(each.tag, each.is_prerelease, each.is_tag) for each in facts.releases] == [
        ("v2.0.0-rc.1", True, True),
        ("v1.0.0", False, True),
    ]
    assert facts.release_count == 2
    assert "secret" not in repr(facts)


def test_what_only_github_knows_is_unknown_with_the_reason(repository: Path) -> None:
    facts, _ = read_checkout(repository)
    assert {name: getattr(facts, name) for name in UNKNOWN_FIELDS} == dict.fromkeys(UNKNOWN_FIELDS)
    assert facts.unknown_reasons == dict.fromkeys(UNKNOWN_FIELDS, NOT_ASKED)


def test_an_empty_repository_is_no_error(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    facts, stream = read_checkout(tmp_path)
    assert facts.is_empty
    assert facts.commits == ()
    assert facts.default_branch == "main"
    assert list(stream) == []


def test_more_files_than_the_limit_give_a_part_and_say_so(repository: Path) -> None:
    _, stream = read_checkout(repository, ArchiveLimits(max_files=2))
    assert len(list(stream)) == 2
    assert stream.cut == ("Reading stopped after 2 of 4 files: the limit.",)


def test_a_large_file_is_told_by_name_and_size(repository: Path) -> None:
    _, stream = read_checkout(repository, ArchiveLimits(max_file_bytes=9))
    found = {entry.path: (entry.content, entry.size_bytes) for entry in stream}
    assert found["run.sh"] == (b"", 10)
    assert found["src/näme.py"] == (b"print(1)\n", 9)
    assert stream.cut == ("3 files over 9 bytes told by name and size only.",)


def test_a_shallow_clone_says_that_commits_are_missing(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    facts, _ = read_checkout(tmp_path / "shallow")
    assert facts.commits_truncated
    assert not read_checkout(repository)[0].commits_truncated


def test_a_partial_clone_tells_what_it_lacks_and_fetches_nothing(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repository}", "partial")
    _, stream = read_checkout(tmp_path / "partial")
    assert [(entry.path, entry.content, entry.size_bytes) for entry in stream] == [
        ("src/.gitattributes", b"", 0),
        ("link", b"", 0),
        ("run.sh", b"", 0),
        ("src/näme.py", b"", 0),
    ]
    assert stream.cut == ("4 files not in this clone (a partial one) told by name only.",)


@pytest.mark.parametrize(
    ("made", "said"),
    [("nothing", "does not exist"), ("file", "is a file"), ("folder", "is no git repository")],
)
def test_what_is_no_repository_gets_one_clear_line(tmp_path: Path, made: str, said: str) -> None:
    path = tmp_path / "x"
    if made == "file":
        path.write_text("x")
    elif made == "folder":
        path.mkdir()
    with pytest.raises(UserError, match=said) as caught:
        read_checkout(path)
    assert "\n" not in str(caught.value)


def test_a_folder_inside_a_repository_names_the_repository(repository: Path) -> None:
    with pytest.raises(UserError, match="Did you mean") as caught:
        read_checkout(repository / "src")
    assert str(repository) in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/octo/demo.git", ("github.com", "octo", "demo")),
        ("https://user:token@ghe.example.com/octo/demo/", ("ghe.example.com", "octo", "demo")),
        ("git@github.com:octo/demo.git", ("github.com", "octo", "demo")),
        ("ssh://git@github.com:22/octo/demo", ("github.com", "octo", "demo")),
        ("https://gitlab.com/group/sub/demo.git", ("gitlab.com", "sub", "demo")),
        ("/srv/git/demo.git", ("", "", "")),
        ("../demo", ("", "", "")),
        ("https://[broken", ("", "", "")),
    ],
)
def test_remote_names(url: str, expected: tuple[str, str, str]) -> None:
    assert remote_name(url) == expected
