"""The whole way from a stream of files to a report, in one process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model.entry import ArchiveLimits, Entry
from bot.model.errors import UserError, WorldError
from bot.model.report import Report, State
from bot.model.snapshot import RepositoryFacts, WorkflowFinding
from bot.workers import digest
from bot.workers.digest import Digest, analyze_checkout, audits_of, collect
from bot.workers.zizmor import Audit, NotMeasured

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FACTS = RepositoryFacts(id=7, owner="octo", name="demo", head_sha="a" * 40, default_branch="main")
FILES = {
    "demo.py": "# hello\nprint(1)\n",
    ".github/workflows/ci.yml": "on: push\njobs: {}\n",
    "keys.py": 'KEY = "AKIAQ7ZXEXV3UPL5J6HM"\n',
}


class _Stream:
    """FILES, with `cut` told after the last one, and an error in the middle if asked for."""

    def __init__(self, error: Exception | None = None) -> None:
        self.cut: tuple[str, ...] = ()
        self._error = error

    def __iter__(self) -> Iterator[Entry]:
        for path, text in FILES.items():
            yield Entry(path=path, mode=0o100644, content=text.encode(), size_bytes=len(text))
            if self._error is not None:
                raise self._error
        self.cut = ("Only a part.",)


def _finding() -> WorkflowFinding:
    return WorkflowFinding(
        rule="artipacked", severity="High", confidence="High", path=".github/workflows/ci.yml", line=1, message="m"
    )


def report_of(stream: _Stream | None, previous: Report | None = None) -> Report:
    made = Digest(FACTS, stream)
    (audit,) = audits_of([made])
    return made.report(audit, now=NOW, previous=previous)


def test_the_tree_is_read_with_what_limits_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []

    def audited(repositories: Sequence[Mapping[str, str]]) -> list[Audit]:
        asked.extend(map(dict, repositories))
        return [(_finding(),)] * len(repositories)

    monkeypatch.setattr(digest, "audit_repositories", audited)
    digests = [Digest(FACTS, _Stream()), Digest(FACTS, None)]
    audits = audits_of(digests)
    contents = digests[0].contents(audits[0])
    assert contents is not None
    assert [file.path for file in contents.files] == sorted(FILES)
    assert contents.cut == ("Only a part.",)
    assert contents.workflow_findings == (_finding(),)
    assert contents.functions is not None
    assert asked[0][".github/workflows/ci.yml"].startswith("on: push")
    assert asked[1] == {}
    assert digests[1].contents(audits[1]) is None


def test_its_time_is_its_own_and_a_share_of_zizmors(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr("bot.workers.digest.time.monotonic", lambda: next(clock))
    digests = [Digest(FACTS, None), Digest(FACTS, None)]
    assert [one.took_s for one in digests] == [10, 10]
    monkeypatch.setattr("bot.workers.digest.time.monotonic", iter([0, 8]).__next__)
    audits_of(digests)
    assert [one.took_s for one in digests] == [14, 14]


def test_without_zizmor_the_check_is_unknown_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "audit_repositories", lambda _: [NotMeasured("zizmor took longer than 60 s")])
    monkeypatch.setitem(FILES, "more.py", "x = 1\n" * 100)
    report = report_of(_Stream())
    check = next(check for check in report.checks if check.id == "workflow-safety")
    assert check.state is State.UNKNOWN
    assert check.reason == "Zizmor took longer than 60 s."


def test_errors_of_reading_come_through() -> None:
    with pytest.raises(WorldError, match="cut off"):
        Digest(FACTS, _Stream(WorldError("It was cut off.")))


def test_a_credential_has_another_fingerprint_with_another_key() -> None:
    prints = {
        key: [secret.fingerprint for secret in collect(FACTS, _Stream(), fingerprint_key=key).finish().secrets]
        for key in (b"", b"one", b"two")
    }
    assert all(len(found) == 1 for found in prints.values())
    assert len({found[0] for found in prints.values()}) == 3


def test_without_a_stream_the_repository_is_empty() -> None:
    report = report_of(None)
    assert (report.size.files, report.analyzed_at) == (0, NOW)


def test_changes_are_told_since_the_report_before() -> None:
    first = report_of(None)
    assert first.changes is None
    assert report_of(_Stream(), first).changes is not None


def test_a_checkout_is_analysed_within_its_limits(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    assert analyze_checkout(tmp_path, now=NOW).size.files == 0
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("print(1)\n")
    git("add", ".")
    git("commit", "-q", "-m", "Begin")
    whole = analyze_checkout(tmp_path, now=NOW)
    assert (whole.size.files, whole.languages[0].name) == (2, "Python")
    assert analyze_checkout(tmp_path, now=NOW, limits=ArchiveLimits(max_files=1)).size.files == 1


def test_what_is_no_repository_is_the_users_slip(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        analyze_checkout(tmp_path / "gone", now=NOW)
