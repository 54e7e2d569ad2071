"""One to three sentences that name the kind, the stack and the state of a repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.analysis.contents.facts import type_of
from bot.analysis.kinds import NOUNS, is_main
from bot.analysis.questions.maintenance import deprecation_of
from bot.analysis.view import View, central_components
from bot.analysis.words import article, counted, listed, sentence, uncapital
from bot.model.report import Action, Kind, Scope, Status, Technology

_NAMED = (
    "framework",
    "ui",
    "mobile",
    "database",
    "queue",
    "cache",
    "search",
    "orm",
    "api",
    "ai",
    "infrastructure",
    "cloud",
)
"""Categories worth a place in the first sentence, in this order."""

_NAMED_OF_LIBRARIES = ("framework", "ui", "mobile", "ai")
"""What a library's users meet; which databases it can talk to says little."""

_NAMED_BY_KIND: dict[Kind, tuple[str, ...]] = {
    Kind.LIBRARY: _NAMED_OF_LIBRARIES,
    Kind.COMMAND_LINE_TOOL: _NAMED_OF_LIBRARIES,
    Kind.INFRASTRUCTURE: ("infrastructure", "cloud"),
    Kind.DOCS_SITE: ("ai", "data", "framework", "docs"),
}
"""Kinds whose makers would name other things first."""

_SEVERAL = frozenset({"framework", "ui", "ai", "data"})
"""Categories of which two are named."""

_MIN_VALUE = 2.0
_DOMINANT = 0.6


def write_summary(view: View, actions: Sequence[Action], score: int | None) -> str:
    """The summary; shorter where there is less to say."""
    name = view.facts.name
    if view.is_empty:
        return _empty(view)
    sentences = [_what(view, name), _state(view), _next(view, actions, score)]
    return " ".join(text for text in sentences if text)


def _empty(view: View) -> str:
    if view.facts.is_empty or view.facts.id == 0:
        return f"{view.facts.name} is empty: nothing has been pushed yet."
    return f"Nothing of {view.facts.name} could be read."


def _what(view: View, name: str) -> str:
    noun = _noun(view)
    if view.is_tiny and not view.libraries:
        files = [f.path for f in view.contents.files if not f.path.startswith(".github/")]
        if not files:
            return f"{name} holds nothing but settings for GitHub."
        held = (
            f"`{files[0]}`"
            if len(files) == 1
            else f"{counted(len(files), 'file')}, {listed([f'`{p}`' for p in files], limit=3)}"
        )
        language = f" of {view.main_language}" if view.languages else ""
        lines = f", {counted(view.size.code, 'line')}{language}" if view.size.code else ""
        return f"{name} holds little so far: {held}{lines}."
    stack = [technology.name for technology in named_stack(view)]
    using = f" built with {listed(stack, limit=4)}" if stack else ""
    licence = view.licence.licence.expression
    under = f", under {licence}" if licence and not licence.startswith("LicenseRef") else ""
    size = f", with {counted(view.size.code, 'line')} of code" if view.size.code >= 100 else ""
    is_a = noun if view.kind.kind is Kind.CONFIGURATION else f"{article(noun)} {noun}"
    return f"{name} is {is_a}{using}{under}{size}."


def _noun(view: View) -> str:
    """ "Python library", "TypeScript and Go monorepo of 5 components", "documentation site"."""
    kind = view.kind.kind
    noun = NOUNS[kind]
    main = [component for component in view.components if component.path and is_main(component)]
    if kind is Kind.MONOREPO and main:
        noun = f"{noun} of {counted(len(main), 'component')}"
    if kind in {Kind.DATA, Kind.DOCS_SITE} or not view.languages:
        return noun
    ranked = [lang for lang in view.languages if type_of(lang.name) == "programming"] or list(view.languages)
    if kind is Kind.INFRASTRUCTURE and ranked[0].share < 0.5:
        return noun  # its templates are most of it, and the stack is named
    spoken = [ranked[0].name]
    total = sum(language.code for language in ranked)
    if len(ranked) > 1 and ranked[0].code < _DOMINANT * total and ranked[1].code >= 0.2 * total:
        spoken.append(ranked[1].name)
    return f"{listed(spoken)} {noun}"


