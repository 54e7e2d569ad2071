"""Manifests of smaller worlds: rockspec, flake.nix, MODULE.bazel, pre-commit, cpanfile, elm.json.

Source of the rules: the rockspec format, Nix flakes' reference, Bazel's module documentation, pre-commit's
documentation.
"""

from __future__ import annotations

import ast
import re

from bot.analysis.manifests.formats import read_json, read_yaml
from bot.analysis.manifests.formats.textlines import STRING, Pages, numbered
from bot.analysis.manifests.nouns import MISSING, Draft, Tree, scalar
from bot.analysis.manifests.python_setup import parse_python, requirement_draft
from bot.model.report import Kind, Scope

_LUA_COMMENT = re.compile(r"--[^\n]*")
_ROCK_LIST = re.compile(r"\b(dependencies|build_dependencies|test_dependencies)[ ]*=[ ]*\{([^{}]{0,20000})\}")
_ROCK_FIELD = re.compile(r'\b(package|version|license|summary)[ ]*=[ ]*"([^"\n]{1,300})"')
_ROCK_ENTRY = re.compile(r"[\"']([A-Za-z0-9][\w./-]{0,100})[ ]*([^\"'\n]{0,100})[\"']")
_ROCK_SCOPES = {
    "dependencies": Scope.RUNTIME,
    "build_dependencies": Scope.BUILD,
    "test_dependencies": Scope.DEVELOPMENT,
}


def read_rockspec(draft: Draft, text: str, tree: Tree) -> None:
    """A rockspec: dependencies with their constraints."""
    pages = Pages(_LUA_COMMENT.sub("", text))
    draft.package_manager = "luarocks"
    draft.kind = Kind.LIBRARY
    for match in reversed(list(pages.find(_ROCK_FIELD))):
        key, value = match.groups()
        if key == "license":
            draft.licence, draft.licence_line = value, pages.line(match.start())
        elif key == "summary":
            draft.description = value
        else:
            setattr(draft, "name" if key == "package" else key, value)
    for block in pages.find(_ROCK_LIST):
        for entry in pages.find(_ROCK_ENTRY, block.start(2), block.end(2)):
            name, requirement = entry.groups()
            line = pages.line(entry.start())
            if name == "lua":
                draft.runtime("Lua", requirement, line, detail="rockspec")
            else:
                draft.add(name, requirement, _ROCK_SCOPES[block.group(1)], line=line)


_NIX_COMMENT = re.compile(rf"{STRING}|#[^\n]*")
_NIX_INPUT = re.compile(
    r"\b(?:inputs\.)?([A-Za-z][\w-]{0,60})(?:\.url[ ]*=|[ ]*=[ ]*\{[ \n]*(?:flake[ ]*=[ ]*false;[ \n]*)?url[ ]*=)"
    r'[ \n]*"([^"\n]{1,300})"'
)
_NIX_GITHUB = re.compile(r"^github:([\w.-]+/[\w.-]+)(?:/([\w./-]+))?")


def read_flake(draft: Draft, text: str, tree: Tree) -> None:
    """flake.nix: its inputs, by repository where they are GitHub's."""
    pages = Pages(_NIX_COMMENT.sub(lambda match: match.group(0) if match.group(0)[0] == '"' else "", text))
    draft.package_manager = "nix"
    if description := re.search(r'^[ ]*description[ ]*=[ ]*"([^"\n]{1,300})"', pages.text, re.MULTILINE):
        draft.description = description.group(1)
    for match in pages.find(_NIX_INPUT):
        line = pages.line(match.start())
        if github := _NIX_GITHUB.match(match.group(2)):
            draft.add(github.group(1), github.group(2) or "", Scope.BUILD, line=line, ecosystem="github")
        else:
            draft.add(match.group(1), match.group(2), Scope.BUILD, line=line)


