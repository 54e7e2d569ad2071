"""Haskell: *.cabal and hpack's package.yaml.

Source of the rules: the Cabal user guide and hpack's README.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats import read_yaml
from bot.analysis.manifests.formats.document import Document, bounded
from bot.analysis.manifests.nouns import MISSING, Draft, ManifestError, Tree, scalar
from bot.model.report import Kind, Scope

MAX_LINES = 20_000
_FIELD = re.compile(r"^([ \t]*)([A-Za-z][A-Za-z-]{0,60})[ \t]*:(.*)$")
_SECTION = re.compile(r"^(library|executable|test-suite|benchmark|foreign-library|common)\b[ \t]*(\S*)", re.IGNORECASE)
_DEPENDENCY = re.compile(r"^[ \t]*([A-Za-z0-9][\w.-]{0,200})(?::\{?[^,{}]*\}?)?[ \t]*(.*)$")
_BUILD_FIELDS = {"build-depends": None, "setup-depends": Scope.BUILD, "build-tool-depends": Scope.BUILD}


def read_cabal(draft: Draft, text: str, tree: Tree) -> None:
    """A cabal file: build-depends of its sections; those of test suites and benchmarks are for development."""
    lines = bounded(text).splitlines()
    if len(lines) > MAX_LINES:
        raise ManifestError(f"The file has more than {MAX_LINES:,} lines and is not read.")
    draft.package_manager = "cabal"
    section, field, indent = "", "", 0
    for number, raw in enumerate(lines, 1):
        line = raw[:2_000]
        if not line.strip() or line.lstrip().startswith("--"):
            continue
        opened = _SECTION.match(line)
        found = _FIELD.match(line)
        if opened and not found:
            section, field = opened.group(1).lower(), ""
            if section == "executable":
                draft.kind = Kind.COMMAND_LINE_TOOL
                draft.entry_points.append(opened.group(2))
            elif section == "library" and draft.kind is Kind.UNKNOWN:
                draft.kind = Kind.LIBRARY
        elif found and (not field or len(found.group(1)) <= indent):
            indent, field = len(found.group(1)), found.group(2).lower()
            _describe(draft, section, field, found.group(3).strip(), number)
            _depends(draft, section, field, found.group(3), number)
        elif field and len(line) - len(line.lstrip()) > indent:
            _depends(draft, section, field, line, number)
        else:
            field = ""


def _describe(draft: Draft, section: str, field: str, value: str, line: int) -> None:
    if section:
        return
    if field in {"name", "version"}:
        setattr(draft, field, value)
    elif field == "synopsis":
        draft.description = value
    elif field == "license":
        draft.licence, draft.licence_line = value, line
    elif field == "tested-with":
        draft.runtime("GHC", value, line, detail="tested-with")


def _depends(draft: Draft, section: str, field: str, value: str, line: int) -> None:
    if field not in _BUILD_FIELDS:
        return
    scope = _BUILD_FIELDS[field]
    if scope is None:
        scope = Scope.DEVELOPMENT if section in {"test-suite", "benchmark"} else Scope.RUNTIME
    for part in value.split(","):
        match = _DEPENDENCY.match(part)
        if match and match.group(1) != draft.name:
            draft.add(match.group(1), match.group(2), scope, line=line)


def read_hpack(draft: Draft, text: str, tree: Tree) -> None:
    """package.yaml of hpack: dependencies of the package and of its sections."""
    document = read_yaml(text)
    root = draft.mapping(document.value, "package.yaml", 1)
    draft.package_manager = "stack"
    draft.is_component = "dependencies" in root or "library" in root
    draft.name, draft.version = scalar(root.get("name")), scalar(root.get("version"))
    draft.licence, draft.licence_line = scalar(root.get("license")), document.line("license")
    _list(draft, document, ("dependencies",), root.get("dependencies", MISSING), Scope.RUNTIME)
    sections = (("library", Scope.RUNTIME), ("executables", Scope.RUNTIME), ("tests", Scope.DEVELOPMENT))
    for section, scope in sections:
        value = root.get(section)
        groups = value if isinstance(value, dict) else {}
        if section == "library":
            _list(draft, document, (section, "dependencies"), groups.get("dependencies", MISSING), scope)
            continue
        for name, facts in groups.items():
            if isinstance(facts, dict):
                steps = (section, name, "dependencies")
                _list(draft, document, steps, facts.get("dependencies", MISSING), scope)


def _list(draft: Draft, document: Document, steps: tuple[str, ...], value: object, scope: Scope) -> None:
    entries = [value] if isinstance(value, str) else value
    for index, entry in enumerate(draft.items(entries, ".".join(steps), document.line(*steps))):
        content = scalar(entry.get("name")) if isinstance(entry, dict) else scalar(entry)
        match = _DEPENDENCY.match(content[:500])
        if match:
            draft.add(match.group(1), match.group(2), scope, line=document.line(*steps, index))
