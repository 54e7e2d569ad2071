"""What a report keeps to itself: GitHub shows security alerts to people with write permission only, so we do too."""

from __future__ import annotations

import msgspec

from bot.model.report import Report

SENSITIVE = frozenset({42, 43})
"""Catalogue entries of credentials at HEAD and known vulnerabilities."""

HIDDEN = "Shown to people with write permission."


def discreet(report: Report, can_write: bool) -> Report:
    """The report as someone without write permission sees it. The score is the same: it gives no place away."""
    hidden = {check.id for check in report.checks if check.number in SENSITIVE}
    if can_write or not hidden:
        return report
    checks = tuple(
        msgspec.structs.replace(check, found=HIDDEN, reason="", next_step="", evidence=())
        if check.id in hidden
        else check
        for check in report.checks
    )
    actions = tuple(action for action in report.actions if action.check_id not in hidden)
    places = {str(item) for check in report.checks if check.id in hidden for item in check.evidence}
    insights = tuple(
        insight for insight in report.insights if not any(str(item) in places for item in insight.evidence)
    )
    return msgspec.structs.replace(report, checks=checks, actions=actions, insights=insights)
