"""Builds snapshots for tests: a few files and facts become what the collector and GitHub would have told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.analysis import analyze
from bot.analysis.analyze import make_view
from bot.analysis.contents.collect import Collector
from bot.analysis.view import View
from bot.model.entry import Entry
from bot.model.report import Check, Report
from bot.model.snapshot import (
    BranchRules,
    CommitFact,
    Contents,
    IssueFact,
    LanguageBytes,
    OrganisationFiles,
    PullRequestFact,
    ReleaseFact,
    RepositoryFacts,
    Snapshot,
    WorkflowFinding,
)

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
"""A Monday."""

LICENCE_MIT = """MIT License

Copyright (c) 2024 Example

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def ago(days: float) -> datetime:
    """So many days before NOW."""
    return NOW - timedelta(days=days)


def commit(days: float, author: str = "ada", *, is_bot: bool = False, name: str = "", email: str = "") -> CommitFact:
    """One commit so many days ago."""
    return CommitFact(
        sha=f"{int(days * 1000):040x}",
        committed_at=ago(days),
        author=author,
        author_name=name,
        author_email=email,
        is_bot=is_bot,
        headline="change",
    )


def commits(*authors: tuple[str, int, float, float]) -> tuple[CommitFact, ...]:
    """For each (author, count, from days ago, to days ago) commits spread evenly, newest first."""
    made = []
    for author, count, first, last in authors:
        step = (first - last) / max(1, count - 1)
        made += [commit(first - index * step, author, is_bot=author.endswith("[bot]")) for index in range(count)]
    return tuple(sorted(made, key=lambda one: one.committed_at, reverse=True))


def release(tag: str, days: float, *assets: str, is_prerelease: bool = False) -> ReleaseFact:
    """One release so many days ago."""
    return ReleaseFact(tag=tag, published_at=ago(days), assets=assets, is_prerelease=is_prerelease, author="ada")


def issue(
    number: int, days: float, *, answered_h: float | None = 5.0, closed: float | None = None, by: str = "user"
) -> IssueFact:
    """One issue opened so many days ago; `answered_h` hours to the first answer, `closed` days ago."""
    opened = ago(days)
    return IssueFact(
        number=number,
        created_at=opened,
        closed_at=None if closed is None else ago(closed),
        first_response_at=None if answered_h is None else opened + timedelta(hours=answered_h),
        maintainer_response_at=None if answered_h is None else opened + timedelta(hours=answered_h),
        author=by,
    )


def pull(
    number: int,
    days: float,
    *,
    merged: float | None = None,
    by: str = "user",
    is_bot: bool = False,
    reviewed: bool | None = True,
    answered_h: float | None = 5.0,
) -> PullRequestFact:
    """One pull request opened so many days ago, merged `merged` days ago."""
    opened = ago(days)
    return PullRequestFact(
        number=number,
        created_at=opened,
        closed_at=None if merged is None else ago(merged),
        merged_at=None if merged is None else ago(merged),
        first_response_at=None if answered_h is None else opened + timedelta(hours=answered_h),
        author=by,
        author_is_bot=is_bot,
        reviewed=reviewed,
    )


def facts(**changes: Any) -> RepositoryFacts:
    """What GitHub tells of a healthy repository with everything readable; `changes` replace fields."""
    known: dict[str, Any] = {
        "id": 7,
        "owner": "octo",
        "name": "demo",
        "url": "https://github.com/octo/demo",
        "description": "Counts things and says how many there are",
        "homepage": "",
        "topics": ("counting",),
        "default_branch": "main",
        "head_sha": "0123456789abcdef0123456789abcdef01234567",
        "created_at": ago(900),
        "pushed_at": ago(3),
        "licence_spdx": "MIT",
        "languages": (LanguageBytes(name="Python", size_bytes=9000, colour="#3572A5"),),
        "commits": commits(("ada", 8, 80, 3), ("grace", 6, 75, 5), ("[bot]", 2, 60, 10)),
        "releases": (release("v1.2.0", 40), release("v1.1.0", 130), release("v1.0.0", 300)),
        "release_count": 3,
        "issues": (issue(1, 100, closed=95), issue(2, 60, closed=55), issue(3, 30)),
        "open_issues": 1,
        "pull_requests": tuple(pull(10 + n, 80 - n * 10, merged=78 - n * 10) for n in range(6)),
        "open_pull_requests": 0,
        "ci_state": "SUCCESS",
        "has_issues_enabled": True,
        "security_policy_enabled": False,
        "vulnerability_alerts": 0,
        "branch_rules": BranchRules(
            requires_pull_request=True, required_approvals=1, requires_status_checks=True, blocks_force_push=True
        ),
        "organisation_files": OrganisationFiles(repository="octo/.github"),
    }
    return RepositoryFacts(**{**known, **changes})


