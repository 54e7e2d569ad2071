"""GitHub's language figures for a tree, roughly: bytes by file extension (data and prose are not counted)."""

from __future__ import annotations

from pathlib import PurePosixPath

from tests.fakehub.gitstore import GitStore

LANGUAGES = {
    ".c": ("C", "#555555"),
    ".h": ("C", "#555555"),
    ".cc": ("C++", "#f34b7d"),
    ".cpp": ("C++", "#f34b7d"),
    ".hpp": ("C++", "#f34b7d"),
    ".cs": ("C#", "#178600"),
    ".css": ("CSS", "#663399"),
    ".go": ("Go", "#00ADD8"),
    ".html": ("HTML", "#e34c26"),
    ".java": ("Java", "#b07219"),
    ".js": ("JavaScript", "#f1e05a"),
    ".jsx": ("JavaScript", "#f1e05a"),
    ".mjs": ("JavaScript", "#f1e05a"),
    ".cjs": ("JavaScript", "#f1e05a"),
    ".kt": ("Kotlin", "#A97BFF"),
    ".lua": ("Lua", "#000080"),
    ".php": ("PHP", "#4F5D95"),
    ".py": ("Python", "#3572A5"),
    ".rb": ("Ruby", "#701516"),
    ".rs": ("Rust", "#dea584"),
    ".scala": ("Scala", "#c22d40"),
    ".scss": ("SCSS", "#c6538c"),
    ".sh": ("Shell", "#89e051"),
    ".swift": ("Swift", "#F05138"),
    ".tf": ("HCL", "#844FBA"),
    ".ts": ("TypeScript", "#3178c6"),
    ".tsx": ("TypeScript", "#3178c6"),
    ".vue": ("Vue", "#41b883"),
}
NAMES = {"Dockerfile": ("Dockerfile", "#384d54"), "Makefile": ("Makefile", "#427819")}


def language_bytes(store: GitStore, sha: str) -> list[tuple[str, str, int]]:
    """(language, colour, bytes) at a commit, largest first; empty without a commit."""
    sizes: dict[tuple[str, str], int] = {}
    for entry in store.tree(sha).values() if sha else ():
        path = PurePosixPath(entry.path)
        language = NAMES.get(path.name) or LANGUAGES.get(path.suffix.lower())
        if entry.kind == "blob" and language and not {"vendor", "node_modules"} & set(path.parts):
            sizes[language] = sizes.get(language, 0) + entry.size
    ordered = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    return [(name, colour, size) for (name, colour), size in ordered]