def named_stack(view: View) -> list[Technology]:
    """The technologies that a developer would name first: a few a category, of main components and run time."""
    languages = {language.name for language in view.languages}
    categories = _NAMED_BY_KIND.get(view.kind.kind, _NAMED)
    several = _SEVERAL if view.kind.kind is Kind.DOCS_SITE else {*categories[:1], "framework", "ui"}
    scopes = {(p.path, p.line): p.scope for p in view.packages}
    central = central_components(view)
    is_all = view.kind.kind is Kind.INFRASTRUCTURE  # charts and playbooks are data, not lines of code
    chosen: list[Technology] = []
    for category in categories:
        of_category = [t for t in view.technologies if t.category == category and t.name not in languages]
        of_category = [t for t in of_category if t.name.lower() != view.facts.name.lower()]
        of_category = [
            t
            for t in of_category
            if _is_central(t, scopes) and (is_all or not t.components or central & {*t.components})
        ]
        of_category.sort(key=lambda t: (-len(t.evidence), t.name.lower()))
        chosen += of_category[: 2 if category in several else 1]
    return chosen[:4]


_ASIDE = (
    "example",
    "sample",
    "demo",
    "test",
    "docs",
    "doc",
    "website",
    "bench",
    "fixture",
    "contrib",
    "script",
    "tool",
)


def _is_central(technology: Technology, scopes: Mapping[tuple[str, int | None], Scope]) -> bool:
    """Whether it is seen at run time, and outside examples, tests and documents."""
    for evidence in technology.evidence:
        folders = evidence.path.lower().split("/")[:-1]
        is_needed = scopes.get((evidence.path, evidence.line), Scope.RUNTIME) is Scope.RUNTIME
        if evidence.path and is_needed and not any(folder.startswith(_ASIDE) for folder in folders):
            return True
    return False


_VERDICTS = {
    Status.ACTIVE: "It is actively developed",
    Status.MAINTENANCE: "It is maintained",
    Status.STALE: "Nobody has worked on it for a while",
    Status.ARCHIVED: "It is archived and read-only",
}


BUSY_COMMITS = 4
"""Human commits in 90 days from which one speaks of development."""


def _state(view: View) -> str:
    answer = view.status
    if view.is_tiny:
        return answer.reason if answer.status is not Status.UNKNOWN else ""
    if answer.status is Status.UNKNOWN:
        return ""
    if answer.status is Status.ARCHIVED:
        return f"{_VERDICTS[answer.status]}."
    verdict = _VERDICTS[answer.status]
    if answer.status is Status.ACTIVE and (view.activity.human_commits_90_days or 0) < BUSY_COMMITS:
        verdict = "It is looked after"
    if answer.is_stable and answer.status in {Status.STALE, Status.MAINTENANCE}:
        verdict = "It is finished and quiet"
    if deprecation_of(view):
        verdict = "It declares itself deprecated"
    reason = answer.reason if answer.reason.startswith("Release ") else uncapital(answer.reason)
    return sentence(f"{verdict}: {reason}")


def _next(view: View, actions: Sequence[Action], score: int | None) -> str:
    if view.status.status is Status.ARCHIVED or score is None or view.is_tiny:
        return ""
    worth = [action for action in actions if action.value >= _MIN_VALUE or action.check_id == "secrets"]
    if not worth:
        return "There is little left to improve." if score >= 90 and not deprecation_of(view) else ""
    titles = [_lower(action.title) for action in worth[:2]]
    return f"Worth doing first: {listed(titles)}."


def _lower(title: str) -> str:
    return uncapital(title)
