"""Ruby: Gemfile, gemspecs.

Source of the rules: Bundler's Gemfile manual and the RubyGems specification reference. Both files are programs; what is
read is what they state literally.
"""

from __future__ import annotations

import posixpath
import re

from bot.analysis.manifests.formats.textlines import numbered, quoted
from bot.analysis.manifests.nouns import Draft, Tree
from bot.model.report import Kind, Scope

_GEM = re.compile(r"^gem[ (]+[\"']([A-Za-z0-9_.-]{1,200})[\"'](.*)$")
_CONDITION = ("if ", "unless ", "case ", "begin", "def ")
_GROUPS = re.compile(r":([a-z_]+)|[\"']([a-z_]+)[\"']")
_OPTION = re.compile(
    r"(?:^|,)[ ]*:?(git|github|path|groups?|require|branch|tag|ref)(?:[ ]*=>|:)[ ]*(\[[^\]]*\]|:?[\"']?[^,\"']*[\"']?)"
)
_DEVELOPMENT = frozenset({"development", "test", "ci", "lint", "doc", "docs", "tools", "rubocop", "debug", "benchmark"})


def read_gemfile(draft: Draft, text: str, tree: Tree) -> None:
    """Gemfile: gems with requirements, groups by block or option."""
    draft.package_manager = "bundler"
    blocks: list[frozenset[str]] = []
    for line, content in _joined(text):
        if content == "end" or content.startswith("end "):
            blocks = blocks[:-1]
        elif match := _GEM.match(content):
            _gem(draft, match.group(1), match.group(2), blocks, line)
        elif content.startswith(("ruby ", "ruby(")):
            found = quoted(content.partition("file:")[0])
            draft.runtime("Ruby", " ".join(found), line, detail="Gemfile")
        elif content.endswith(" do") or content.startswith(_CONDITION):
            groups = {one or other for one, other in _GROUPS.findall(content)} if content.startswith("group") else set()
            blocks.append(frozenset(groups))


def _joined(text: str) -> list[tuple[int, str]]:
    """Lines, with those that a comma continues joined."""
    found: list[tuple[int, str]] = []
    held, start = "", 0
    for number, line in numbered(text, "#"):
        start = start if held else number
        held = f"{held} {line}".strip()
        if not held.endswith(",") or len(held) > 4_000:
            found.append((start, held))
            held = ""
    return [*found, (start, held)] if held else found


def _gem(draft: Draft, name: str, rest: str, blocks: list[frozenset[str]], line: int) -> None:
    groups = {group for block in blocks for group in block}
    requirements: list[str] = []
    source = ""
    options = {key: value.strip() for key, value in _OPTION.findall(rest)}
    for key in ("group", "groups"):
        groups |= {one or other for one, other in _GROUPS.findall(options.get(key, ""))}
    for key in ("git", "github", "path"):
        source = source or options.get(key, "").strip("\"' ")
    for part in re.split(r",[ ]*(?![^\[]*\])", rest):
        bare = part.strip(" ()")
        if (bare.startswith(('"', "'")) and bare.endswith(('"', "'"))) or (bare.startswith("[") and ":" not in bare):
            requirements += quoted(bare)
    requirement = ", ".join(requirements) or source
    scope = Scope.DEVELOPMENT if groups and groups <= _DEVELOPMENT else Scope.RUNTIME
    draft.add(name, requirement, scope, line=line, version=exact_gem(requirement))


def exact_gem(requirement: str) -> str:
    """The version that a gem requirement pins: bare or with `=`."""
    bare = requirement.removeprefix("=").strip()
    return bare if re.fullmatch(r"[0-9][0-9A-Za-z.]*", bare) else ""


_CALL = re.compile(
    r"\.add_(runtime_|development_)?dependency[ (]+"
    r"(?:%q<([^>]+)>|[\"']([A-Za-z0-9_.-]{1,200})[\"'])(?:\.freeze)?(.*)$"
)
_FIELD = re.compile(
    r"\.(name|version|licenses?|summary|required_ruby_version|executables)[ ]*(?:<<|\+?=)[ ]*(.{1,500})$"
)


def read_gemspec(draft: Draft, text: str, tree: Tree) -> None:
    """A gemspec: runtime and development dependencies, name, licence, required Ruby."""
    draft.package_manager = "bundler"
    draft.name = posixpath.basename(draft.path).removesuffix(".gemspec")
    draft.kind = Kind.LIBRARY
    for line, content in _joined(text):
        if match := _CALL.search(content):
            scope = Scope.DEVELOPMENT if match.group(1) == "development_" else Scope.RUNTIME
            requirement = ", ".join(quoted(match.group(4)))
            name = match.group(2) or match.group(3)
            draft.add(name, requirement, scope, line=line, version=exact_gem(requirement))
        elif match := _FIELD.search(content):
            _field(draft, match.group(1), quoted(match.group(2)), line)


def _field(draft: Draft, name: str, values: list[str], line: int) -> None:
    if not values:
        return
    if name == "required_ruby_version":
        draft.runtime("Ruby", ", ".join(values), line, detail="required_ruby_version")
    elif name in {"license", "licenses"}:
        draft.licence, draft.licence_line = " OR ".join(values), line
    elif name == "executables":
        draft.entry_points += values
        draft.kind = Kind.COMMAND_LINE_TOOL
    elif name == "summary":
        draft.description = values[0]
    else:
        setattr(draft, name, values[0])
