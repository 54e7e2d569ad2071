"""Who knows the code, are they still here, and does somebody else look at changes? (catalogue entries 49, 50 and 51)"""

from __future__ import annotations

from datetime import timedelta

from bot.analysis.activity import since
from bot.analysis.finding import Finding, api, failed, not_applicable, passed, unknown, warned
from bot.analysis.people import Person, bus_factor, fold_people
from bot.analysis.questions.maintenance import deprecation_of
from bot.analysis.view import View
from bot.analysis.words import ago, capital, counted, listed, percent
from bot.model.report import Status
from bot.model.snapshot import RepositoryFacts

YEAR = timedelta(days=365)
YEARS = "the last year's"
FEW_COMMITS = 10
FEW_MERGED = 5
GONE_DAYS = 180
MIN_TOP_COMMITS = 5
MIN_TOP_SHARE = 0.25
"""Of the known commits; whoever wrote less is one of many, not the main author."""


def judge(view: View) -> list[Finding]:
    """bus-factor, top-owner, reviewed."""
    people = recent_people(view)
    return [_bus_factor(view, people), _top_owner(view, people), _reviewed(view)]


def recent_people(view: View) -> tuple[Person, ...] | None:
    """The people of the last year's commits, or of all known ones where the year was quiet; None is unknown."""
    if view.facts.commits is None:
        return None
    year = since(view.facts.commits, view.now - YEAR)
    return fold_people(year or view.facts.commits)


def recent_span(view: View) -> str:
    """What `recent_people` looks at, in words: "the last year's", or "the last" where the year was quiet."""
    return YEARS if since(view.facts.commits or (), view.now - YEAR) else "the last"


def is_solo(facts: RepositoryFacts) -> bool:
    """Whether all known human commits and pull requests are one person's; False where unknown."""
    if facts.commits is None:
        return False
    people = fold_people(facts.commits)
    if len(people) > 1:
        return False
    authors = {pull.author.lower() for pull in facts.pull_requests or () if not pull.author_is_bot and pull.merged_at}
    return len(authors | {person.name.lower() for person in people}) <= 1 and bool(people)


