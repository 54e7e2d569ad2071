"""R and Julia: DESCRIPTION and Project.toml.

Source of the rules: "Writing R Extensions" and the Pkg documentation of Julia.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats import read_toml
from bot.analysis.manifests.formats.document import bounded
from bot.analysis.manifests.formats.textlines import MAX_LINES
from bot.analysis.manifests.nouns import Draft, ManifestError, Tree, scalar
from bot.model.report import Kind, Scope

_FIELD = re.compile(r"^([A-Za-z][\w/@.-]{0,60}):[ \t]*(.*)$")
_ENTRY = re.compile(r"^[ \t]*([A-Za-z][\w.]{0,100})[ \t]*(?:\(([^()]{1,100})\))?[ \t]*$")
_R_SECTIONS = {
    "Depends": Scope.RUNTIME,
    "Imports": Scope.RUNTIME,
    "LinkingTo": Scope.BUILD,
    "Suggests": Scope.OPTIONAL,
    "Enhances": Scope.OPTIONAL,
}


def read_description(draft: Draft, text: str, tree: Tree) -> None:
    """DESCRIPTION of an R package. Any other file of that name has no `Package:` field and says nothing."""
    lines = bounded(text).splitlines()
    if len(lines) > MAX_LINES:
        raise ManifestError(f"The file has more than {MAX_LINES:,} lines and is not read.")
    if not any(line.startswith(("Package:", "Type: project", "Imports:")) for line in lines):
        draft.is_component = False
        return
    draft.kind = Kind.LIBRARY
    draft.package_manager = "r"
    field = ""
    for number, raw in enumerate(lines, 1):
        line = raw[:2_000]
        found = None if line[:1] in {" ", "\t"} else _FIELD.match(line)
        if found:
            field = found.group(1)
            _describe(draft, field, found.group(2).strip(), number)
            line = found.group(2)
        if field in _R_SECTIONS:
            _depends(draft, line, _R_SECTIONS[field], number)


def _describe(draft: Draft, field: str, value: str, line: int) -> None:
    if field == "Package":
        draft.name = value
    elif field == "Version":
        draft.version = value
    elif field == "Title":
        draft.description = value
    elif field == "License":
        draft.licence, draft.licence_line = re.sub(r"[ ]*[+|][ ]*file[ ]+LICEN[CS]E$", "", value), line


def _depends(draft: Draft, value: str, scope: Scope, line: int) -> None:
    for part in value.split(","):
        match = _ENTRY.match(part)
        if match is None:
            continue
        if match.group(1) == "R":
            draft.runtime("R", match.group(2), line, detail="Depends")
        else:
            draft.add(match.group(1), match.group(2) or "", scope, line=line)


def read_julia(draft: Draft, text: str, tree: Tree) -> None:
    """Project.toml of Julia: deps with their compat entries; extras and weakdeps apart."""
    document = read_toml(text)
    root = draft.mapping(document.value, "Project.toml", 1)
    draft.package_manager = "julia"
    draft.name, draft.version = scalar(root.get("name")), scalar(root.get("version"))
    draft.kind = Kind.LIBRARY if draft.name else Kind.UNKNOWN
    draft.is_component = bool(draft.name) or "deps" in root
    compat = draft.mapping(document.get("compat"), "compat", document.line("compat"))
    draft.runtime("Julia", compat.get("julia"), document.line("compat", "julia"), detail="compat")
    sections = (("deps", Scope.RUNTIME), ("weakdeps", Scope.OPTIONAL), ("extras", Scope.DEVELOPMENT))
    for section, scope in sections:
        for name in draft.mapping(document.get(section), section, document.line(section)):
            draft.add(name, scalar(compat.get(name)), scope, line=document.line(section, name))
