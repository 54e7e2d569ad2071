"""Repositories of many things side by side: samples, charts and modules, the members of a workspace."""

from __future__ import annotations

import re

from bot.analysis.finding import api, at
from bot.analysis.kinds.clues import Clues, is_aside, is_main
from bot.model.report import Evidence, Kind

K = Kind

_SAMPLES = re.compile(
    r"\b(?:collection|list|set|catalogu?e|repository) of .{0,60}\b(?:samples|examples|recipes|snippets|exercises)\b"
    r"|\b(?:samples|examples) (?:for|of|that show)\b",
    re.IGNORECASE,
)
SEVERAL_SAMPLES = 5


def samples(clues: Clues) -> tuple[Evidence, ...]:
    """Many small things side by side, to read and to copy."""
    spoken = _SAMPLES.search(clues.about)
    if not spoken or clues.root_manifests or len(clues.components) < SEVERAL_SAMPLES:
        return ()
    return (api("description", f"says {spoken.group(0)[:80]}"),)


_INFRASTRUCTURE_ECOSYSTEMS = frozenset({"helm", "terraform", "kustomize"})


def infrastructure_parts(clues: Clues) -> tuple[Evidence, ...]:
    """Charts or modules side by side, with the scripts that serve them."""
    main = [component for component in clues.components if is_main(component)]
    of_kind = [component for component in main if component.ecosystem in _INFRASTRUCTURE_ECOSYSTEMS]
    if clues.root_manifests or not of_kind or len(of_kind) < 0.8 * len(main):
        return ()
    return (at(of_kind[0].manifests[0], None, f"one of {len(of_kind)} {of_kind[0].ecosystem} components"),)


def monorepo(clues: Clues) -> tuple[Evidence, ...]:
    """Members of a workspace, or components, none of them the whole."""
    if any(m.name and not m.is_private and m.kind is not Kind.UNKNOWN for m in clues.root_manifests):
        return ()  # the root is a product of its own, and the members are its parts
    production = clues.size.code - clues.size.test_code
    for workspace in clues.inventory.workspaces:
        main = [member for member in workspace.members if member and not is_aside(f"{member}/x")]
        if len(main) >= 2 and not is_aside(workspace.path):
            root_code = sum(c.code for c in clues.components if c.path == "")
            if root_code * 2 < production:
                return (at(workspace.path, None, f"{workspace.manager} workspace of {len(workspace.members)} members"),)
    main_components = [c for c in clues.components if c.path and is_main(c) and c.code]
    if len(main_components) >= 3 and not any(c.path == "" and c.code * 2 > production for c in clues.components):
        return tuple(at(c.manifests[0], None, "a component") for c in main_components[:3] if c.manifests)
    return ()
