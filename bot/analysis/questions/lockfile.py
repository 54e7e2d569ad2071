"""Are dependencies pinned in exactly one lockfile for each package manager? (catalogue entry 10)"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from bot.analysis.finding import Finding, at, failed, not_applicable, passed, warned
from bot.analysis.kinds import is_aside
from bot.analysis.manifests.nouns import Lockfile, Manifest
from bot.analysis.view import View
from bot.analysis.words import code, listed
from bot.model.report import Kind, Package, Scope

_HOW = {
    "npm": "`npm install` (or pnpm, yarn or bun)",
    "pypi": "`uv lock` (or `poetry lock`, or `pip-compile`)",
    "cargo": "`cargo generate-lockfile`",
    "golang": "`go mod tidy`",
    "gem": "`bundle lock`",
    "composer": "`composer update --lock`",
    "nuget": "`dotnet restore --use-lock-file`",
}
"""Ecosystems whose package managers keep lockfiles → the command that writes one."""

_VERSION = re.compile(r"\[?\d+(?:\.\d+){1,3}(?:-[\w.-]+)?\]?\Z")
_RIVALS = ("npm", "yarn", "pnpm", "bun")


def judge(view: View) -> list[Finding]:
    """lockfile."""
    return [_lockfile(view)]


def _lockfile(view: View) -> Finding:
    if rivals := rival_locks(view.inventory.lockfiles):
        managers = sorted({lock.manager for lock in rivals})
        return warned(
            "lockfile",
            f"Lockfiles of {listed(managers)} side by side in {_folder(rivals[0].path)}: they will disagree.",
            *(at(lock.path, None, lock.manager) for lock in rivals),
            action="Keep one lockfile",
            next_step=(
                f"Choose one of {listed(managers, last='or')}, delete the other's lockfile, and name the choice in "
                "`packageManager`."
            ),
            share=0.4,
        )
    wanting = _without_lock(view)
    if not wanting:
        locks = [lock for lock in view.inventory.lockfiles if not is_aside(lock.path)]
        if locks:
            return passed(
                "lockfile",
                f"{code([lock.path for lock in locks])}.",
                *(at(lock.path, None, lock.manager) for lock in locks[:10]),
            )
        return not_applicable("lockfile", "nothing here has run-time dependencies that its own lockfile should pin")
    ecosystems = list(dict.fromkeys(ecosystem for ecosystem, _ in wanting))
    has_some = bool(view.inventory.lockfiles)
    found = f"{code([path for _, path in wanting])} {'has' if len(wanting) == 1 else 'have'} no lockfile."
    steps = f"Run {listed([_HOW[e] for e in ecosystems], limit=3)} and commit the lockfile."
    evidence = [at(path, None, "no lockfile beside it or above") for _, path in wanting[:10]]
    if has_some:
        return warned("lockfile", found, *evidence, action="Add the missing lockfile", next_step=steps)
    return failed("lockfile", found, *evidence, action="Commit a lockfile", next_step=steps)


def _folder(path: str) -> str:
    folder = posixpath.dirname(path)
    return f"`{folder}`" if folder else "the root"


def rival_locks(locks: Sequence[Lockfile]) -> list[Lockfile]:
    """Lockfiles of different package managers for the same manifests, in the first folder that has some."""
    folders: dict[str, list[Lockfile]] = {}
    for lock in locks:
        if lock.manager in _RIVALS:
            folders.setdefault(posixpath.dirname(lock.path), []).append(lock)
    for _, beside in sorted(folders.items()):
        if len({lock.manager for lock in beside}) > 1:
            return beside
    return []


def _without_lock(view: View) -> list[tuple[str, str]]:
    """(ecosystem, manifest) of each manifest with run-time dependencies and no lockfile beside or above it."""
    if view.kind.kind in {Kind.LIBRARY, Kind.ACTION}:
        return []
    locked = {(lock.ecosystem, posixpath.dirname(lock.path)) for lock in view.inventory.lockfiles}
    locked |= {(m.ecosystem, m.folder) for m in view.inventory.manifests if _is_exact(m.packages)}
    wanting = []
    for manifest in view.inventory.manifests:
        if not manifest.is_component or manifest.ecosystem not in _HOW or is_aside(manifest.path):
            continue
        if not any(p.scope is Scope.RUNTIME for p in manifest.packages) or _is_of_a_gem(manifest, view):
            continue
        is_published = not manifest.is_private and (manifest.folder or manifest.kind is Kind.LIBRARY)
        if view.kind.kind is Kind.MONOREPO and is_published:
            continue
        folder = manifest.folder
        above = {folder}
        while folder:
            folder = posixpath.dirname(folder)
            above.add(folder)
        if not any((manifest.ecosystem, parent) in locked for parent in above):
            wanting.append((manifest.ecosystem, manifest.path))
    return wanting


def _is_of_a_gem(manifest: Manifest, view: View) -> bool:
    """Whether it is a gemspec or the Gemfile beside one: gems leave exact versions to those who use them."""
    beside = (m for m in view.inventory.manifests if m.ecosystem == "gem" and m.folder == manifest.folder)
    return manifest.ecosystem == "gem" and any(m.path.endswith(".gemspec") for m in beside)


def _is_exact(packages: Sequence[Package]) -> bool:
    """Whether a manifest pins as a lockfile would: nearly everything to one version."""
    if packages and all(p.ecosystem == "nuget" and _VERSION.match(p.requirement) for p in packages):
        return True  # NuGet takes the lowest version that will do: the stated one
    exact = sum(p.requirement.startswith("==") and p.path.endswith(".txt") for p in packages)
    return bool(packages) and (exact == len(packages) or (len(packages) >= 3 and exact >= 0.8 * len(packages)))
