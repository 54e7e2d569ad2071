"""Whether the repository is alive, by human activity (catalogue entry 19), and the sentence that says why.

archived     GitHub's flag.
active       a human commit in 30 days, or four in 90.
maintenance  a human commit, a release or a maintainer's reply in 180 days, or bot updates merged in 90.
stale        none of it.
*stable* is a label beside it: a released 1.0 whose issues are answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.analysis.activity import last_human_commit, latest_release, since, threads_of
from bot.analysis.finding import api
from bot.analysis.people import fold_people, humans, is_bot
from bot.analysis.versions import version_of
from bot.analysis.words import ago, counted, plural
from bot.model.report import Evidence, Status
from bot.model.snapshot import RepositoryFacts

ANSWERED_SHARE = 0.8
"""From this share of a year's issues on, issues count as answered."""

GRACE = timedelta(days=14)
"""An issue this young may still be waiting."""


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """`reason` is a whole sentence."""

    status: Status
    reason: str
    is_stable: bool
    evidence: tuple[Evidence, ...]


def judge_status(facts: RepositoryFacts, now: datetime) -> StatusAnswer:
    """The status by the rules on top."""
    stable = is_stable(facts, now)
    status, reason, evidence = _status(facts, now)
    if stable and status in {Status.MAINTENANCE, Status.STALE}:
        release = latest_release(facts.releases or ())
        reason = f"{reason.rstrip('.')}; {release.tag if release else 'a 1.0'} is released and its issues are answered."
    return StatusAnswer(status, reason, stable, evidence)


def _status(facts: RepositoryFacts, now: datetime) -> tuple[Status, str, tuple[Evidence, ...]]:
    if facts.is_archived:
        return Status.ARCHIVED, "The repository is archived on GitHub: it is read-only.", (api("isArchived"),)
    last = last_human_commit(facts)
    if facts.commits is not None:
        written = humans(facts.commits)
        month = since(written, now - timedelta(days=30))
        quarter = since(written, now - timedelta(days=90))
        if month or len(quarter) >= 4:
            return Status.ACTIVE, _active_reason(facts, now, bool(month)), (api("history", _last(last, now)),)
    elif last is not None and now - last <= timedelta(days=30):
        return Status.ACTIVE, f"The last human commit was {ago(last, now)}.", (api("history"),)
    if found := _maintenance(facts, last, now):
        return found
    if facts.is_empty:
        return Status.UNKNOWN, "Nothing has been pushed yet.", ()
    if facts.commits is None and last is None:
        reason = facts.unknown_reasons.get("commits", "the history was not read")
        return Status.UNKNOWN, f"Whether anybody works on it is not known: {reason.rstrip('.')}.", ()
    quiet = f"the last one was {ago(last, now)}" if last else "none is known"
    return (
        Status.STALE,
        f"No human commit, release or maintainer's reply in 180 days; {quiet}.",
        (api("history", _last(last, now)),),
    )


def _active_reason(facts: RepositoryFacts, now: datetime, in_month: bool) -> str:
    span = 30 if in_month else 90
    commits = since(humans(facts.commits or ()), now - timedelta(days=span))
    people = fold_people(commits)
    at_least = "at least " if facts.commits_truncated and len(commits) == len(humans(facts.commits or ())) else ""
    names = [person.name for person in people]
    who = f"by {names[0]}" if len(names) == 1 else f"by {counted(len(names), 'person')}"
    verb = plural("was", len(commits)) if not at_least else "were"
    return f"There {verb} {at_least}{counted(len(commits), 'human commit')} {who} in the last {span} days."


def _maintenance(
    facts: RepositoryFacts, last: datetime | None, now: datetime
) -> tuple[Status, str, tuple[Evidence, ...]] | None:
    half_year = now - timedelta(days=180)
    if last is not None and last >= half_year:
        return Status.MAINTENANCE, f"The last human commit was {ago(last, now)}.", (api("history", _last(last, now)),)
    release = max(facts.releases or (), key=lambda r: (r.published_at, r.tag), default=None)
    if release is not None and release.published_at >= half_year:
        reason = f"Release {release.tag} came out {ago(release.published_at, now)}, though no human commit in 180 days."
        return Status.MAINTENANCE, reason, (api("releases", release.tag),)
    answered = [(t.maintainer_response_at, t.number) for t in threads_of(facts) if t.maintainer_response_at is not None]
    if answered and max(answered)[0] >= half_year:
        moment, number = max(answered)
        reason = f"No human commit in 180 days, but a maintainer replied to #{number} {ago(moment, now)}."
        return Status.MAINTENANCE, reason, (api("issues", f"#{number}"),)
    quarter = now - timedelta(days=90)
    merged = sum(1 for p in facts.pull_requests or () if p.author_is_bot and p.merged_at and p.merged_at >= quarter)
    merged = merged or sum(is_bot(commit) for commit in since(facts.commits or (), quarter))
    if merged:
        reason = f"Only bots' updates were merged in the last 90 days ({merged:,}), no human commit in 180."
        return Status.MAINTENANCE, reason, (api("pullRequests", "by bots"),)
    return None


def is_stable(facts: RepositoryFacts, now: datetime) -> bool:
    """A released 1.0 (or a calendar version) whose issues are answered; False where the issues are unknown."""
    released = [v for r in facts.releases or () if not r.is_prerelease and (v := version_of(r.tag)) is not None]
    if not any(version.is_released for version in released):
        return False
    if facts.has_issues_enabled is False:
        return True
    if facts.issues is None:
        return False
    return answered_share(facts, now) >= ANSWERED_SHARE


def answered_share(facts: RepositoryFacts, now: datetime) -> float:
    """The share of people's issues of the last year, two weeks of grace apart, that were answered or closed."""
    due = [
        issue
        for issue in facts.issues or ()
        if not issue.author_is_bot and now - timedelta(days=365) <= issue.created_at <= now - GRACE
    ]
    done = sum(issue.closed_at is not None or issue.first_response_at is not None for issue in due)
    return done / len(due) if due else 1.0


def _last(moment: datetime | None, now: datetime) -> str:
    return f"last human commit {ago(moment, now)}" if moment else "no human commit known"
