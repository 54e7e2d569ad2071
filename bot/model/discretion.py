"""What a report keeps to itself: GitHub shows security alerts to people with write permission only, so we do too."""

from __future__ import annotations

import msgspec

from bot.model.report import Report

SENSITIVE = frozenset({"secrets", "vulnerabilities"})
"""Checks of credentials at HEAD and of known vulnerabilities."""

ALERTS = frozenset({"vulnerabilities"})
"""What is no part of the files: nobody who reads these knows it already."""

HIDDEN = "Shown on the report's page to people with write permission."


def discreet(report: Report, *, hide: frozenset[str] = SENSITIVE) -> Report:
    """The report as someone without write permission sees it. The score is the same: it gives no place away."""
    hidden = {check.id for check in report.checks if check.id in hide}
    if not hidden:
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
