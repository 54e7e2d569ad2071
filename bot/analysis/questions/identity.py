"""What is it, for whom, and where does it come from? (catalogue entries 1, 2, 3 and 5)"""

from __future__ import annotations

import re

from bot.analysis.finding import Finding, api, at, failed, not_applicable, passed, told, unknown, warned
from bot.analysis.kinds import NOUNS
from bot.analysis.view import View
from bot.analysis.words import article, capital, code, counted
from bot.model.report import Evidence, Kind

MAX_PURPOSE = 300
_SENTENCE_END = re.compile(r"(?<=[^A-Z\s.][.!?])\s+(?=[A-Z`\"'(])")


def purpose_of(view: View) -> tuple[str, Evidence | None]:
    """The description on GitHub, else the README's first paragraph, cut at a sentence; with its place."""
    description = " ".join((view.facts.description or "").split())
    if description:
        return description[:MAX_PURPOSE], api("description")
    readme = view.readme
    if readme and readme.first_paragraph:
        return _first_sentences(readme.first_paragraph), at(readme.path, readme.first_paragraph_line)
    for manifest in view.inventory.manifests:
        described = getattr(manifest, "description", "")
        if manifest.folder == "" and described:
            return described[:MAX_PURPOSE], at(manifest.path)
    return "", None


def _first_sentences(paragraph: str) -> str:
    taken = ""
    for piece in _SENTENCE_END.split(paragraph):
        if taken and len(taken) + len(piece) > MAX_PURPOSE:
            break
        taken = f"{taken} {piece}".strip()
        if len(taken) > 80:
            break
    return taken if len(taken) <= MAX_PURPOSE else f"{taken[: MAX_PURPOSE - 1].rstrip()}…"


def judge(view: View) -> list[Finding]:
    """purpose, kind, topics, origin."""
    return [_purpose(view), _kind(view), _topics(view), _origin(view)]


def _purpose(view: View) -> Finding:
    text, where = purpose_of(view)
    if where is None:
        if view.is_empty and view.is_local:
            return unknown("purpose", view.why_unknown("description"))
        missing = (
            "The README's first lines do not say what this is"
            if view.readme
            else "Neither a README nor anything else says what this is"
        )
        if view.facts.description is None and view.is_local:
            return warned(
                "purpose",
                f"{missing}.",
                *([at(view.readme.path, 1)] if view.readme else []),
                action="Say in the README's first sentence what this is",
                next_step="Open the README with one sentence that says what it does and for whom.",
            )
        return failed(
            "purpose",
            f"{missing}, and the description on GitHub is empty.",
            api("description", "empty"),
            action="Say in one sentence what this is",
            next_step="Fill in the description (About, on the repository's page) with what it does and for whom.",
        )
    if where.path and not view.is_local:
        return warned(
            "purpose",
            "The README says what it is for; the description on GitHub is empty.",
            where,
            api("description", "empty"),
            action="Fill in the description on GitHub",
            next_step="Copy the README's first sentence into the description: it is what search and lists show.",
            share=0.7,
        )
    return passed("purpose", f"{text.rstrip('.')}.", where)


def _kind(view: View) -> Finding:
    kind = view.kind.kind
    if kind is Kind.UNKNOWN:
        return unknown("kind", "nothing in the tree shows what it is; `kind:` in `.github/radar.yml` would say it")
    noun = NOUNS[kind]
    found = noun if kind is Kind.CONFIGURATION else f"{article(noun)} {noun}"
    return told("kind", f"{capital(found)}.", *view.kind.evidence)


def _topics(view: View) -> Finding:
    facts = view.facts
    if facts.topics is None:
        return unknown("topics", view.why_unknown("topics"))
    if view.is_tiny and not facts.topics:
        return not_applicable("topics", "there is hardly anything to find yet")
    if facts.is_private and not facts.topics:
        return not_applicable("topics", "a private repository is not searched for by topic")
    if facts.topics:
        homepage = f", homepage {facts.homepage}" if facts.homepage else ""
        return passed(
            "topics",
            f"{capital(counted(len(facts.topics), 'topic'))}: {code(facts.topics)}{homepage}.",
            api("repositoryTopics"),
        )
    return failed(
        "topics",
        "There are no topics.",
        api("repositoryTopics", "empty"),
        action="Add topics",
        next_step=f"Add three to five topics (About, on the repository's page){_topic_proposal(view)}.",
    )


def _topic_proposal(view: View) -> str:
    names = [language.name for language in view.languages[:1]]
    names += [t.name for t in view.technologies if t.category in {"framework", "Framework", "ui", "database"}][:2]
    slugs = [re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in names]
    return f", for instance {code(slugs)}" if slugs else ""


def _origin(view: View) -> Finding:
    facts = view.facts
    if facts.is_fork:
        return told(
            "origin", f"A fork of {facts.parent or 'a repository that is not visible'}.", api("parent", facts.parent)
        )
    if facts.is_mirror:
        return told("origin", "A mirror of a repository elsewhere.", api("mirrorUrl"))
    if facts.template:
        return told("origin", f"Made from the template {facts.template}.", api("templateRepository", facts.template))
    if view.is_local:
        return unknown("origin", view.why_unknown("parent"))
    return told("origin", "An original: no fork, no mirror, no copy of a template.", api("isFork"))
