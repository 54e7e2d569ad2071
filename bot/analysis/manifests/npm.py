"""npm: package.json, pnpm-workspace.yaml and lerna.json.

Source of the rules: the package.json reference of the npm documentation, and pnpm's catalogs documentation.
"""

from __future__ import annotations

from bot.analysis.manifests.formats import Document, read_json, read_yaml
from bot.analysis.manifests.nouns import MISSING, Draft, ManifestError, Tree, scalar
from bot.model.report import Kind, Scope

_SECTIONS = (
    ("dependencies", Scope.RUNTIME),
    ("devDependencies", Scope.DEVELOPMENT),
    ("peerDependencies", Scope.RUNTIME),
    ("optionalDependencies", Scope.OPTIONAL),
)


_MEANINGFUL = frozenset(
    {"name", "scripts", "dependencies", "devDependencies", "peerDependencies", "optionalDependencies",
     "workspaces", "bin", "exports", "license", "licenses"}
)  # fmt: skip
"""A package.json without any of these (such as `{"type": "module"}`) only tells Node.js how to load a folder."""


def read_package_json(draft: Draft, text: str, tree: Tree) -> None:
    """package.json: its four dependency tables, engines, workspaces, entry points."""
    document = read_json(text)
    root = draft.mapping(document.value, "package.json", 1)
    _describe(draft, document, root)
    draft.is_component = not _MEANINGFUL.isdisjoint(root)
    optional = _optional_peers(draft, document)
    for section, scope in _SECTIONS:
        table = draft.mapping(root.get(section, MISSING), section, document.line(section))
        for name, value in table.items():
            line = document.line(section, name)
            requirement = draft.text(value, f"{section}.{name}", line)
            used = Scope.OPTIONAL if section == "peerDependencies" and name in optional else scope
            _add(draft, tree, name, requirement, used, line)
    _runtimes(draft, document, root)
    _workspaces(draft, document, root, tree)


def _add(draft: Draft, tree: Tree, name: str, requirement: str, scope: Scope, line: int | None) -> None:
    if requirement.startswith("npm:"):
        alias, _, wanted = requirement.removeprefix("npm:").rpartition("@")
        name, requirement = (alias, wanted) if alias else (wanted, "")
    elif requirement.startswith("catalog:"):
        requirement = _catalog(draft, tree, name, requirement.removeprefix("catalog:").strip()) or requirement
    draft.add(name, requirement, scope, line=line, version=exact_npm(requirement))


def exact_npm(requirement: str) -> str:
    """The version that a requirement pins exactly, "" where it is a range."""
    bare = requirement.removeprefix("=").removeprefix("v").strip()
    core = bare.split("-")[0].split("+")[0]
    parts = core.split(".")
    return bare if len(parts) == 3 and all(part.isdigit() for part in parts) and " " not in bare else ""


def _catalog(draft: Draft, tree: Tree, name: str, catalog: str) -> str:
    path = tree.above(draft.path, "pnpm-workspace.yaml")
    if path:
        try:
            document = tree.once(path, read_yaml)
        except ManifestError:
            return ""
        default = document.get("catalog", name)
        found = document.get("catalogs", catalog or "default", name)
        return scalar(found) or (scalar(default) if catalog in {"", "default"} else "")
    return ""


def _describe(draft: Draft, document: Document, root: dict[str, object]) -> None:
    draft.name = scalar(root.get("name"))
    draft.version = scalar(root.get("version"))
    draft.description = scalar(root.get("description"))
    draft.is_private = root.get("private") is True
    draft.deprecated = scalar(root.get("deprecated"))
    _licence(draft, document, root)
    entries = root.get("bin")
    if isinstance(entries, str):
        draft.entry_points.append(entries)
    elif isinstance(entries, dict):
        draft.entry_points.extend(scalar(value) for value in entries.values() if scalar(value))
    if draft.entry_points:
        draft.kind = Kind.COMMAND_LINE_TOOL
    elif not draft.is_private and any(key in root for key in ("main", "exports", "module", "types")):
        draft.kind = Kind.LIBRARY
    for key in ("main", "module"):
        if scalar(root.get(key)):
            draft.entry_points.append(scalar(root.get(key)))


def _licence(draft: Draft, document: Document, root: dict[str, object]) -> None:
    value = root.get("license", MISSING)
    if isinstance(value, dict):
        value = value.get("type", MISSING)
    several = root.get("licenses")
    if value is MISSING and isinstance(several, list):
        types = [scalar(one.get("type")) for one in several if isinstance(one, dict)]
        draft.licence = " OR ".join(one for one in types if one)
        draft.licence_line = document.line("licenses")
        return
    draft.licence = scalar(value)
    draft.licence_line = document.line("license")


def _optional_peers(draft: Draft, document: Document) -> set[str]:
    value = document.get("peerDependenciesMeta")
    meta = draft.mapping(value, "peerDependenciesMeta", document.line("peerDependenciesMeta"))
    return {name for name, facts in meta.items() if isinstance(facts, dict) and facts.get("optional") is True}


def _runtimes(draft: Draft, document: Document, root: dict[str, object]) -> None:
    for section in ("engines", "volta"):
        value = root.get(section, MISSING)
        if isinstance(value, list):
            continue
        for name, wanted in draft.mapping(value, section, document.line(section)).items():
            label = _RUNTIMES.get(name)
            if label:
                draft.runtime(label, wanted, document.line(section, name), detail=section)
    manager = scalar(root.get("packageManager"))
    if manager:
        name, _, wanted = manager.partition("@")
        draft.package_manager = name
        draft.runtime(name, wanted.partition("+")[0], document.line("packageManager"), detail="packageManager")


_RUNTIMES = {"node": "Node.js", "npm": "npm", "pnpm": "pnpm", "yarn": "yarn", "bun": "Bun", "vscode": "VS Code"}


def _workspaces(draft: Draft, document: Document, root: dict[str, object], tree: Tree) -> None:
    value = root.get("workspaces", MISSING)
    if isinstance(value, dict):
        value = value.get("packages", MISSING)
    members = draft.items(value, "workspaces", document.line("workspaces"))
    if members:
        draft.members = [scalar(member) for member in members if scalar(member)]
        managers = (("yarn.lock", "yarn"), ("bun.lock", "bun"), ("bun.lockb", "bun"))
        found = [manager for name, manager in managers if tree.beside(draft.path, name) in tree.paths]
        declared = draft.package_manager if draft.package_manager in {"yarn", "bun", "npm"} else ""
        draft.workspace_manager = declared or (found[0] if found else "npm")


def read_pnpm_workspace(draft: Draft, text: str, tree: Tree) -> None:
    """pnpm-workspace.yaml: the members of a pnpm workspace."""
    document = read_yaml(text)
    root = draft.mapping(document.value, "pnpm-workspace.yaml", 1)
    members = draft.items(root.get("packages", MISSING), "packages", document.line("packages"))
    draft.members = [scalar(member) for member in members if scalar(member)]
    draft.workspace_manager = "pnpm"
    draft.package_manager = "pnpm"


def read_lerna(draft: Draft, text: str, tree: Tree) -> None:
    """lerna.json: the members of a Lerna monorepo, where package.json does not say."""
    document = read_json(text)
    root = draft.mapping(document.value, "lerna.json", 1)
    members = draft.items(root.get("packages", MISSING), "packages", document.line("packages"))
    draft.members = [scalar(member) for member in members if scalar(member)]
    draft.workspace_manager = "lerna"
