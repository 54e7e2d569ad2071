"""zizmor's findings and the permissions of workflows."""

from __future__ import annotations

import pytest

from bot.model.report import State
from bot.model.snapshot import WorkflowFinding
from tests.analysis.builders import CI, judged, library


def _finding(rule: str, severity: str, confidence: str = "High") -> WorkflowFinding:
    return WorkflowFinding(
        rule=rule, severity=severity, confidence=confidence, path=".github/workflows/ci.yml", line=10, message="m"
    )


@pytest.mark.parametrize(
    ("findings", "state", "share"),
    [
        ((), State.PASS, 1.0),
        ((_finding("template-injection", "High"),), State.FAIL, 0.0),
        ((_finding("artipacked", "Medium"),), State.WARN, 0.5),
        ((_finding("artipacked", "Low"),), State.WARN, 0.8),
        ((_finding("artipacked", "High", "Low"),), State.PASS, 1.0),
        ((_finding("unpinned-uses", "High"),), State.PASS, 1.0),
        ((_finding("artipacked", "Informational"),), State.PASS, 1.0),
        (None, State.UNKNOWN, None),
    ],
)
def test_workflow_safety(findings: tuple[WorkflowFinding, ...] | None, state: State, share: float | None) -> None:
    check = judged("workflow-safety", library(), workflow_findings=findings)
    assert check.state is state
    assert check.share == share


def test_write_all_is_found_without_zizmor() -> None:
    files = library(
        {".github/workflows/ci.yml": CI.replace("permissions:\n  contents: read", "permissions: write-all")}
    )
    check = judged("workflow-safety", files, workflow_findings=None)
    assert check.state is State.WARN
    assert check.evidence[0].line == 3


def test_advice_names_rule_and_place() -> None:
    check = judged("workflow-safety", library(), workflow_findings=(_finding("template-injection", "High"),))
    assert check.next_step.startswith("At `.github/workflows/ci.yml:10`: pass the expression through `env:`")