def read_module_bazel(draft: Draft, text: str, tree: Tree) -> None:
    """MODULE.bazel: bazel_dep calls. Starlark's syntax is a part of Python's, so Python's parser reads it."""
    draft.package_manager = "bazel"
    for node in ast.walk(parse_python(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        given = {one.arg: one.value.value for one in node.keywords if one.arg and isinstance(one.value, ast.Constant)}
        name, version = given.get("name"), given.get("version")
        if node.func.id == "module":
            draft.name, draft.version = scalar(name), scalar(version)
        elif node.func.id == "bazel_dep" and isinstance(name, str):
            scope = Scope.DEVELOPMENT if given.get("dev_dependency") is True else Scope.RUNTIME
            exact = version if isinstance(version, str) else ""
            draft.add(name, exact, scope, line=node.lineno, version=exact)


_GITHUB = re.compile(r"^(?:https?://|git@|ssh://git@)github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


def read_pre_commit(draft: Draft, text: str, tree: Tree) -> None:
    """.pre-commit-config.yaml: hook repositories with their revisions, and what hooks need besides."""
    document = read_yaml(text)
    root = draft.mapping(document.value, ".pre-commit-config.yaml", 1)
    for index, entry in enumerate(draft.items(root.get("repos", MISSING), "repos", document.line("repos"))):
        if not isinstance(entry, dict):
            draft.problem("An entry of `repos` is no table.", document.line("repos", index))
            continue
        address, rev = scalar(entry.get("repo")), scalar(entry.get("rev"))
        line = document.line("repos", index, "repo")
        if address and address not in {"local", "meta", "builtin"}:
            github = _GITHUB.match(address)
            name = github.group(1) if github else address
            kind = "github" if github else "generic"
            draft.add(name, rev, Scope.DEVELOPMENT, line=line, ecosystem=kind, version=rev)
        hooks = draft.items(entry.get("hooks", MISSING), "hooks", line)
        for number, hook in enumerate(hooks):
            extra = hook.get("additional_dependencies") if isinstance(hook, dict) else None
            if isinstance(extra, list) and scalar(hook.get("language") if isinstance(hook, dict) else "") == "python":
                for place, one in enumerate(extra):
                    steps = ("repos", index, "hooks", number, "additional_dependencies", place)
                    requirement_draft(draft, scalar(one), document.line(*steps), Scope.DEVELOPMENT)


_CPAN = re.compile(
    r"^((?:test_|build_|configure_|author_)?requires|recommends|suggests)[ (]+[\"']([\w:]{1,200})[\"']"
    r"(?:[ ]*(?:=>|,)[ ]*[\"']?([^\"';)]{1,100}))?"
)
_CPAN_PHASE = re.compile(r"^on[ (]+[\"']?(\w+)[\"']?")


def read_cpanfile(draft: Draft, text: str, tree: Tree) -> None:
    """cpanfile: requirements by phase."""
    draft.package_manager = "cpan"
    phase = ""
    for line, content in numbered(text, "#"):
        if opened := _CPAN_PHASE.match(content):
            phase = opened.group(1)
        elif content.startswith("}"):
            phase = ""
        elif match := _CPAN.match(content):
            verb, name, requirement = match.group(1), match.group(2), (match.group(3) or "").strip()
            if name == "perl":
                draft.runtime("Perl", requirement, line, detail="cpanfile")
                continue
            scope = Scope.OPTIONAL if verb in {"recommends", "suggests"} else Scope.RUNTIME
            if phase in {"test", "develop"} or verb.startswith(("test_", "author_")):
                scope = Scope.DEVELOPMENT
            elif phase in {"build", "configure"} or verb.startswith(("build_", "configure_")):
                scope = Scope.BUILD
            draft.add(name, requirement, scope, line=line)


def read_elm(draft: Draft, text: str, tree: Tree) -> None:
    """elm.json: direct and test dependencies."""
    document = read_json(text)
    root = draft.mapping(document.value, "elm.json", 1)
    draft.package_manager = "elm"
    draft.kind = Kind.LIBRARY if root.get("type") == "package" else Kind.APPLICATION
    draft.name, draft.version = scalar(root.get("name")), scalar(root.get("version"))
    draft.licence, draft.licence_line = scalar(root.get("license")), document.line("license")
    for section, scope in (("dependencies", Scope.RUNTIME), ("test-dependencies", Scope.DEVELOPMENT)):
        steps: tuple[str, ...] = (section,)
        table = draft.mapping(root.get(section, MISSING), section, document.line(section))
        if isinstance(table.get("direct"), dict):
            steps = (section, "direct")
            table = draft.mapping(table["direct"], f"{section}.direct", document.line(*steps))
        for name, value in table.items():
            version = scalar(value)
            exact = version if re.fullmatch(r"[\d.]+", version) else ""
            draft.add(name, version, scope, line=document.line(*steps, name), version=exact)
