"""Elixir and Erlang: mix.exs and rebar.config, as far as they state literals.

Source of the rules: Mix's deps task and rebar3's dependency documentation.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats.textlines import Pages
from bot.analysis.manifests.nouns import Draft, ManifestError, Tree
from bot.model.report import Kind, Scope

_DEPS = re.compile(r"\bdefp?[ ]+[a-z_]*deps(?:\([^)\n]*\))?[ ]+do\b")
_ATOM_LIST = re.compile(r":([a-z_]+)")
_TUPLE = re.compile(r"\{[ \n]*:([a-z_][a-z0-9_]{0,100})[ ]*,([^{}]{0,1000})\}")
_FIRST_STRING = re.compile(r'^[ \n]*"([^"\n]{0,200})"')
_ONLY = re.compile(r"\bonly:[ ]*(\[[^\]]{0,200}\]|:[a-z_]+)")
_SOURCE = re.compile(r'\b(?:github|git|path):[ ]*"([^"\n]{1,200})"')
_FIELD = re.compile(r'\b(app|version|elixir|description|apps_path):[ ]*(?::([a-z_0-9]+)|@?([a-z_]+)|"([^"\n]{1,300})")')
_LICENCES = re.compile(r'\blicenses:[ ]*\[[ ]*"([^"\n]{1,100})"')
_ATTRIBUTE = re.compile(r'^[ ]*@([a-z_]+)[ ]+"([^"\n]{1,200})"', re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*#[^\n]*$", re.MULTILINE)
_ERLANG_COMMENT = re.compile(r"%[^\n]*")


def read_mix(draft: Draft, text: str, tree: Tree) -> None:
    """mix.exs: the tuples of its deps functions, the Elixir version, the app's name."""
    pages = Pages(_COMMENT.sub("", text))
    draft.package_manager = "mix"
    attributes = {match.group(1): match.group(2) for match in pages.find(_ATTRIBUTE)}
    fields = {match.group(1): match for match in reversed(list(pages.find(_FIELD)))}
    values = {
        name: match.group(2) or match.group(4) or attributes.get(match.group(3) or "", "")
        for name, match in fields.items()
    }
    draft.name, draft.version = values.get("app", ""), values.get("version", "")
    draft.kind = Kind.LIBRARY if re.search(r"\bpackage:[ ]", pages.text) else Kind.APPLICATION
    if "elixir" in fields:
        draft.runtime("Elixir", values["elixir"], pages.line(fields["elixir"].start()), detail="elixir")
    if licence := _LICENCES.search(pages.text):
        draft.licence, draft.licence_line = licence.group(1), pages.line(licence.start())
    if values.get("apps_path"):
        draft.members = [f"{values['apps_path']}/*"]
        draft.workspace_manager = "mix"
    for function in pages.find(_DEPS):
        end = re.compile(r"^[ ]{0,4}end\b", re.MULTILINE).search(pages.text, function.end())
        for match in pages.find(_TUPLE, function.end(), end.start() if end else None):
            _dependency(draft, match, pages.line(match.start()))


def _dependency(draft: Draft, match: re.Match[str], line: int) -> None:
    rest = match.group(2)
    string = _FIRST_STRING.match(rest)
    source = _SOURCE.search(rest)
    requirement = string.group(1) if string else source.group(1) if source else ""
    only = _ONLY.search(rest)
    environments = set(_ATOM_LIST.findall(only.group(1))) if only else set()
    development = bool(environments) and "prod" not in environments
    scope = Scope.DEVELOPMENT if development else Scope.RUNTIME
    if not development and re.search(r"\boptional:[ ]*true\b", rest):
        scope = Scope.OPTIONAL
    exact = requirement.removeprefix("==").strip()
    draft.add(match.group(1), requirement, scope, line=line, version=exact if re.fullmatch(r"[\d.]+", exact) else "")


_BRACKET = re.compile(r"[\[\]]")
_BRACE = re.compile(r"[{}]")
_ERLANG_DEPS = re.compile(r"\{[ \n]*deps[ ]*,[ \n]*\[")
_ERLANG_TUPLE = re.compile(r"\{[ \n]*([a-z][a-z0-9_]{0,100})[ \n]*,[ \n]*(?:\"([^\"\n]{0,100})\")?")


def read_rebar(draft: Draft, text: str, tree: Tree) -> None:
    """rebar.config: the `deps` list, also those of profiles."""
    pages = Pages(_ERLANG_COMMENT.sub("", text))
    draft.package_manager = "rebar3"
    end = 0
    for index, block in enumerate(pages.find(_ERLANG_DEPS)):
        scope = Scope.RUNTIME if index == 0 and "profiles" not in pages.text[: block.start()] else Scope.DEVELOPMENT
        if block.start() < end:
            continue
        end = _closing(pages, block.end())
        depth_zero = _top_tuples(pages.text, block.end(), end)
        for start in depth_zero:
            match = _ERLANG_TUPLE.match(pages.text, start)
            if match:
                draft.add(
                    match.group(1), match.group(2) or "", scope, line=pages.line(start), version=match.group(2) or ""
                )


def _closing(pages: Pages, start: int) -> int:
    """The offset of the bracket that closes a list opened just before `start`."""
    depth = 1
    for match in pages.find(_BRACKET, start):
        depth += 1 if match.group(0) == "[" else -1
        if not depth:
            return match.start()
    raise ManifestError("A list is not closed.", pages.line(start))


def _top_tuples(text: str, start: int, end: int) -> list[int]:
    """Where the tuples of a list begin, not those inside them."""
    found: list[int] = []
    depth = 0
    for match in _BRACE.finditer(text, start, end):
        if match.group(0) == "{":
            if not depth:
                found.append(match.start())
            depth += 1
        else:
            depth -= 1
    return found
