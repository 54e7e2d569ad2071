"""zizmor is run offline over the workflows, and its findings name their place."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.model.snapshot import WorkflowFinding
from bot.workers import zizmor
from bot.workers.zizmor import Audit, NotMeasured, audit_repositories, is_audited

WORKFLOW = """on: pull_request_target
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.pull_request.title }}
"""


ACTION = """name: a
runs:
  using: composite
  steps:
    - run: echo ${{ github.event.issue.title }}
      shell: bash
"""


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    """Every test begins as a new worker does."""
    zizmor._seen.clear()
    yield
    zizmor._seen.clear()


def audit_workflows(texts: dict[str, str]) -> tuple[WorkflowFinding, ...]:
    (audit,) = audit_repositories([texts])
    assert not isinstance(audit, NotMeasured)
    return audit


def count_runs(monkeypatch: pytest.MonkeyPatch, fails: Callable[[int], bool] = lambda files: False) -> list[int]:
    """How many files each run of zizmor is given; `fails` tells of which number it breaks."""
    runs: list[int] = []
    real = zizmor._run

    def run(folder: Path) -> bytes:
        runs.append(sum(1 for path in folder.rglob("*.yml")))
        if fails(runs[-1]):
            raise NotMeasured("zizmor failed: of nothing we know")
        return real(folder)

    monkeypatch.setattr(zizmor, "_run", run)
    return runs


def workflow(name: str) -> dict[str, str]:
    return {".github/workflows/ci.yml": f"name: {name}\n{WORKFLOW}"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".github/workflows/ci.yml", True),
        (".github/workflows/ci.yaml", True),
        ("action.yml", True),
        ("deploy/action.yaml", True),
        (".github/workflows/sub/ci.yml", False),
        (".github/dependabot.yml", False),
        ("README.md", False),
    ],
)
def test_what_is_audited(path: str, expected: bool) -> None:
    assert is_audited(path) is expected


def test_findings_name_rule_level_and_line() -> None:
    found = audit_workflows({".github/workflows/ci.yml": WORKFLOW, "README.md": "# no\n"})
    injection = next(fact for fact in found if fact.rule == "template-injection")
    assert (injection.path, injection.line, injection.severity) == (".github/workflows/ci.yml", 7, "high")
    assert injection.url.startswith("https://")
    assert "dangerous-triggers" in {fact.rule for fact in found}
    assert found == audit_workflows({".github/workflows/ci.yml": WORKFLOW})


def test_nothing_to_audit_is_no_finding() -> None:
    assert audit_workflows({"README.md": "# no\n"}) == ()


def test_a_broken_workflow_costs_only_itself() -> None:
    found = audit_workflows({".github/workflows/bad.yml": "a: [", ".github/workflows/ci.yml": WORKFLOW})
    assert {fact.path for fact in found} == {".github/workflows/ci.yml"}


def test_only_broken_workflows_are_no_crash() -> None:
    assert audit_workflows({".github/workflows/bad.yml": "a: ["}) == ()


@pytest.mark.parametrize(
    "path",
    [
        f".github/workflows/{'é' * 200}.yml",
        f"{'/'.join(['d' * 200] * 30)}/action.yml",
        "x/action.yml",
        ".github//workflows/ci.yml",
        ".github/workflows/a\nb.yml",
        ".github/workflows/--help.yml",
    ],
)
def test_names_that_no_disk_takes_are_audited_all_the_same(path: str) -> None:
    text = WORKFLOW if "workflows" in path else ACTION
    others = {**workflow("a"), "x/action.yml/action.yml": ACTION}
    found = {finding.path for finding in audit_workflows({**others, path: text})}
    expected = {path} if is_audited(path) else set()
    assert found == {*others} | expected


def test_a_disk_that_is_full_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    (audit,) = audit_repositories([workflow("a")])
    assert str(audit) == "the workflows could not be handed to zizmor (No space left on device)"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zizmor, "_MEMORY", tmp_path)
    audit_workflows({".github/workflows/ci.yml": WORKFLOW, "../outside/action.yml": "name: x\n"})
    assert list(tmp_path.iterdir()) == []


def test_without_zizmor_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    (audit,) = audit_repositories([{".github/workflows/ci.yml": WORKFLOW}])
    assert isinstance(audit, NotMeasured)
    assert "not installed" in str(audit)


def test_workflows_seen_before_are_not_audited_again(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {".github/workflows/ci.yml": WORKFLOW}
    first = audit_workflows(texts)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert audit_workflows({**texts, "README.md": "# changed\n"}) == first


def test_several_repositories_share_a_run_and_each_has_its_own_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [audit_workflows(workflow(name)) for name in "ab"]
    zizmor._seen.clear()
    runs = count_runs(monkeypatch)
    audits = audit_repositories([workflow("a"), {"README.md": ""}, workflow("b"), workflow("a")])
    assert audits == [alone[0], (), alone[1], alone[0]]
    assert alone[0]
    assert runs == [2]


def test_a_run_that_fails_for_several_is_made_again_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = count_runs(monkeypatch, lambda files: files > 1)
    two: Audit = audit_workflows(workflow("a"))
    zizmor._seen.clear()
    runs.clear()
    bad = {f".github/workflows/{number}.yml": WORKFLOW for number in range(2)}
    audits = audit_repositories([workflow("a"), bad])
    assert runs == [3, 1, 2]
    assert audits[0] == two
    assert isinstance(audits[1], NotMeasured)


def test_a_reason_for_nothing_is_not_kept_and_of_findings_only_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = count_runs(monkeypatch, lambda files: len(runs) == 1)
    for _ in range(3):
        audit_repositories([workflow("a")])
    assert len(runs) == 2
    monkeypatch.setattr(zizmor, "REMEMBERED", 1)
    audit_repositories([workflow("b")])
    audit_repositories([workflow("b")])
    audit_repositories([workflow("a")])
    assert len(runs) == 4
