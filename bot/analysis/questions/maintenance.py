"""Is anybody looking after it? (catalogue entries 17, 18 and 19)"""

from __future__ import annotations

import re

from bot.analysis.finding import Finding, api, at, not_applicable, passed, told, unknown, warned
from bot.analysis.view import View
from bot.analysis.words import capital, counted, listed
from bot.model.report import Evidence, Status

# said of the project itself in the README's first lines; "deprecated API" further down is something else
_DEPRECATED = re.compile(
    r"\b(?:(?:this|the) (?:project|repo(?:sitory)?|package|library|module|plugin|tool|crate|gem|action|app"
    r"|extension)\)? (?:is|has been|was) "
    r"(?:(?:now|officially|very|old|outdated|and|effectively|essentially|considered|largely|formally) ){0,5}"
    r"(?:deprecated|abandoned|unmaintained|discontinued|archived|obsolete|no longer "
    r"(?:actively )?(?:maintained|supported|developed)|not (?:actively )?maintained|superseded|retired|end[- "
    r"]of[- ]life)"
    r"|no longer (?:actively )?(?:maintained|supported|developed)|not (?:actively )?maintained any ?more"
    r"|looking for (?:a )?(?:new )?maintainers?)",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"^\W*(?:DEPRECATED|UNMAINTAINED|ARCHIVED|ABANDONED|Deprecated|Unmaintained|Archived)\b")
_FIRST_LINES = 15
_LINE_LENGTH = 2_000
"""Characters of a line that are looked at."""


def judge(view: View) -> list[Finding]:
    """deprecated, human-commits, status."""
    return [_deprecated(view), _commits(view), _status(view)]


def deprecation_of(view: View) -> Evidence | None:
    """Where the repository says that nobody will fix it; None where it does not."""
    if view.facts.is_archived:
        return api("isArchived")
    if view.readme:
        for number, line in enumerate(view.readme.text.splitlines()[:_FIRST_LINES], 1):
            said = line[:_LINE_LENGTH]
            if match := _DEPRECATED.search(said) or _SHOUTED.match(said):
                return at(view.readme.path, number, match.group(0).strip(" *#>[").replace(") ", " ")[:80])
    for manifest in view.inventory.manifests:
        if manifest.folder == "" and manifest.deprecated:
            return at(manifest.path, None, manifest.deprecated[:80])
    return None


def is_given_up(view: View) -> bool:
    """Whether it says that nobody will work on it again; one that looks for maintainers hopes for somebody."""
    where = deprecation_of(view)
    return where is not None and "looking for" not in where.detail.lower()


def _deprecated(view: View) -> Finding:
    where = deprecation_of(view)
    if where is None:
        return told("deprecated", "Neither archived nor declared deprecated.")
    said = "It is archived on GitHub" if where.field else "It declares itself deprecated or unmaintained"
    return warned("deprecated", f"{said}.", where)


def _commits(view: View) -> Finding:
    activity = view.activity
    if activity.human_commits_90_days is None:
        return unknown("human-commits", view.why_unknown("commits"))
    people = activity.contributors_90_days or 0
    by = f" by {counted(people, 'person')}" if people else ""
    bots = activity.bot_commits_90_days or 0
    also = f", and {counted(bots, 'commit')} by bots" if bots else ""
    least = "At least " if view.facts.commits_truncated and _is_cut(view) else ""
    count = counted(activity.human_commits_90_days, "human commit")
    text = f"{least}{count}{by} in 90 days{also}."
    return told("human-commits", capital(text), api("history", view.facts.default_branch))


def _is_cut(view: View) -> bool:
    """Whether all known commits are younger than 90 days, so that more may exist."""
    commits = view.facts.commits or ()
    return bool(commits) and (view.now - min(c.committed_at for c in commits)).days < 90


def _status(view: View) -> Finding:
    answer = view.status
    if answer.status is Status.ARCHIVED:
        return not_applicable("status", "the repository is archived: it is meant to rest", *answer.evidence)
    if view.facts.is_empty:
        return not_applicable("status", "nothing has been pushed yet")
    if answer.status is Status.UNKNOWN:
        return unknown("status", view.why_unknown("commits"))
    if answer.status in {Status.ACTIVE, Status.MAINTENANCE}:
        return passed("status", answer.reason, *answer.evidence)
    if answer.is_stable:
        return passed("status", f"Quiet, and finished: {answer.reason[0].lower()}{answer.reason[1:]}", *answer.evidence)
    if deprecation_of(view):
        return not_applicable("status", "it declares itself deprecated: it is meant to rest", *answer.evidence)
    waiting = [
        issue for issue in view.facts.issues or () if issue.closed_at is None and issue.first_response_at is None
    ]
    numbers = [f"#{issue.number}" for issue in waiting]
    more = (
        f" {capital(counted(len(waiting), 'open issue'))} without any answer: {listed(numbers, limit=4)}."
        if waiting
        else ""
    )
    return warned(
        "status",
        f"{answer.reason}{more}",
        *answer.evidence,
        *([api("issues", listed(numbers, limit=4))] if waiting else []),
        action="Say whether anybody maintains this",
        next_step=(
            "Answer what is open; or say in the README that it is finished; or archive it."
            if waiting
            else "Say in the README that it is finished, or archive it; a release would show that somebody is there."
        ),
        share=0.1 if waiting else 0.3,
    )
