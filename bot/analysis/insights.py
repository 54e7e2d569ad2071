"""What an experienced engineer would notice about this very repository; nothing is said for the sake of saying it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from bot.analysis.activity import threads_of
from bot.analysis.components import languages_tested_elsewhere
from bot.analysis.contents.facts import type_of
from bot.analysis.end_of_life import ended
from bot.analysis.finding import api, at
from bot.analysis.kinds import is_aside, is_main, reason_for
from bot.analysis.people import bus_factor
from bot.analysis.questions.authors import recent_people, recent_span
from bot.analysis.questions.maintenance import deprecation_of
from bot.analysis.questions.releases import unreleased_commits
from bot.analysis.view import View, folders_above
from bot.analysis.words import ago, capital, code, counted, days, hours, listed, percent, uncapital
from bot.model.report import Check, Insight, Kind, Scope, State, Status
from bot.model.snapshot import FileClass, FileFact

MAX_INSIGHTS = 8


def find_insights(view: View, checks: Sequence[Check], coverage: float) -> tuple[Insight, ...]:
    """At most eight, in the order of `_INSIGHTS`."""
    found = [insight for find in _INSIGHTS if (insight := find(view)) is not None]
    unknown = _unknown(view, checks, coverage)
    return tuple([*found[: MAX_INSIGHTS - 1], *([unknown] if unknown else [])][:MAX_INSIGHTS])


def _deprecated(view: View) -> Insight | None:
    where = deprecation_of(view)
    if where is None or where.field:
        return None
    said = f'"{where.detail}"' if where.detail else "so"
    return Insight(
        title="Its own authors advise against it", description=f"{where.path} says {said}.", evidence=(where,)
    )


def _fork(view: View) -> Insight | None:
    if not view.facts.is_fork or not view.facts.parent:
        return None
    return Insight(
        title=f"A fork of {view.facts.parent}",
        description=(
            "Figures of activity count what happens here; fixes of the original arrive only when somebody merges them."
        ),
        evidence=(api("parent", view.facts.parent),),
    )


def _one_person(view: View) -> Insight | None:
    people = recent_people(view)
    total = sum(person.commits for person in people or ())
    if not people or total < 20 or bus_factor(people) != 1 or view.status.status is Status.ARCHIVED:
        return None
    top = people[0]
    share = top.commits / total
    if len(people) > 1 and people[1].commits * 4 >= total:
        return None  # two of them, nearly even
    if len(people) == 1:
        text = (
            f"All of {recent_span(view)} {total:,} human commits are {top.name}'s. Nobody else has shown that they "
            "can change it."
        )
    else:
        text = (
            f"{top.name} wrote {top.commits:,} of {recent_span(view)} {total:,} human commits ({percent(share)}); next "
            f"is {people[1].name} with {people[1].commits:,}."
        )
    return Insight(title=f"{top.name} carries it", description=text, evidence=(api("history.author", top.name),))


def _unreleased(view: View) -> Insight | None:
    count = unreleased_commits(view)
    when = view.activity.latest_release_at
    if reason_for("releases", view.kind.kind):
        return None
    if count < 20 or when is None or (view.now - when).days < 60:
        return None
    least = "At least " if view.facts.commits_truncated else ""
    text = (
        f"{least}{counted(count, 'human commit')} came after {view.activity.latest_release}, which is "
        f"{days((view.now - when).days)} old. Users do not have them yet."
    )
    return Insight(
        title="Much is done and not released",
        description=capital(text),
        evidence=(api("releases", view.activity.latest_release),),
    )


def _ended(view: View) -> Insight | None:
    """A runtime that gets no fixes any more."""
    over = ended(view.runtimes, view.now.date())
    if not over or view.status.status is Status.ARCHIVED:
        return None
    first = over[0]
    lines = list(dict.fromkeys(f"{end.runtime.name} {end.line}" for end in over))
    evidence = tuple(end.runtime.evidence for end in over[:5])
    text = (
        f"`{first.runtime.evidence.path}` asks for {first.runtime.name} {first.line}, which has had no security "
        "fixes since "
        f"{first.on.day} {first.on:%B %Y}."
    )
    return Insight(
        title=f"{listed(lines, limit=3)} {'is' if len(lines) == 1 else 'are'} out of support",
        description=text,
        evidence=evidence,
    )


def _trend(view: View) -> Insight | None:
    weeks = view.activity.weeks
    if len(weeks) < 26:
        return None
    recent, before = sum(w.human for w in weeks[-14:-1]), sum(w.human for w in weeks[-27:-14])
    if max(recent, before) < 20:
        return None
    if recent * 2 <= before:
        title, verb = "Work is slowing down", "down from"
    elif recent >= before * 2:
        title, verb = "Work is picking up", "up from"
    else:
        return None
    text = f"{counted(recent, 'human commit')} in the last 13 whole weeks, {verb} {before:,} in the 13 before."
    return Insight(
        title=title,
        description=capital(text),
        evidence=(api("history", f"{weeks[-27].starts} to {weeks[-1].starts}"),),
    )


def _bots(view: View) -> Insight | None:
    human, bots = view.activity.human_commits_90_days, view.activity.bot_commits_90_days
    if human is None or bots is None or bots < 10 or bots <= 2 * human:
        return None
    text = (
        f"Bots made {bots:,} of {human + bots:,} commits in the last 90 days. What looks like activity is mostly "
        "version updates."
    )
    return Insight(title="Mostly bots at work", description=text, evidence=(api("history", "by author"),))


def _answers(view: View) -> Insight | None:
    median = view.activity.median_first_response_hours
    if median is None or median > 48 or view.is_solo:
        return None
    answered = sum(t.first_response_at is not None for t in threads_of(view.facts))
    if answered < 10:
        return None
    text = f"Half of {answered:,} issues and pull requests were answered within {hours(median)}."
    return Insight(
        title="People get answers quickly", description=text, evidence=(api("issues.comments", f"{answered} answered"),)
    )


def _components(view: View) -> Insight | None:
    parts = [c for c in view.components if c.path and is_main(c) and c.code]
    if view.kind.kind is not Kind.MONOREPO or len(parts) < 2:
        return None
    total = sum(c.code for c in parts)
    largest = max(parts, key=lambda c: (c.code, c.path))
    ecosystems = sorted({c.ecosystem for c in parts})
    elsewhere = languages_tested_elsewhere(view.components, view.contents.files)
    inside = {folder for file in view.contents.files if file.has_inline_tests for folder in folders_above(file.path)}
    untested = [
        c.path
        for c in parts
        if not (c.has_tests or c.path in inside or elsewhere & set(c.languages) or reason_for("tests", c.kind))
    ]
    text = (
        f"{counted(len(parts), 'component')} in {listed(ecosystems)}; `{largest.path}` has "
        f"{percent(largest.code / total)} of their code."
    )
    if untested:
        text += f" Without tests: {code(untested, limit=4)}."
    return Insight(
        title="How the monorepo is divided",
        description=text,
        evidence=tuple(at(c.manifests[0], None, f"{c.code:,} lines") for c in parts[:6] if c.manifests),
    )


def _few_dependencies(view: View) -> Insight | None:
    if view.kind.kind not in {Kind.LIBRARY, Kind.COMMAND_LINE_TOOL} or view.size.code < 500:
        return None
    manifests = [m for m in view.inventory.manifests if m.is_component and m.folder == ""]
    if not manifests:
        return None
    if any(p.scope is Scope.RUNTIME and not is_aside(p.path) for p in view.libraries):
        return None
    text = (
        f"{counted(view.size.code - view.size.test_code, 'line')} of code without a single run-time dependency: "
        "nothing below it can break it."
    )
    return Insight(title="It depends on nothing", description=text, evidence=(at(manifests[0].path),))


def _tests(view: View) -> Insight | None:
    size = view.size
    if size.code < 1_000 or size.test_code * 2 < size.code:
        return None
    text = f"{size.test_code:,} of {size.code:,} lines of code are tests, more than what they test."
    largest = max((f for f in view.contents.files if f.file_class is FileClass.TEST), key=lambda f: (f.code, f.path))
    return Insight(
        title="More tests than code", description=text, evidence=(at(largest.path, None, f"{largest.code:,} lines"),)
    )


def _one_file(view: View) -> Insight | None:
    sources = [f for f in view.contents.files if f.file_class is FileClass.SOURCE and f.code and is_program(f)]
    total = sum(f.code for f in sources)
    if total < 1_000 or len(sources) < 5:
        return None
    largest = max(sources, key=lambda f: (f.code, f.path))
    if largest.code < 0.3 * total:
        return None
    text = (
        f"`{largest.path}` holds {largest.code:,} of {total:,} lines of code in {counted(len(sources), 'file')}. "
        "Most changes will meet there."
    )
    return Insight(
        title="Most of it is one file", description=text, evidence=(at(largest.path, None, f"{largest.code:,} lines"),)
    )


def is_program(file: FileFact) -> bool:
    """Whether it is written in a programming language, no markup or style sheet."""
    return type_of(file.language) == "programming"


def _hot_file(view: View) -> Insight | None:
    hot = [f for f in view.contents.functions or () if f.complexity > view.config.complexity]
    if len(hot) < 4:
        return None
    path, count = max(Counter(f.path for f in hot).items(), key=lambda item: (item[1], item[0]))
    if count * 2 <= len(hot):
        return None
    inside = sorted((f for f in hot if f.path == path), key=lambda f: (-f.complexity, f.line))
    text = (
        f"{count} of the {len(hot)} functions above complexity {view.config.complexity} stand in `{path}`, led by "
        f"`{inside[0].name}` with {inside[0].complexity}."
    )
    return Insight(
        title="Complexity gathers in one place",
        description=text,
        evidence=tuple(at(f.path, f.line, f"{f.name}: {f.complexity}") for f in inside[:5]),
    )


def _two_languages(view: View) -> Insight | None:
    shares = {language.name: language.share for language in view.languages}
    old, new = shares.get("JavaScript", 0.0), shares.get("TypeScript", 0.0)
    if old < 0.15 or new < 0.15:
        return None
    text = (
        f"{percent(new)} of the code is TypeScript and {percent(old)} still JavaScript: types end where the two meet."
    )
    first = {
        lang: next((f.path for f in view.contents.files if f.language == lang and f.file_class is FileClass.SOURCE), "")
        for lang in ("JavaScript", "TypeScript")
    }
    return Insight(
        title="Half way to TypeScript", description=text, evidence=tuple(at(path) for path in first.values() if path)
    )


def _main_author_away(view: View) -> Insight | None:
    if view.status.status is not Status.STALE or not view.status.is_stable:
        return None
    when = view.activity.last_human_commit_at
    last = f", the last human commit was {ago(when, view.now)}" if when else ""
    text = (
        f"{view.activity.latest_release} is out{last}, and nothing that people asked stayed unanswered. Quiet is "
        "not dead."
    )
    return Insight(title="Finished rather than abandoned", description=text, evidence=view.status.evidence)


_INSIGHTS: tuple[Callable[[View], Insight | None], ...] = (
    _deprecated,
    _main_author_away,
    _fork,
    _ended,
    _one_person,
    _unreleased,
    _trend,
    _components,
    _bots,
    _hot_file,
    _one_file,
    _two_languages,
    _tests,
    _few_dependencies,
    _answers,
)


def _unknown(view: View, checks: Sequence[Check], coverage: float) -> Insight | None:
    """What could not be judged, and why, where that is a lot."""
    missing = [check for check in checks if check.state is State.UNKNOWN and check.weight]
    if coverage >= 0.85 or not missing or view.is_local or view.is_tiny or view.is_empty:
        return None
    reasons = Counter(check.reason.rstrip(".") for check in missing)
    reason = max(sorted(reasons.items()), key=lambda item: item[1])[0]
    titles = [uncapital(check.title) for check in sorted(missing, key=lambda c: (-c.weight, c.id))]
    text = f"Not judged: {listed(titles, limit=4)}. The reason most often: {uncapital(reason)}."
    return Insight(
        title=f"Only {percent(coverage)} could be judged",
        description=text,
        evidence=tuple(api(check.id, check.reason) for check in missing[:5]),
    )
