"""Figures of activity and maintenance from GitHub's facts (catalogue entries 18 to 24); None is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from bot.analysis.people import fold_people, humans, is_bot
from bot.model.report import Activity, Week
from bot.model.snapshot import CommitFact, IssueFact, PullRequestFact, ReleaseFact, RepositoryFacts

MAX_WEEKS = 53


def measure_activity(facts: RepositoryFacts, now: datetime) -> Activity:
    """`Activity` as far as the facts go."""
    commits, releases = facts.commits, facts.releases
    month, quarter = now - timedelta(days=30), now - timedelta(days=90)
    recent = since(commits, quarter) if commits is not None else None
    people = humans(recent) if recent is not None else None
    latest = latest_release(releases or ())
    pulls = facts.pull_requests
    return Activity(
        last_human_commit_at=last_human_commit(facts),
        human_commits_30_days=len(since(people, month)) if people is not None else None,
        human_commits_90_days=len(people) if people is not None else None,
        bot_commits_90_days=len(recent) - len(people) if recent is not None and people is not None else None,
        contributors_90_days=len(fold_people(recent)) if recent is not None else None,
        weeks=_weeks(commits or (), facts.commits_truncated, now),
        releases=facts.release_count
        if facts.release_count is not None
        else (None if releases is None else len(releases)),
        latest_release=latest.tag if latest else "",
        latest_release_at=latest.published_at if latest else None,
        median_days_between_releases=_median_gap_days(releases or ()),
        median_first_response_hours=first_response_hours(facts),
        open_issues=facts.open_issues,
        open_pull_requests=facts.open_pull_requests,
        pull_requests_opened_90_days=None if pulls is None else sum(pull.created_at >= quarter for pull in pulls),
        pull_requests_closed_90_days=None
        if pulls is None
        else sum(pull.closed_at is not None and pull.closed_at >= quarter for pull in pulls),
        median_open_issue_age_days=_open_age_days(facts.issues, now),
        ci_state=(facts.ci_state or "").lower(),
    )


def since(commits: Sequence[CommitFact], moment: datetime) -> tuple[CommitFact, ...]:
    """The commits at or after `moment`."""
    return tuple(commit for commit in commits if commit.committed_at >= moment)


def last_human_commit(facts: RepositoryFacts) -> datetime | None:
    """The newest commit by a person that is known of."""
    moments = [commit.committed_at for commit in humans(facts.commits or ())]
    if facts.last_human_commit_at is not None:
        moments.append(facts.last_human_commit_at)
    return max(moments, default=None)


def latest_release(releases: Iterable[ReleaseFact]) -> ReleaseFact | None:
    """The newest release that is no prerelease, else the newest of all."""
    ordered = sorted(releases, key=lambda release: (release.published_at, release.tag))
    stable = [release for release in ordered if not release.is_prerelease]
    return (stable or ordered)[-1] if ordered else None


def threads_of(facts: RepositoryFacts) -> list[IssueFact | PullRequestFact]:
    """Issues and pull requests together."""
    return [*(facts.issues or ()), *(facts.pull_requests or ())]


def first_responses(facts: RepositoryFacts) -> list[float] | None:
    """Hours to the first answer of each human's issue and pull request that got one; None is unknown."""
    if facts.issues is None and facts.pull_requests is None:
        return None
    return [
        (thread.first_response_at - thread.created_at).total_seconds() / 3600
        for thread in threads_of(facts)
        if thread.first_response_at is not None and not thread.author_is_bot
    ]


def first_response_hours(facts: RepositoryFacts) -> float | None:
    """The median of `first_responses`, to one place."""
    answered = first_responses(facts)
    return round(max(0.0, median(answered)), 1) if answered else None


def _open_age_days(issues: Sequence[IssueFact] | None, now: datetime) -> float | None:
    ages = [(now - issue.created_at).total_seconds() / 86400 for issue in issues or () if issue.closed_at is None]
    return round(max(0.0, median(ages)), 1) if ages else None


def _median_gap_days(releases: Sequence[ReleaseFact]) -> float | None:
    moments = sorted(release.published_at for release in releases)
    gaps = [(later - earlier).total_seconds() / 86400 for earlier, later in pairwise(moments)]
    return round(median(gaps), 1) if len(gaps) >= 2 else None


def _weeks(commits: Sequence[CommitFact], is_truncated: bool, now: datetime) -> tuple[Week, ...]:
    """Weeks from the oldest commit known to `now`, gaps as zeros; a week that the page of commits cuts is left out."""
    if not commits:
        return ()
    oldest = min(commit.committed_at for commit in commits)
    first = _monday(max(oldest, now - timedelta(weeks=MAX_WEEKS - 1)))
    if is_truncated and first <= oldest:
        first += timedelta(days=7)
    counts: dict[datetime, list[int]] = {}
    week = first
    while week <= now:
        counts[week] = [0, 0]
        week += timedelta(days=7)
    for commit in commits:
        if (bucket := counts.get(_monday(commit.committed_at))) is not None:
            bucket[is_bot(commit)] += 1
    return tuple(Week(starts=start.date().isoformat(), human=human, bot=bot) for start, (human, bot) in counts.items())


def _monday(moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
