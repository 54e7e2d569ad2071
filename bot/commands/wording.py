"""The words that replies and check runs share: grades, trends, states. Pure."""

from __future__ import annotations

from bot.model.report import Changes, MovedPackage, Report, State, Status

STATE_SIGNS = {
    State.PASS: "✅",
    State.WARN: "⚠️",
    State.FAIL: "❌",
    State.UNKNOWN: "❔",
    State.NOT_APPLICABLE: "➖",
}
STATE_WORDS = {
    State.PASS: "pass",
    State.WARN: "warning",
    State.FAIL: "fail",
    State.UNKNOWN: "unknown",
    State.NOT_APPLICABLE: "not applicable",
}
STATUS_WORDS = {
    Status.ACTIVE: "active",
    Status.MAINTENANCE: "in maintenance",
    Status.STALE: "stale",
    Status.ARCHIVED: "archived",
    Status.UNKNOWN: "of unknown activity",
}


def score_words(report: Report) -> str:
    """`grade B, 78 of 100`, or that nothing could be judged."""
    if report.score is None:
        return "not scored"
    return f"grade {report.grade}, {report.score} of 100"


def trend(changes: Changes | None) -> str:
    """`▲ 3 since the previous report`; "" without one to compare with."""
    if changes is None:
        return ""
    if not changes.comparable:
        return "not comparable with the previous report (other rules)"
    if changes.score_before is None or changes.score_after is None:
        return ""
    difference = changes.score_after - changes.score_before
    if difference == 0:
        return "unchanged"
    return f"▲ {difference}" if difference > 0 else f"▼ {-difference}"


def signed(number: int) -> str:
    """`+3`, `−2`, `±0`."""
    if number == 0:
        return "±0"
    return f"+{number}" if number > 0 else f"−{-number}"


def moved_words(package: MovedPackage) -> str:
    """`requests 2.31 → 2.32`, unescaped."""
    if package.before and package.after:
        return f"{package.name} {package.before} → {package.after}"
    return f"{package.name} {package.before or package.after}".rstrip()
