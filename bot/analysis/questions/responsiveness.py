"""Do people get answers, and is the queue under control? (catalogue entries 21, 22 and 23)"""

from __future__ import annotations

from datetime import timedelta

from bot.analysis.activity import first_responses, threads_of
from bot.analysis.finding import Finding, api, failed, not_applicable, passed, unknown, warned
from bot.analysis.view import View
from bot.analysis.words import capital, counted, days, hours, listed, percent

SOON_HOURS = 7 * 24
SLOW_HOURS = 30 * 24
OLD_DAYS = 365
FEW = 3
GRACE = timedelta(days=14)


def judge(view: View) -> list[Finding]:
    """first-response, pull-request-flow, backlog-age."""
    return [_first_response(view), _flow(view), _backlog(view)]


def _first_response(view: View) -> Finding:
    facts = view.facts
    answered = first_responses(facts)
    if answered is None:
        return unknown("first-response", view.why_unknown("issues", "pull_requests"))
    year = view.now - timedelta(days=365)
    due = [
        thread
        for thread in threads_of(facts)
        if not thread.author_is_bot and year <= thread.created_at <= view.now - GRACE
    ]
    # a maintainer's own issue or pull request that was closed needs no answer
    open_waiting = [t for t in due if t.first_response_at is None and t.closed_at is None]
    if view.is_solo and not answered:
        return not_applicable("first-response", "nobody but its one author has asked anything")
    if len(answered) + len(open_waiting) < FEW:
        return not_applicable("first-response", f"fewer than {FEW} issues or pull requests from people to judge by")
    median = view.activity.median_first_response_hours
    unanswered = len(open_waiting) / max(1, len(answered) + len(open_waiting))
    numbers = [f"#{thread.number}" for thread in sorted(open_waiting, key=lambda t: t.number)]
    spent = (
        f"The first answer comes after {hours(median)} in the median"
        if median is not None
        else "Nobody was answered yet"
    )
    waiting = f"; {counted(len(open_waiting), 'thread')} of the last year got none" if open_waiting else ""
    found = f"{spent}{waiting}."
    evidence = [
        api("issues.comments", f"{len(answered)} answered"),
        *([api("issues", listed(numbers, limit=4))] if numbers else []),
    ]
    step = (
        f"Start with {listed(numbers, limit=4)}: a label and one sentence are an answer."
        if numbers
        else "Share the inbox among maintainers, so that somebody answers within a week."
    )
    if median is None or median > SLOW_HOURS or unanswered > 0.6:
        return failed("first-response", found, *evidence, action="Answer those who wait", next_step=step)
    if median > SOON_HOURS or unanswered > 0.3:
        return warned("first-response", found, *evidence, action="Answer sooner", next_step=step)
    return passed("first-response", found, *evidence)


def _flow(view: View) -> Finding:
    activity = view.activity
    opened, closed = activity.pull_requests_opened_90_days, activity.pull_requests_closed_90_days
    if opened is None or closed is None:
        return unknown("pull-request-flow", view.why_unknown("pull_requests"))
    if opened < FEW:
        return not_applicable(
            "pull-request-flow",
            f"{counted(opened, 'pull request')} in 90 days: too few to judge",
        )
    found = (
        f"{closed:,} closed against {opened:,} opened in 90 days; "
        f"{counted(activity.open_pull_requests or 0, 'pull request')} open."
    )
    share = closed / opened
    evidence = api("pullRequests", f"{closed}/{opened}")
    step = "Merge, decline or ask for changes on the oldest open ones first; say in CONTRIBUTING what is welcome."
    if share >= 0.7:
        return passed("pull-request-flow", found, evidence)
    if share >= 0.4:
        return warned("pull-request-flow", found, evidence, action="Work down the pull request queue", next_step=step)
    return failed("pull-request-flow", found, evidence, action="Work down the pull request queue", next_step=step)


def _backlog(view: View) -> Finding:
    facts = view.facts
    if facts.has_issues_enabled is False:
        return not_applicable("backlog-age", "issues are switched off")
    if facts.issues is None:
        return unknown("backlog-age", view.why_unknown("issues"))
    age = view.activity.median_open_issue_age_days
    if age is None:
        return passed("backlog-age", "No issue is open.", api("issues", "none open"))
    open_issues = [issue for issue in facts.issues if issue.closed_at is None]
    count = facts.open_issues if facts.open_issues is not None else len(open_issues)
    found = f"{capital(counted(count, 'open issue'))}, half of them older than {days(age)}."
    if len(open_issues) == 1:
        found = f"One open issue, {days(age)} old."
    evidence = api("issues", f"median age {round(age)} days")
    if age <= OLD_DAYS or len(open_issues) < FEW:
        return passed("backlog-age", found, evidence)
    oldest = sorted(open_issues, key=lambda issue: issue.created_at)[:3]
    old = sum((view.now - issue.created_at).days > OLD_DAYS for issue in open_issues)
    return warned(
        "backlog-age",
        f"{found} {percent(old / len(open_issues))} are older than a year.",
        evidence,
        action="Go through the oldest issues",
        next_step=f"Close what will not happen, beginning with {listed([f'#{issue.number}' for issue in oldest])}.",
    )
