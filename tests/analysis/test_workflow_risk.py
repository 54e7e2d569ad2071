"""How grave zizmor's findings are depends on who can use them."""

from __future__ import annotations

import pytest

from bot.analysis.workflow_risk import rate
from bot.analysis.workflows import read_workflow
from bot.model.snapshot import WorkflowFinding

PATH = ".github/workflows/w.yml"


def _workflow(on: str, run: str, *, ref: str = "") -> str:
    with_ref = f"        with:\n          ref: {ref}\n" if ref else ""
    return (
        f"on: {on}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n{with_ref}"
        f"      - run: |\n          {run}\n"
    )


def _rated(text: str, rule: str, severity: str = "High", confidence: str = "High", line: int = 0) -> list[str]:
    number = line or text.count("\n")
    finding = WorkflowFinding(rule=rule, severity=severity, confidence=confidence, path=PATH, line=number, message="m")
    return [one.severity for one in rate([finding], [read_workflow(PATH, text)], {PATH: text})]


@pytest.mark.parametrize(
    ("on", "expression", "levels"),
    [
        ("pull_request_target", "github.event.pull_request.title", ["high"]),
        ("issue_comment", "github.event.comment.body", ["high"]),
        ("pull_request", "github.head_ref", ["high"]),
        ("push", "github.event.head_commit.message", ["high"]),
        ("workflow_run", "github.event.workflow_run.head_branch", ["high"]),
        ("workflow_dispatch", "inputs.version", ["low"]),
        ("workflow_dispatch", "github.event.inputs.target", ["low"]),
        ("push", "matrix.version", ["low"]),
        ("push", "github.ref_name", ["low"]),
        ("pull_request_target", "steps.a.outputs.b", ["medium"]),
    ],
)
def test_an_injection_is_grave_where_outsiders_write_the_text(on: str, expression: str, levels: list[str]) -> None:
    assert _rated(_workflow(on, f'echo "${{{{ {expression} }}}}"'), "template-injection") == levels


def test_an_injection_that_points_at_its_step_is_judged_by_the_whole_step() -> None:
    text = _workflow("workflow_dispatch", 'echo\n          echo "${{ github.event.issue.title }}"')
    assert _rated(text, "template-injection", line=7) == ["high"]
    assert _rated(text.replace("github.event.issue.title", "inputs.a"), "template-injection", line=7) == ["low"]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        (_workflow("pull_request_target", "echo"), []),
        (_workflow("issue_comment", "echo"), []),
        (_workflow("pull_request_target", "make", ref="${{ github.event.pull_request.head.sha }}"), ["high"]),
        (_workflow("workflow_run", "make", ref="${{ github.event.workflow_run.head_sha }}"), ["high"]),
        (_workflow("issue_comment", "gh pr checkout 7 && make"), ["high"]),
        (
            _workflow("pull_request_target", "make", ref="${{ github.event.pull_request.merge_commit_sha }}")
            + "    if: github.event.pull_request.merged == true\n",
            [],
        ),
    ],
    ids=["a labeller", "a reply", "the head", "of a run", "by gh", "after the merge"],
)
def test_a_trigger_is_dangerous_where_foreign_code_is_checked_out(text: str, levels: list[str]) -> None:
    assert _rated(text, "dangerous-triggers") == levels


@pytest.mark.parametrize(
    ("rule", "severity", "confidence", "levels"),
    [
        ("excessive-permissions", "High", "High", ["medium"]),
        ("excessive-permissions", "Low", "High", ["low"]),
        ("github-app", "High", "High", ["medium"]),
        ("bot-conditions", "High", "High", ["high"]),
        ("bot-conditions", "High", "Low", []),
        ("bot-conditions", "Informational", "High", []),
        ("unpinned-uses", "High", "High", []),
        ("self-repository", "Low", "High", []),
    ],
)
def test_rules(rule: str, severity: str, confidence: str, levels: list[str]) -> None:
    assert _rated(_workflow("push", "echo"), rule, severity, confidence) == levels


def test_without_its_text_a_finding_keeps_what_zizmor_says() -> None:
    for rule in ("template-injection", "dangerous-triggers"):
        finding = WorkflowFinding(
            rule=rule, severity="High", confidence="High", path="a/action.yml", line=9, message="m"
        )
        assert [one.severity for one in rate([finding], [], {})] == ["high"]