def _bus_factor(view: View, people: tuple[Person, ...] | None) -> Finding:
    if people is None:
        return unknown("bus-factor", view.why_unknown("commits"))
    total = sum(person.commits for person in people)
    if not total:
        return not_applicable("bus-factor", "there are no human commits to judge by")
    if total < FEW_COMMITS:
        span = " in a year" if recent_span(view) == YEARS else ""
        verb = "is" if total == 1 else "are"
        return not_applicable("bus-factor", f"{counted(total, 'human commit')}{span} {verb} too few to judge")
    factor = bus_factor(people)
    names = [person.name for person in people[:factor]]
    share = sum(person.commits for person in people[:factor]) / total
    evidence = api("history.author", f"{listed(names)}: {percent(share)} of {total:,} human commits")
    if factor == 1 and len(people) > 1 and people[1].commits * 4 >= total:
        return warned(
            "bus-factor",
            f"{people[0].name} wrote {percent(share)} of {recent_span(view)} {counted(total, 'human commit')}, "
            f"{people[1].name} {percent(people[1].commits / total)}.",
            evidence,
            action="Bring in a third person",
            next_step="Two people carry it: let somebody else review a part of it, and own it later.",
            share=0.7,
        )
    if factor == 1:
        found = f"{names[0]} wrote {percent(share)} of {recent_span(view)} {counted(total, 'human commit')}."
        second = people[1] if len(people) > 1 and people[1].commits >= max(5, total // 20) else None
        who = f" ({second.name} knows it next best)" if second else ""
        return warned(
            "bus-factor",
            found,
            evidence,
            action="Share the knowledge of one person",
            next_step=f"Have somebody else review or make the next changes{who}, and write down how a release is made.",
            share=0.3 if share < 0.9 or len(people) > 1 else 0.2,
        )
    found = (
        f"{capital(counted(factor, 'person'))} ({listed(names)}) wrote {percent(share)} of {recent_span(view)} "
        f"{counted(total, 'human commit')}."
    )
    if factor == 2:
        return warned(
            "bus-factor",
            found,
            evidence,
            action="Bring in a third person",
            next_step=(
                f"Let others own a part each; {listed([p.name for p in people[2:5]]) or 'a new contributor'} could "
                "begin with reviews."
            ),
            share=0.8,
        )
    return passed("bus-factor", found, evidence)


def _top_owner(view: View, people: tuple[Person, ...] | None) -> Finding:
    if view.facts.commits is None:
        return unknown("top-owner", view.why_unknown("commits"))
    if view.status.status is Status.ARCHIVED or deprecation_of(view):
        return not_applicable("top-owner", "nobody is meant to work on it any more")
    if not people or sum(person.commits for person in people) < FEW_COMMITS:
        return not_applicable("top-owner", "too few commits to tell who its main author is")
    known = fold_people(view.facts.commits)
    top = known[0]
    if top.commits < max(MIN_TOP_COMMITS, MIN_TOP_SHARE * sum(person.commits for person in known)):
        return not_applicable("top-owner", "nobody wrote enough of it to be its main author")
    age = (view.now - top.last_commit_at).days
    found = (
        f"{top.name}, with {counted(top.commits, 'commit')} the main author, last committed "
        f"{ago(top.last_commit_at, view.now)}."
    )
    evidence = api("history.author", top.name)
    if age <= GONE_DAYS:
        return passed("top-owner", found, evidence)
    if view.status.is_stable:
        return not_applicable("top-owner", "it is finished: its main author has nothing to do")
    if view.status.status is Status.STALE:
        return not_applicable("top-owner", "nobody works on it now; `status` says so already")
    heirs = [
        person.name
        for person in people
        if person.name != top.name and (view.now - person.last_commit_at).days <= GONE_DAYS
    ]
    return warned(
        "top-owner",
        found,
        evidence,
        action=f"Find an heir for {top.name}'s code",
        next_step=(
            f"Agree who answers for it now{f': {listed(heirs, limit=3)}' if heirs else ''}, and say so in "
            "CODEOWNERS or the README."
        ),
    )


def _reviewed(view: View) -> Finding:
    pulls = view.facts.pull_requests
    if pulls is None:
        return unknown("reviewed", view.why_unknown("pull_requests"))
    if view.is_solo:
        return not_applicable("reviewed", "one person works here: nobody else could review")
    merged = [p for p in pulls if p.merged_at is not None and not p.author_is_bot]
    known = [p for p in merged if p.reviewed is not None]
    if merged and not known:
        return unknown("reviewed", view.why_unknown("reviews", "pull_requests"))
    if len(known) < FEW_MERGED:
        return not_applicable(
            "reviewed",
            f"{counted(len(known), 'merged pull request')} by people {'is' if len(known) == 1 else 'are'} too "
            "few to judge",
        )
    share = sum(bool(p.reviewed) for p in known) / len(known)
    unreviewed = [f"#{p.number}" for p in known if not p.reviewed]
    found = f"{percent(share)} of {counted(len(known), 'merged pull request')} were reviewed by somebody else."
    evidence = api("pullRequests.reviews", f"unreviewed: {listed(unreviewed, limit=4)}" if unreviewed else "")
    step = "Require one approval in the rules of the default branch (Settings, Rules)."
    if share >= 0.8:
        return passed("reviewed", found, evidence)
    if share >= 0.4:
        return warned(
            "reviewed",
            found,
            evidence,
            action="Review every change",
            next_step=step,
            share=round(share, 2),
            effort=None,
        )
    return failed("reviewed", found, evidence, action="Review every change", next_step=step)


def reviewed_share(view: View) -> float | None:
    """The share of people's merged pull requests that somebody else reviewed; None is unknown or too few."""
    known = [
        p for p in view.facts.pull_requests or () if p.merged_at and not p.author_is_bot and p.reviewed is not None
    ]
    return round(sum(bool(p.reviewed) for p in known) / len(known), 4) if known and not view.is_solo else None
