"""Deno: the imports of deno.json, deno.jsonc and import maps.

Source of the rules: Deno's configuration documentation.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats import read_json
from bot.analysis.manifests.nouns import MISSING, Draft, Tree, scalar

_SPECIFIER = re.compile(r"^(npm|jsr):/?((?:@[^/@]{1,100}/)?[^/@]{1,200})(?:@([^/]{1,100}))?")
_REMOTE = re.compile(
    r"^https://(?:deno\.land/(?:x/)?|esm\.sh/|cdn\.jsdelivr\.net/npm/)([^/@?]{1,100})(?:@([^/?]{1,50}))?"
)


def read_deno(draft: Draft, text: str, tree: Tree) -> None:
    """deno.json: `npm:` and `jsr:` imports with their requirements, addresses by name and version."""
    document = read_json(text)
    root = draft.mapping(document.value, "deno.json", 1)
    draft.package_manager = "deno"
    draft.name, draft.version = scalar(root.get("name")), scalar(root.get("version"))
    draft.licence, draft.licence_line = scalar(root.get("license")), document.line("license")
    imports = draft.mapping(root.get("imports", MISSING), "imports", document.line("imports"))
    seen: set[tuple[str, str]] = set()
    for key, value in imports.items():
        line = document.line("imports", key)
        target = scalar(value)
        match = _SPECIFIER.match(target)
        remote = None if match else _REMOTE.match(target)
        if match:
            ecosystem, name, requirement = match.group(1), match.group(2), match.group(3) or ""
        elif remote:
            ecosystem, name, requirement = "deno", remote.group(1), remote.group(2) or ""
        else:
            continue
        if (ecosystem, name) not in seen:
            seen.add((ecosystem, name))
            exact = requirement if re.fullmatch(r"\d+\.\d+\.\d+", requirement) else ""
            draft.add(name, requirement, line=line, ecosystem=ecosystem, version=exact)
    workspace = root.get("workspace", MISSING)
    if isinstance(workspace, dict):
        workspace = workspace.get("members", MISSING)
    members = draft.items(workspace, "workspace", document.line("workspace"))
    if members:
        draft.members = [scalar(one) for one in members if scalar(one)]
        draft.workspace_manager = "deno"
