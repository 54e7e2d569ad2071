"""Is it released in versions that say what they promise? (catalogue entry 20)"""

from __future__ import annotations

from datetime import timedelta

from bot.analysis.finding import Finding, api, failed, not_applicable, passed, unknown, warned
from bot.analysis.versions import version_of
from bot.analysis.view import View
from bot.analysis.words import ago, capital, code, counted, days
from bot.model.report import Status

NEW_PROJECT = timedelta(days=60)
MAX_AGE = timedelta(days=365)


def judge(view: View) -> list[Finding]:
    """releases."""
    return [_releases(view)]


def _releases(view: View) -> Finding:
    releases = view.facts.releases
    if releases is None:
        return unknown("releases", view.why_unknown("releases"))
    if not releases:
        created = view.facts.created_at
        if created is not None and view.now - created < NEW_PROJECT:
            return not_applicable("releases", f"the repository is only {days((view.now - created).days)} old")
        return failed(
            "releases",
            "There is no release and no version tag.",
            api("releases", "empty"),
            action="Publish a first release",
            next_step="Tag HEAD as `v0.1.0` (or `v1.0.0` if others rely on it) and publish a release with notes.",
        )
    unversioned = [release.tag for release in releases if version_of(release.tag) is None]
    latest = view.activity.latest_release
    when = view.activity.latest_release_at
    age = f", {ago(when, view.now)}" if when else ""
    gap = view.activity.median_days_between_releases
    cadence = f"; usually {days(gap)} apart" if gap is not None and gap >= 1 else ""
    found = (
        f"{capital(counted(view.activity.releases or len(releases), 'release'))}, the latest {latest}{age}{cadence}."
    )
    if len(unversioned) * 2 > len(releases):
        return warned(
            "releases",
            f"{found} Tags such as {code(unversioned, limit=2)} are no semantic versions.",
            api("releases", unversioned[0]),
            action="Name releases by semantic versions",
            next_step=(
                "Tag the next release as `vMAJOR.MINOR.PATCH`, so that tools and people can tell a fix from a break."
            ),
        )
    waiting = unreleased_commits(view)
    if waiting and when is not None and view.now - when > MAX_AGE and view.status.status is Status.ACTIVE:
        return warned(
            "releases",
            f"{found} Since then at least {counted(waiting, 'human commit')} were made and not released.",
            api("releases", latest),
            api("history", f"{waiting} commits since"),
            action="Release what has been done",
            next_step=f"Publish a release: the last one, {latest}, is {days((view.now - when).days)} old.",
        )
    return passed("releases", found, api("releases", latest))


def unreleased_commits(view: View) -> int:
    """Human commits that are known to be younger than the latest release."""
    when = view.activity.latest_release_at
    commits = view.facts.commits or ()
    return sum(not c.is_bot and c.committed_at > when for c in commits) if when else 0