def local_facts(**changes: Any) -> RepositoryFacts:
    """What a local checkout tells: the history, nothing of GitHub."""
    known: dict[str, Any] = {
        "id": 0,
        "owner": "local",
        "name": "demo",
        "head_sha": "0123456789abcdef0123456789abcdef01234567",
        "default_branch": "main",
        "commits": commits(("ada", 8, 80, 3)),
        "releases": (),
    }
    return RepositoryFacts(**{**known, **changes})


def contents(
    files: Mapping[str, str | bytes],
    *,
    executables: Iterable[str] = (),
    symlinks: Mapping[str, str] | None = None,
    workflow_findings: tuple[WorkflowFinding, ...] | None = (),
    cut: Iterable[str] = (),
    of: RepositoryFacts | None = None,
) -> Contents:
    """The digest of `files`, made by the real collector."""
    collector = Collector(of)
    runnable = frozenset(executables)
    for path, content in files.items():
        body = content.encode() if isinstance(content, str) else content
        mode = 0o100755 if path in runnable else 0o100644
        collector.add(Entry(path=path, mode=mode, content=body, size_bytes=len(body)))
    for path, target in (symlinks or {}).items():
        collector.add(Entry(path, 0o120000, target.encode(), is_symlink=True, size_bytes=len(target)))
    return collector.finish(workflow_findings=workflow_findings, cut=cut)


def snapshot(files: Mapping[str, str | bytes] | None, of: RepositoryFacts | None = None, **how: Any) -> Snapshot:
    """A snapshot of `files` (None: empty repository) with `facts()` unless told."""
    known = of if of is not None else facts()
    return Snapshot(facts=known, contents=None if files is None else contents(files, of=known, **how))


def report(files: Mapping[str, str | bytes] | None, of: RepositoryFacts | None = None, **how: Any) -> Report:
    """The report on such a snapshot."""
    return analyze(snapshot(files, of, **how), now=NOW)


def view(files: Mapping[str, str | bytes] | None, of: RepositoryFacts | None = None, **how: Any) -> View:
    """The view on such a snapshot."""
    return make_view(snapshot(files, of, **how), NOW)


def check(made: Report, check_id: str, component: str = "") -> Check:
    """The check with that id."""
    return next(c for c in made.checks if c.id == check_id and c.component == component)


def python_code(functions: int, prefix: str = "count") -> str:
    """A Python module of so many small functions, three lines of code each."""
    body = (
        f"def {prefix}_{n}(items: list[int]) -> int:\n    total = sum(items) + {n}\n    return total"
        for n in range(functions)
    )
    return '"""Counts."""\n\n' + "\n\n\n".join(body) + "\n"


def python_tests(functions: int, module: str = "demo") -> str:
    """Tests for `python_code`, three lines each."""
    body = (
        f"def test_count_{n}() -> None:\n    expected = {n} + 3\n    assert count_{n}([1, 2]) == expected"
        for n in range(functions)
    )
    return f"from {module} import *\n\n\n" + "\n\n\n".join(body) + "\n"


def judged(
    check_id: str, files: Mapping[str, str | bytes] | None, of: RepositoryFacts | None = None, **how: Any
) -> Check:
    """One check of the report on `files`."""
    return check(report(files, of, **how), check_id)


CI = (
    "name: CI\non: [push, pull_request]\npermissions:\n  contents: read\njobs:\n  test:\n    runs-on: ubuntu-24.04\n"
    "    steps:\n      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955\n      - run: pytest\n"
)

README = (
    "# Tally\n\nTally counts things in files and says how many there are of each, for people who like to know.\n\n"
    "## Installation\n\n```sh\npip install tally\n```\n\n## Usage\n\n```python\nimport tally\ntally.count('x')\n```\n\n"
    "It reads text and binary files alike, and never changes any of them. The counts come as a table, or as JSON for "
    "other programs to read; both are sorted by name, so that two runs can be compared line by line.\n"
)

LIBRARY: dict[str, str | bytes] = {
    "README.md": README,
    "LICENSE": LICENCE_MIT,
    "pyproject.toml": (
        '[project]\nname = "tally"\nversion = "1.2.0"\nrequires-python = ">=3.11"\nlicense = "MIT"\n'
        'dependencies = ["attrs>=23"]\n'
    ),
    "tally/__init__.py": python_code(60),
    "tests/test_tally.py": python_tests(40, "tally"),
    ".github/workflows/ci.yml": CI,
}
"""A small Python library with tests and CI; take it and change what the test is about."""


def library(more: Mapping[str, str | bytes] | None = None, *, without: Iterable[str] = ()) -> dict[str, str | bytes]:
    """LIBRARY without some paths, and with more."""
    gone = frozenset(without)
    return {**{path: content for path, content in LIBRARY.items() if path not in gone}, **(more or {})}
