"""Rust: Cargo.toml with workspace inheritance.

Source of the rules: the manifest and workspace chapters of the Cargo book.
"""

from __future__ import annotations

import posixpath

from bot.analysis.manifests.formats import read_toml
from bot.analysis.manifests.formats.document import Document
from bot.analysis.manifests.nouns import MISSING, Draft, ManifestError, Tree, scalar
from bot.model.report import Kind, Scope

_TABLES = (
    ("dependencies", Scope.RUNTIME),
    ("dev-dependencies", Scope.DEVELOPMENT),
    ("dev_dependencies", Scope.DEVELOPMENT),
    ("build-dependencies", Scope.BUILD),
    ("build_dependencies", Scope.BUILD),
)


def read_cargo(draft: Draft, text: str, tree: Tree) -> None:
    """Cargo.toml: dependency tables, also per target; `workspace = true` takes the root's requirement."""
    document = read_toml(text)
    draft.package_manager = "cargo"
    root = _workspace_root(draft, document, tree)
    package = draft.mapping(document.get("package"), "package", document.line("package"))
    _describe(draft, document, package, root, tree)
    for name, scope in _TABLES:
        _table(draft, document, (name,), scope, root)
    targets = draft.mapping(document.get("target"), "target", document.line("target"))
    for target in targets:
        for name, scope in _TABLES:
            _table(draft, document, ("target", target, name), scope, root)
    _members(draft, document)


def _workspace_root(draft: Draft, document: Document, tree: Tree) -> Document | None:
    if document.get("workspace") is not MISSING:
        return document
    path = draft.path
    for _ in range(20):
        folder = posixpath.dirname(path)
        found = tree.above(folder, "Cargo.toml") if folder else ""
        if not found:
            return None
        path = found
        if "[workspace" in tree.texts[found]:
            try:
                return tree.once(found, read_toml)
            except ManifestError:
                return None
    return None


def _inherited(value: object, key: str, root: Document | None) -> str:
    if isinstance(value, dict) and value.get("workspace") is True:
        return scalar(root.get("workspace", "package", key)) if root else ""
    return scalar(value)


def _describe(draft: Draft, document: Document, package: dict[str, object], root: Document | None, tree: Tree) -> None:
    draft.is_component = bool(package) or document.get("workspace") is not MISSING
    draft.name = scalar(package.get("name"))
    draft.version = _inherited(package.get("version"), "version", root)
    draft.description = _inherited(package.get("description"), "description", root)
    draft.licence = _inherited(package.get("license"), "license", root)
    draft.licence_line = document.line("package", "license")
    draft.is_private = package.get("publish") is False
    wanted = _inherited(package.get("rust-version"), "rust-version", root)
    draft.runtime("Rust", wanted, document.line("package", "rust-version"), detail="rust-version")
    edition = _inherited(package.get("edition"), "edition", root)
    draft.runtime("Rust edition", edition, document.line("package", "edition"), detail="edition")
    binaries = document.get("bin")
    if isinstance(binaries, list):
        draft.entry_points += [
            scalar(one.get("path")) or scalar(one.get("name")) for one in binaries if isinstance(one, dict)
        ]
    main = tree.beside(draft.path, "src/main.rs")
    if main in tree.paths:
        draft.entry_points.append("src/main.rs")
    for program in (f"src/bin/{draft.name}.rs", f"src/bin/{draft.name}/main.rs"):
        if draft.name and package.get("autobins") is not False and tree.beside(draft.path, program) in tree.paths:
            draft.entry_points.append(program)
    has_library = document.get("lib") is not MISSING or tree.beside(draft.path, "src/lib.rs") in tree.paths
    if package:
        draft.kind = Kind.COMMAND_LINE_TOOL if draft.entry_points else Kind.LIBRARY if has_library else Kind.UNKNOWN


def _table(draft: Draft, document: Document, steps: tuple[str, ...], scope: Scope, root: Document | None) -> None:
    table = draft.mapping(document.get(*steps), ".".join(steps), document.line(*steps))
    for key, value in table.items():
        line = document.line(*steps, key)
        facts = value if isinstance(value, dict) else {"version": value}
        optional = facts.get("optional") is True
        if facts.get("workspace") is True:
            shared = root.get("workspace", "dependencies", key) if root else MISSING
            facts = shared if isinstance(shared, dict) else {"version": shared}
            if shared is MISSING:
                draft.problem(f"`{key[:80]}` is inherited, but no workspace root here declares it.", line)
        requirement = next((scalar(facts[one]) for one in ("version", "git", "path") if scalar(facts.get(one))), "")
        used = Scope.OPTIONAL if optional and scope is Scope.RUNTIME else scope
        exact = requirement.removeprefix("=").strip() if requirement.startswith("=") else ""
        draft.add(scalar(facts.get("package")) or key, requirement, used, line=line, version=exact)


def _members(draft: Draft, document: Document) -> None:
    workspace = document.get("workspace")
    if not isinstance(workspace, dict):
        return
    draft.workspace_manager = "cargo"
    for key, prefix in (("members", ""), ("exclude", "!")):
        values = draft.items(workspace.get(key, MISSING), f"workspace.{key}", document.line("workspace", key))
        draft.members += [prefix + scalar(one) for one in values if scalar(one)]
