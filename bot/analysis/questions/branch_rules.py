"""Is the default branch protected? (catalogue entry 46)"""

from __future__ import annotations

from bot.analysis.finding import Finding, api, failed, passed, unknown, warned
from bot.analysis.view import View
from bot.analysis.words import counted, listed


def judge(view: View) -> list[Finding]:
    """branch-rules."""
    return [_rules(view)]


def _rules(view: View) -> Finding:
    rules = view.facts.branch_rules
    branch = view.facts.default_branch or "HEAD"
    if rules is None:
        return unknown("branch-rules", view.why_unknown("branch_rules"))
    approvals = f" with {counted(rules.required_approvals, 'approval')}" if rules.required_approvals else ""
    have = [
        text
        for holds, text in (
            (
                rules.requires_pull_request,
                f"requires pull requests{approvals}",
            ),
            (rules.requires_status_checks, "requires passing checks"),
            (rules.requires_code_owner_review, "requires code owners' review"),
            (rules.blocks_force_push, "blocks force pushes"),
            (rules.blocks_deletion, "blocks deletion"),
        )
        if holds
    ]
    evidence = api("branchProtectionRule", branch)
    wanted = [
        (rules.requires_status_checks, "require status checks", 0.35),
        (rules.blocks_force_push, "block force pushes", 0.25),
        (rules.requires_pull_request or view.is_solo, "require a pull request", 0.4),
    ]
    missing = [step for holds, step, _ in wanted if not holds]
    if not have:
        return failed(
            "branch-rules",
            f"Nothing protects `{branch}`: anybody with write access can push or rewrite it.",
            evidence,
            action=f"Protect `{branch}`",
            next_step=f"Add a ruleset (Settings, Rules) for `{branch}`: {listed([step for _, step, _ in wanted])}.",
        )
    if missing:
        return warned(
            "branch-rules",
            f"`{branch}` {listed(have)}, but does not {listed(missing, last='or')}.",
            evidence,
            action=f"Complete the protection of `{branch}`",
            next_step=f"In the ruleset of `{branch}` (Settings, Rules), {listed(missing)}.",
            share=min(0.9, 0.1 + sum(weight for holds, _, weight in wanted if holds)),
        )
    return passed("branch-rules", f"`{branch}` {listed(have)}.", evidence)
