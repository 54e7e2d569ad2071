"""Could somebody misuse a workflow? zizmor's findings and the permissions of each workflow. (catalogue entry 40)"""

from __future__ import annotations

from bot.analysis.finding import Finding, at, failed, not_applicable, passed, unknown, warned
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, listed, sentence
from bot.analysis.workflow_risk import rate
from bot.model.report import Evidence
from bot.model.snapshot import WorkflowFinding

_RANK = {"high": 0, "medium": 1, "low": 2}

ADVICE = {
    "template-injection": "pass the expression through `env:` and use the variable in the script",
    "dangerous-triggers": "do not check out or run a contributor's code where secrets are at hand; use `pull_request`",
    "excessive-permissions": "give each job only the `permissions` it needs, beginning with `contents: read`",
    "artipacked": "set `persist-credentials: false` on `actions/checkout`",
    "cache-poisoning": "do not restore caches in jobs that publish",
    "github-env": "do not write untrusted values to `GITHUB_ENV` or `GITHUB_PATH`",
    "hardcoded-container-credentials": "move the credential into a secret",
    "bot-conditions": "check `github.event.pull_request.user.login`, not `github.actor`",
    "known-vulnerable-actions": "update the action",
    "secrets-inherit": "pass only the secrets that the called workflow needs",
    "self-hosted-runner": "keep self-hosted runners away from public pull requests",
    "insecure-commands": "remove `ACTIONS_ALLOW_UNSECURE_COMMANDS`",
    "unsound-contains": "compare with `==`, or use `contains` on a JSON array",
    "unredacted-secrets": "use each secret whole: a part of it is not redacted in logs",
    "overprovisioned-secrets": "name the secrets that the step needs instead of passing all",
    "impostor-commit": "pin the action to a commit of the action's own repository",
    "ref-confusion": "pin the action to a commit: its branch and tag share a name",
    "use-trusted-publishing": "publish with OIDC instead of a stored token",
    "archived-uses": "replace the archived action",
    "adhoc-packages": "install from a lockfile, or name the exact version",
    "github-app": "ask for the token's `permission-…` inputs one by one",
}
"""Rule of zizmor → what to do about it."""


def judge(view: View) -> list[Finding]:
    """workflow-safety."""
    return [_safety(view)]


def serious_findings(view: View) -> list[WorkflowFinding]:
    """zizmor's findings that this check counts, gravest first, rated by who could use them."""
    found = rate(view.contents.workflow_findings or (), view.good_workflows, view.contents.texts)
    return sorted(found, key=lambda f: (_RANK[f.severity], f.path, f.line, f.rule))


def _safety(view: View) -> Finding:
    if not view.good_workflows:
        return not_applicable("workflow-safety", "there is no workflow that could run")
    findings = serious_findings(view)
    if findings:
        return _unsafe(findings)
    if wide := [at(w.path, w.writes_all, "write-all") for w in view.good_workflows if w.writes_all is not None]:
        return _wide(wide)
    if view.contents.workflow_findings is None:
        return unknown("workflow-safety", view.contents.unmeasured.get("workflow_findings", "zizmor did not run"))
    found = f"zizmor finds nothing to object to in {counted(len(view.workflows), 'workflow')}."
    return passed("workflow-safety", found, *(at(w.path, 1) for w in view.workflows[:5]))


def _unsafe(findings: list[WorkflowFinding]) -> Finding:
    groups = {level: [f for f in findings if f.severity == level] for level in _RANK}
    worst = next(group for group in groups.values() if group)
    rules = list(dict.fromkeys(f.rule for f in worst))
    levels = listed([f"{len(group)} {level}" for level, group in groups.items() if group])
    found = f"{capital(counted(len(findings), 'finding'))} of zizmor ({levels}), such as {code(rules, limit=3)}."
    evidence = [at(f.path, f.line, f"{f.rule}: {f.message}"[:160]) for f in findings[:20]]
    advice = [ADVICE[rule] for rule in rules if rule in ADVICE][:2]
    places = code([f"{f.path}:{f.line}" for f in worst], limit=3)
    step = sentence(
        f"At {places}: {'; '.join(advice)}" if advice else f"Look at {places}; zizmor's pages explain each rule"
    )
    if groups["high"]:
        action = f"Close {counted(len(worst), 'hole')} in the workflows"
        return failed("workflow-safety", found, *evidence, action=action, next_step=step)
    share = 0.5 if groups["medium"] else 0.8
    return warned("workflow-safety", found, *evidence, action="Make the workflows safer", next_step=step, share=share)


def _wide(places: list[Evidence]) -> Finding:
    return warned(
        "workflow-safety",
        f"{code([e.path for e in places])} may write everything (`permissions: write-all`).",
        *places,
        action="Take permissions away from workflows",
        next_step="Replace `write-all` by `contents: read` on top, and give single jobs what they need more.",
    )
