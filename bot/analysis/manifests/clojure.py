"""Clojure: deps.edn and Leiningen's project.clj.

Source of the rules: the deps.edn reference of clojure.org and Leiningen's sample project.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats.textlines import LONG_STRING, Pages
from bot.analysis.manifests.nouns import Draft, Tree
from bot.model.report import Scope

_COMMENT = re.compile(rf"{LONG_STRING}|;[^\n]*")
_SYMBOL = r"[A-Za-z*+!_?<>=][\w.*+!?<>=/$-]{0,200}"
_EDN = re.compile(
    rf"({_SYMBOL})[ \n,]+\{{([^{{}}]{{0,500}})\}}",
)
_COORDINATE = re.compile(r':(?:mvn/version|git/tag|git/sha|git/url|sha|tag|local/root)[ \n]+"([^"\n]{1,200})"')
_ALIASES = re.compile(r":aliases\b")
_VECTOR = re.compile(rf'\[[ \n]*({_SYMBOL})[ \n]+"([^"\n]{{1,100}})"')
_SECTION = re.compile(r":(dependencies|plugins|profiles)\b")
_PROJECT = re.compile(rf'\(defproject[ \n]+({_SYMBOL})[ \n]+"([^"\n]{{1,100}})"')


def _pages(text: str) -> Pages:
    return Pages(_COMMENT.sub(lambda match: match.group(0) if match.group(0)[0] == '"' else "", text))


def _name(symbol: str) -> str:
    """Maven's name for a Clojure coordinate: `ring/ring-core` → `ring:ring-core`, `hiccup` → `hiccup:hiccup`."""
    group, mark, artifact = symbol.partition("/")
    return f"{group}:{artifact}" if mark else f"{symbol}:{symbol}"


def read_deps_edn(draft: Draft, text: str, tree: Tree) -> None:
    """deps.edn: :deps, and the extra dependencies of aliases, which are for development."""
    pages = _pages(text)
    draft.package_manager = "clojure"
    aliases = _ALIASES.search(pages.text)
    border = aliases.start() if aliases else len(pages.text)
    for match in pages.find(_EDN):
        coordinate = _COORDINATE.search(match.group(2))
        if coordinate is None:
            continue
        scope = Scope.DEVELOPMENT if match.start() > border else Scope.RUNTIME
        version = coordinate.group(1)
        exact = version if ":mvn/version" in match.group(2) else ""
        draft.add(_name(match.group(1)), version, scope, line=pages.line(match.start()), version=exact)


def read_project_clj(draft: Draft, text: str, tree: Tree) -> None:
    """project.clj: :dependencies, :plugins, and those of :profiles."""
    pages = _pages(text)
    draft.package_manager = "leiningen"
    if project := _PROJECT.search(pages.text):
        draft.name, draft.version = project.groups()
    sections = [(match.start(), match.group(1)) for match in pages.find(_SECTION)]
    profiles = next((start for start, name in sections if name == "profiles"), len(pages.text))
    for match in pages.find(_VECTOR):
        section = next((name for start, name in reversed(sections) if start < match.start()), "")
        if section:
            scope = Scope.BUILD if section == "plugins" else Scope.RUNTIME
            scope = Scope.DEVELOPMENT if match.start() > profiles else scope
            version = match.group(2)
            draft.add(_name(match.group(1)), version, scope, line=pages.line(match.start()), version=version)
