"""zizmor is run offline over the workflows, and its findings name their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.workers import zizmor
from bot.workers.zizmor import NotMeasured, audit_workflows, is_audited

WORKFLOW = """on: pull_request_target
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.pull_request.title }}
"""


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


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zizmor, "_MEMORY", tmp_path)
    audit_workflows({".github/workflows/ci.yml": WORKFLOW, "../outside/action.yml": "name: x\n"})
    assert list(tmp_path.iterdir()) == []


def test_without_zizmor_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(NotMeasured, match="not installed"):
        audit_workflows({".github/workflows/ci.yml": f"# not seen before\n{WORKFLOW}"})


def test_workflows_seen_before_are_not_audited_again(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {".github/workflows/ci.yml": WORKFLOW}
    first = audit_workflows(texts)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert audit_workflows({**texts, "README.md": "# changed\n"}) == first
