"""export-ignore, against git itself."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.attributes import is_hidden, rules_of

FILES = [
    ".gitattributes", ".github/workflows/ci.yml", ".gitignore", "README.md", "a.md", "docs/a.md", "docs/deep/b.md",
    "docs/.gitattributes", "src/app.py", "src/tests/test_app.py", "tests/test_a.py", "tests/data/x.json", "tests.py",
    "with space.txt", "build/out.bin", "build/keep.txt", "x/build/out.bin", "[odd].txt", "sub/.github/x",
]  # fmt: skip
TABLES = [
    ("nothing", "*.md text\n", ""),
    ("a folder by name", "tests export-ignore\n", ""),
    ("a folder with a slash", "tests/ export-ignore\n", ""),
    ("a folder from the root", "/tests export-ignore\n", ""),
    ("what is in a folder", "tests/* export-ignore\n", ""),
    ("all below a folder", "tests/** export-ignore\n", ""),
    ("a suffix anywhere", "*.md export-ignore\n", ""),
    ("a suffix in one folder", "docs/*.md export-ignore\n", ""),
    ("a suffix below a folder", "docs/**/*.md export-ignore\n", ""),
    ("any depth", "**/build export-ignore\n", ""),
    ("the last line wins", "*.md export-ignore\nREADME.md -export-ignore\n", ""),
    ("a folder that is out stays out", "build export-ignore\nbuild/keep.txt -export-ignore\n", ""),
    ("unspecified", "*.md export-ignore\na.md !export-ignore\n", ""),
    ("quoted", '"with space.txt" export-ignore\n', ""),
    ("a bracket", "[ab].md export-ignore\n", ""),
    ("a negated bracket", "[!a].md export-ignore\n", ""),
    ("an escape", "\\[odd\\].txt export-ignore\n", ""),
    ("question mark", "?.md export-ignore\n", ""),
    ("dot files", ".git* export-ignore\n", ""),
    ("a comment", "# *.md export-ignore\n", ""),
    ("a macro", "[attr]hide export-ignore\n*.md hide\n", ""),
    ("with other attributes", "*.md text export-ignore diff=x\n", ""),
    ("a folder's own file", "", "*.md export-ignore\n"),
    ("a folder's file over the root's", "*.md export-ignore\n", "a.md -export-ignore\n"),
    ("anchored in a folder", "", "/a.md export-ignore\n"),
    ("a slash anchors in a folder", "", "deep/b.md export-ignore\n"),
    ("a whole path", "src/tests/test_app.py export-ignore\n", ""),
    ("folder only, anchored", "/build/ export-ignore\n", ""),
    ("star in the middle", "src/*/test_app.py export-ignore\n", ""),
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attributes")
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    git(folder, "init", "-q")
    return folder


def git(folder: Path, *arguments: str) -> bytes:
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.test",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.test",
    }  # fmt: skip
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True, timeout=30
    ).stdout


def hidden_by_us(root: str, docs: str) -> set[str]:
    rules = rules_of(root)
    folders_out: set[str] = set()
    found: set[str] = set()
    every_folder = {parent for name in FILES for parent in parents(name)}
    for path in sorted({*FILES, *every_folder}):
        parent = path.rpartition("/")[0]
        applying = rules + (rules_of(docs, "docs/") if path.startswith("docs/") else ())
        is_folder = path in every_folder
        if parent in folders_out or is_hidden(path, applying, is_folder=is_folder):
            (folders_out if is_folder else found).add(path)
    return found


def parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


@pytest.mark.parametrize(("name", "root", "docs"), TABLES, ids=[case[0] for case in TABLES])
def test_we_hide_what_git_archive_hides(checkout: Path, name: str, root: str, docs: str) -> None:
    (checkout / ".gitattributes").write_text(root)
    (checkout / "docs/.gitattributes").write_text(docs)
    git(checkout, "add", "-A", "-f")
    git(checkout, "commit", "-q", "--allow-empty", "-m", name)
    with tarfile.open(fileobj=io.BytesIO(git(checkout, "archive", "HEAD"))) as archive:
        kept = {member.name for member in archive if member.isfile()}
    assert hidden_by_us(root, docs) == set(FILES) - kept


@given(st.text(alphabet='*?[]!^/\\ab.-"# \t', max_size=30), st.text(alphabet="ab/.", max_size=20))
def test_no_pattern_crashes(pattern: str, path: str) -> None:
    rules = rules_of(f"{pattern} export-ignore\n")
    for is_folder in (True, False):
        is_hidden(path, rules, is_folder=is_folder)
