"""Workspaces: which components a workspace's globs mean (npm, pnpm, yarn, Cargo, go.work, uv, Gradle, Maven, …)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from bot.analysis.manifests.nouns import Manifest, Workspace

MAX_WORKSPACES = 500


_WILD = re.compile(r"[*?{}]")


def join(manifests: Iterable[Manifest]) -> tuple[Workspace, ...]:
    """Every workspace with the component folders that its globs match, sorted by place."""
    known = list(manifests)
    folders: dict[str, set[str]] = {}
    for manifest in known:
        if manifest.is_component:
            folders.setdefault(manifest.ecosystem, set()).add(manifest.folder)
    roots = [manifest for manifest in known if manifest.workspace_manager][:MAX_WORKSPACES]
    return tuple(
        Workspace(path=manifest.path, manager=manifest.workspace_manager, members=_members(manifest, folders))
        for manifest in roots
    )


def _members(manifest: Manifest, folders: dict[str, set[str]]) -> tuple[str, ...]:
    candidates = folders.get(manifest.ecosystem, set())
    own = manifest.folder
    chosen: set[str] = set()
    for glob in manifest.members:
        matched = _matched(posixpath.join(own, glob.removeprefix("!")), candidates) - {own}
        chosen = chosen - matched if glob.startswith("!") else chosen | matched
    return tuple(sorted(chosen))


def _matched(glob: str, candidates: set[str]) -> set[str]:
    if not _WILD.search(glob):
        folder = posixpath.normpath(glob.replace("\\", "/"))
        return {folder} & candidates
    pattern = _pattern(glob)
    return set() if pattern is None else {folder for folder in candidates if pattern.match(folder)}


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
