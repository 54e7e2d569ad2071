"""Rates zizmor's findings by who could use them: a finding is grave where somebody outside reaches the workflow.

zizmor rates a rule, whatever the workflow. What OpenSSF Scorecard calls dangerous is narrower, and is what a maintainer
can agree with: an expression that outsiders write, expanded into a script; or foreign code checked out by a workflow
that holds secrets (https://github.com/ossf/scorecard/blob/main/docs/checks.md#dangerous-workflow).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from bot.analysis.workflows import Workflow
from bot.model.snapshot import WorkflowFinding

_OTHER_CHECKS = frozenset({"unpinned-uses", "unpinned-images", "unpinned-tools"})
"""Rules of zizmor that our check `pinned` answers."""

_STYLE = frozenset({"self-repository", "anonymous-definition", "superfluous-actions", "undocumented-permissions"})
"""Rules of zizmor about taste: nobody is safer for following them."""

_NO_HOLE = frozenset(
    {"excessive-permissions", "github-app", "secrets-inherit", "archived-uses", "artipacked", "obfuscation",
     "overprovisioned-secrets", "use-trusted-publishing", "stale-action-refs", "secrets-outside-env"}
)  # fmt: skip
"""Rules that name a wider blast radius, which needs a hole elsewhere to matter: medium at most."""

_LEVELS = ("high", "medium", "low")

_EXPRESSION = re.compile(r"\$\{\{(.{1,300}?)\}\}")
_OUTSIDERS_WRITE = re.compile(
    r"github\.head_ref\b"
    r"|github\.event\.(?:issue|pull_request|discussion)\.(?:title|body)\b"
    r"|github\.event\.(?:comment|review|review_comment)\.body\b"
    r"|github\.event\.pull_request\.head\.(?:ref|label|repo\.default_branch)\b"
    r"|github\.event\.pages[^}]{0,40}\.page_name\b"
    r"|github\.event\.(?:commits[^}]{0,40}|head_commit)\.(?:message|author\.(?:email|name))\b"
    r"|github\.event\.workflow_run\.(?:head_branch|head_commit\.message|head_repository\.description"
    r"|pull_requests[^}]{0,40}\.head\.ref)\b"
)
"""Scorecard's list of contexts whose text anybody may choose."""

_OUTSIDERS_START = frozenset(
    {"pull_request_target", "issue_comment", "issues", "workflow_run", "discussion", "discussion_comment",
     "pull_request_review", "pull_request_review_comment", "gollum", "fork", "watch"}
)  # fmt: skip
"""Triggers that outsiders pull and that still run with the repository's secrets."""

_FOREIGN_CODE = re.compile(
    r"(?m)^\s*ref:.{0,200}(?:head\.sha|head\.ref|head_ref|head_sha|head_branch|refs/pull/|merge_commit_sha)"
    r"|\bgh pr checkout\b|\bgit (?:fetch|pull).{0,80}(?:\bpull/|refs/pull)"
)


_MERGED = re.compile(r"pull_request\.merged\b")
"""A condition with which a workflow waits until somebody has reviewed and merged."""


def rate(
    findings: Iterable[WorkflowFinding], workflows: Iterable[Workflow], text_of: Mapping[str, str]
) -> Iterator[WorkflowFinding]:
    """`findings` worth telling, each with the severity it has here (high, medium or low); uncertain ones are dropped.

    `text_of` maps a path to the text of the workflow or action in which zizmor found something.
    """
    by_path = {workflow.path: workflow for workflow in workflows}
    for finding in findings:
        level = finding.severity.lower()
        if level not in _LEVELS or finding.confidence.lower() == "low" or finding.rule in _OTHER_CHECKS | _STYLE:
            continue
        rated = _level(finding, level, by_path.get(finding.path), text_of.get(finding.path, ""))
        if rated:
            yield msgspec.structs.replace(finding, severity=rated)


def _level(finding: WorkflowFinding, level: str, workflow: Workflow | None, text: str) -> str:
    """The severity here; "" where the finding says nothing against this workflow."""
    if finding.rule == "dangerous-triggers":
        is_foreign = _FOREIGN_CODE.search(text[:200_000]) and not _MERGED.search(text[:200_000])
        return level if not text or is_foreign else ""
    if finding.rule == "template-injection" and text:
        return _injection(finding, level, workflow, text)
    if finding.rule in _NO_HOLE:
        return _at_most("medium", level)
    return level


def _injection(finding: WorkflowFinding, level: str, workflow: Workflow | None, text: str) -> str:
    expressions = _expressions(finding.line, workflow, text)
    if not expressions or any(_OUTSIDERS_WRITE.search(expression) for expression in expressions):
        return level
    outsiders = workflow is not None and bool(_OUTSIDERS_START & workflow.triggers.keys())
    return _at_most("medium" if outsiders else "low", level)


def _expressions(line: int, workflow: Workflow | None, text: str) -> list[str]:
    """The expressions on the line of a finding, else in the whole step that it begins."""
    lines = text.splitlines()
    here = _EXPRESSION.findall(lines[line - 1][:5_000]) if 0 < line <= len(lines) else []
    if here or workflow is None:
        return here
    before = [step for step in workflow.steps if step.line <= line]
    return _EXPRESSION.findall(before[-1].run[:50_000]) if before else []


def _at_most(limit: str, level: str) -> str:
    return max(limit, level, key=_LEVELS.index)
