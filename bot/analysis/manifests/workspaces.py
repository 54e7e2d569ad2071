"""Workspaces: which components a workspace's globs mean (npm, pnpm, yarn, Cargo, go.work, uv, Gradle, Maven, …)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from bot.analysis.manifests.nouns import Manifest, Workspace

MAX_WORKSPACES = 200


def join(manifests: Iterable[Manifest]) -> tuple[Workspace, ...]:
    """Every workspace with the component folders that its globs match, sorted by place."""
    known = list(manifests)
    folders: dict[str, set[str]] = {}
    for manifest in known:
        if manifest.is_component:
            folders.setdefault(manifest.ecosystem, set()).add(manifest.folder)
    found = [
        Workspace(path=manifest.path, manager=manifest.workspace_manager, members=_members(manifest, folders))
        for manifest in known
        if manifest.workspace_manager
    ]
    return tuple(found[:MAX_WORKSPACES])


def _members(manifest: Manifest, folders: dict[str, set[str]]) -> tuple[str, ...]:
    candidates = folders.get(manifest.ecosystem, set())
    chosen: set[str] = set()
    for glob in manifest.members:
        excluded = glob.startswith("!")
        pattern = _pattern(posixpath.join(manifest.folder, glob.removeprefix("!")))
        if pattern is None:
            continue
        matched = {folder for folder in candidates if folder != manifest.folder and pattern.match(folder)}
        chosen = chosen - matched if excluded else chosen | matched
    return tuple(sorted(chosen))


def _pattern(glob: str) -> re.Pattern[str] | None:
    """`*` within a name, `**` across folders, `{a,b}` either; None for a glob beyond reason."""
    normal = posixpath.normpath(glob.replace("\\", "/"))
    if normal.startswith("..") or len(normal) > 300 or normal.count("*") > 12:
        return None
    parts: list[str] = []
    for piece in re.findall(r"\*\*/?|\*|\?|\{[^{}]*\}|[^*?{}]+|[{}]", normal):
        if piece.startswith("**"):
            parts.append("(?:[^/]+/)*" if piece.endswith("/") else ".*")
        elif piece == "*":
            parts.append("[^/]*")
        elif piece == "?":
            parts.append("[^/]")
        elif piece.startswith("{") and piece.endswith("}"):
            parts.append("(?:" + "|".join(re.escape(one) for one in piece[1:-1].split(",")) + ")")
        else:
            parts.append(re.escape(piece))
    return re.compile("".join(parts) + r"\Z")
