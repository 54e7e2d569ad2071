"""Reading every manifest of a tree: guards each parser, joins workspaces, locked versions and components."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from bot.analysis.contents.facts import type_of
from bot.analysis.manifests import lockfiles, workspaces
from bot.analysis.manifests.names import Reader, is_in_test_data, is_skipped, reader_of
from bot.analysis.manifests.nouns import (
    DeclaredLicence,
    Draft,
    Inventory,
    Lockfile,
    Manifest,
    ManifestError,
    Problem,
    Tree,
    purl,
    pypi_name,
)
from bot.analysis.manifests.python_requirements import compiled_pins
from bot.model.report import Evidence, Package
from bot.model.snapshot import Contents, FileClass

MAX_MANIFESTS = 2_000
"""Manifests read of one tree, nearest to the root first; the rest is told as a problem."""

MAX_TOGETHER = 20_000_000
"""Characters of all manifests of one tree; the largest monorepos known have a third of it."""


def read_inventory(contents: Contents) -> Inventory:
    """The inventory of the tree: manifests, direct dependencies, lock files, workspaces, licences, problems."""
    left_out = {file.path for file in contents.files if file.file_class is FileClass.VENDORED}
    coded: set[str] = set()
    for file in contents.files:
        if file.code and type_of(file.language) == "programming":
            coded.update(_folders(file.path) if file.path.rpartition("/")[0] not in coded else ())
    left_out |= {path for path in contents.texts if is_in_test_data(path) and path.rpartition("/")[0] not in coded}
    paths = [file.path for file in contents.files if not file.is_symlink]
    return read_texts(contents.texts, paths, vendored=left_out)


def _folders(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def read_texts(texts: Mapping[str, str], paths: Iterable[str], *, vendored: Iterable[str] = ()) -> Inventory:
    """The same from plain values: text by path, every path, and the paths that are others' code or test data."""
    tree = Tree(texts, paths)
    left_out = frozenset(vendored)
    found: list[tuple[str, Reader]] = []
    for path in sorted(texts, key=lambda path: (path.count("/"), path)):
        reader = None if path in left_out else reader_of(path)
        if reader is not None:
            found.append((path, reader))
    chosen = _within_bounds(found, texts)
    manifests = [read_one(path, reader, tree) for path, reader in chosen]
    locks = [
        lock for path in sorted(tree.paths - left_out) if (lock := lockfiles.lockfile(path)) and not is_skipped(path)
    ]
    problems = [problem for manifest in manifests for problem in manifest.problems]
    if len(found) > len(chosen):
        message = f"The tree has {len(found)} manifests; only the {len(chosen)} nearest to the root are read."
        problems.append(Problem(path=found[len(chosen)][0], message=message))
    at = places(manifests)
    manifests = [
        msgspec.structs.replace(manifest, component=at.component(manifest.path))
        for manifest in sorted(manifests, key=lambda manifest: manifest.path)
    ]
    locks = [msgspec.structs.replace(lock, component=at.component(lock.path)) for lock in locks]
    return Inventory(
        manifests=tuple(manifests),
        packages=tuple(
            sorted(_packages(manifests, locks, tree, at), key=lambda one: (one.path, one.line or 0, one.name))
        ),
        lockfiles=tuple(locks),
        workspaces=workspaces.join(manifests),
        declared_licences=tuple(_licences(manifests)),
        problems=tuple(sorted(problems, key=lambda problem: (problem.path, problem.line or 0))),
    )


def _within_bounds(found: list[tuple[str, Reader]], texts: Mapping[str, str]) -> list[tuple[str, Reader]]:
    """The manifests that are read: as many as the bounds of number and of length together allow."""
    total = 0
    for place, (path, _) in enumerate(found[:MAX_MANIFESTS]):
        total += len(texts[path])
        if total > MAX_TOGETHER:
            return found[:place]
    return found[:MAX_MANIFESTS]


def read_one(path: str, reader: Reader, tree: Tree) -> Manifest:
    """One manifest. Whatever its text does to the parser becomes a problem of the manifest."""
    draft = Draft(path, reader.ecosystem, is_component=reader.is_component)
    try:
        reader.read(draft, tree.texts[path], tree)
    except ManifestError as error:
        draft.problem(error.message, error.line)
    except Exception as error:
        # The fuzz tests call the readers without this guard. In a report one odd file must not cost all the rest.
        draft.problem(f"This file could not be read ({type(error).__name__}); please report it as a bug of Repo Radar.")
    draft.is_component = draft.is_component and not path.startswith(".github/")  # a workflow's own action
    return draft.finish()


class Places:
    """Which component a file belongs to: the nearest component folder at or above it, "" for the root."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._component = {folder: folder for folder in ("", *folders)}

    def component(self, path: str) -> str:
        """The component folder of the file at `path`."""
        return self._of_folder(path.rpartition("/")[0])

    def _of_folder(self, folder: str) -> str:
        waiting: list[str] = []
        while folder not in self._component:
            waiting.append(folder)
            folder = folder.rpartition("/")[0]
        found = self._component[folder]
        self._component.update((one, found) for one in waiting)
        return found


def places(manifests: Iterable[Manifest]) -> Places:
    """The component folders of these manifests, ready to be asked about files."""
    return Places(manifest.folder for manifest in manifests if manifest.is_component)


def _packages(manifests: list[Manifest], locks: list[Lockfile], tree: Tree, at: Places) -> Iterable[Package]:
    pinned = _Pinned(locks, tree)
    for manifest in manifests:
        for package in manifest.packages:
            component = at.component(package.path)
            locked = package.locked or pinned.version(package, manifest.folder)
            if locked or component:
                address = purl(package.ecosystem, package.name, locked) if locked else package.purl
                yield msgspec.structs.replace(package, component=component, locked=locked, purl=address)
            else:
                yield package


class _Pinned:
    """What the lock files pin, each read when it is first asked for."""

    def __init__(self, locks: list[Lockfile], tree: Tree) -> None:
        self._tree = tree
        self._locks: dict[tuple[str, str], list[Lockfile]] = {}
        self._read: dict[str, lockfiles.Locked] = {}
        for lock in locks:
            self._locks.setdefault((lock.ecosystem, posixpath.dirname(lock.path)), []).append(lock)

    def version(self, package: Package, folder: str) -> str:
        """The version that the nearest lock file at or above `folder` pins, "" where none does."""
        if package.path.endswith(".in"):
            compiled = f"{package.path.removesuffix('.in')}.txt"
            pins = self._tree.once(compiled, compiled_pins) if compiled in self._tree.texts else {}
            return pins.get(pypi_name(package.name), "")
        at = folder
        while True:
            for lock in self._locks.get((package.ecosystem, at), ()):
                relative = posixpath.relpath(folder or ".", at or ".") if folder != at else ""
                found = lockfiles.find_locked(
                    self._versions(lock), package.ecosystem, relative, package.name, package.requirement
                )
                if found:
                    return found
            if not at:
                return ""
            at = posixpath.dirname(at)

    def _versions(self, lock: Lockfile) -> lockfiles.Locked:
        if lock.path not in self._read:
            text = self._tree.text(lock.path)
            self._read[lock.path] = lockfiles.locked_versions(lock, text) if text else {}
        return self._read[lock.path]


def _licences(manifests: list[Manifest]) -> Iterable[DeclaredLicence]:
    for manifest in manifests:
        if manifest.licence and manifest.is_component:
            evidence = Evidence(path=manifest.path, line=manifest.licence_line, detail=manifest.licence)
            yield DeclaredLicence(text=manifest.licence, evidence=evidence)
