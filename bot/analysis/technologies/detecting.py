"""Looking up packages, images, actions, providers, files, runtimes and languages in the table of technologies."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from bot.analysis.manifests.names import is_example, is_skipped
from bot.analysis.manifests.nouns import Inventory, pypi_name
from bot.analysis.manifests.reading import Places, places
from bot.analysis.technologies.table import CATEGORIES, Entry, index
from bot.model.report import Evidence, Package, Scope, Technology
from bot.model.snapshot import Contents, FileClass, FileFact

MAX_EVIDENCE = 5
"""Places told for one technology: the strongest first."""

CASELESS = frozenset({"nuget", "githubactions", "terraform", "composer", "docker", "github", "msbuild"})
"""Kinds whose names are compared in lower case, as their registries do."""

WEBJARS = frozenset({"org.webjars", "org.webjars.npm"})
"""Maven groups whose artifacts are npm packages under their own names."""

SERVICES = frozenset(
    {"language", "runtime", "database", "cache", "queue", "search", "api", "auth", "cloud", "hosting", "infrastructure",
     "container", "ci", "package-manager", "monitoring", "security", "payment", "messaging"}
)  # fmt: skip
"""Categories in which a package is mostly a client, whose version says nothing about the technology's."""

MIN_LANGUAGE_SHARE = 0.01
"""Share of the first-party code from which a language is told as a technology."""

_SCOPE_RANK = {Scope.RUNTIME: 0, Scope.OPTIONAL: 1, Scope.BUILD: 2, Scope.DEVELOPMENT: 3}
_VERSION = re.compile(r"^(?![0-9a-f]{12,}$)[\^~<>=!v \[(]*\d[^/]{0,30}$")
_GO_MAJOR = re.compile(r"(?:/v[0-9]+|\.v[0-9]+)$")


class _Sighting(Struct, frozen=True):
    rank: tuple[int, int, str, int]
    evidence: Evidence
    version: str
    component: str


def find_technologies(contents: Contents, inventory: Inventory) -> tuple[Technology, ...]:
    """Every technology in use, in the order of the categories, then by name; the evidence strongest first.

    A manifest below an examples or tests folder counts only for a technology that nothing else shows, and only where
    the repository has no manifest elsewhere.
    """
    at = places(inventory.manifests)
    seen: dict[str, tuple[Entry, list[_Sighting]]] = {}
    for entry, sighting in _sightings(contents, inventory, at):
        seen.setdefault(entry.name, (entry, []))[1].append(sighting)
    found = [_technology(entry, sightings) for entry, sightings in seen.values()]
    order = {category: place for place, category in enumerate(CATEGORIES)}
    return tuple(sorted(found, key=lambda one: (order[one.category], one.name.lower())))


def _technology(entry: Entry, sightings: list[_Sighting]) -> Technology:
    sightings = sorted(sightings, key=lambda sighting: sighting.rank)
    evidence = tuple(dict.fromkeys(sighting.evidence for sighting in sightings))[:MAX_EVIDENCE]
    version = next((sighting.version for sighting in sightings if sighting.version), "")
    components = tuple(sorted({sighting.component for sighting in sightings}))
    return Technology(
        name=entry.name, category=entry.category, evidence=evidence, version=version, components=components
    )


def _sightings(contents: Contents, inventory: Inventory, at: Places) -> Iterator[tuple[Entry, _Sighting]]:
    table = index()
    only_examples = all(is_example(package.path) for package in inventory.packages)
    own = {(manifest.ecosystem, manifest.name) for manifest in inventory.manifests if manifest.name}
    for package in inventory.packages:
        from_example = is_example(package.path)
        if (from_example and not only_examples) or (package.ecosystem, package.name) in own:
            continue
        for matcher in matchers_of(package):
            if matcher in table and _counts_there(package.path, table[matcher]):
                yield table[matcher], _of_package(package, table[matcher], matcher, from_example)
                break
    yield from _of_manifests(inventory, at)
    yield from _of_files(contents.files, at)


_DOCUMENT_FOLDERS = frozenset({"docs", "doc", "documentation"})
_OF_DOCUMENTS = frozenset(
    {"language", "runtime", "build", "package-manager", "docs", "linting", "testing", "ci", "hosting", "release"}
)


def _counts_there(path: str, entry: Entry) -> bool:
    """Whether a package of a documentation folder is what the repository is built with, or its documents alone."""
    return path.split("/", 1)[0].lower() not in _DOCUMENT_FOLDERS or "/" not in path or entry.category in _OF_DOCUMENTS


def matchers_of(package: Package) -> Iterator[tuple[str, str]]:
    """The matchers that a package answers to, most specific first."""
    kind, name = package.ecosystem, package.name
    if kind == "pypi":
        yield kind, pypi_name(name)
    elif kind == "golang":
        yield from _golang(name)
    elif kind == "maven":
        yield kind, name
        group, _, artifact = name.partition(":")
        yield "maven_group", group
        yield "npm", artifact if group in WEBJARS else ""
    elif kind == "npm":
        yield kind, name
        yield "npm_scope", name.partition("/")[0] if name.startswith("@") else ""
    elif kind == "conda":
        yield kind, name.lower()
        yield "pypi", pypi_name(name)
    elif kind in CASELESS:
        lower = name.lower()
        yield kind, lower

    else:
        yield kind, name


def _golang(name: str) -> Iterator[tuple[str, str]]:
    """The module without its major version, then each module path above it, so that sub-modules are found."""
    bare = _GO_MAJOR.sub("", name)
    yield "golang", bare
    while bare.count("/") > 1:
        bare = _GO_MAJOR.sub("", bare.rpartition("/")[0])
        yield "golang", bare


def _of_package(package: Package, entry: Entry, matcher: tuple[str, str], from_example: bool) -> _Sighting:
    shown = f"{package.name} {package.requirement}".strip()
    evidence = Evidence(path=package.path, line=package.line, detail=shown)
    strength = 5 if matcher[0] == "githubactions" else _SCOPE_RANK[package.scope]
    rank = (10 * from_example + strength, package.path.count("/"), package.path, package.line or 0)
    version = package.locked or package.requirement if _tells_version(entry, matcher) else ""
    version = version if _VERSION.match(version) else ""
    return _Sighting(rank, evidence, version, package.component)


def _tells_version(entry: Entry, matcher: tuple[str, str]) -> bool:
    """Whether the package's version is the technology's own: asyncpg's is not PostgreSQL's, an image's tag is."""
    kind, name = matcher
    if kind in {"docker", "helm"}:
        return True
    if kind == "githubactions":
        return False
    if _letters(entry.name) in {_letters(part) for part in name.replace(":", "/").split("/")}:
        return True
    return matcher == entry.matchers[0] and entry.category not in SERVICES


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _of_manifests(inventory: Inventory, at: Places) -> Iterator[tuple[Entry, _Sighting]]:
    """What manifests tell besides packages: runtimes and signals."""
    table = index()
    for manifest in inventory.manifests:
        if is_example(manifest.path):
            continue
        component, depth = at.component(manifest.path), manifest.path.count("/")
        for signal in manifest.signals:
            entry = table.get((signal.kind, signal.name.lower()))
            if entry is not None:
                evidence = Evidence(path=manifest.path, line=signal.line, detail=signal.name)
                yield entry, _Sighting((0, depth, manifest.path, signal.line or 0), evidence, "", component)
        for runtime in manifest.runtimes:
            entry = table.get(("runtime", runtime.name))
            if entry is not None:
                rank = (1, depth, manifest.path, runtime.evidence.line or 0)
                yield entry, _Sighting(rank, runtime.evidence, runtime.requirement, component)


def _of_files(files: tuple[FileFact, ...], at: Places) -> Iterator[tuple[Entry, _Sighting]]:
    table = index()
    seen_folders: set[str] = set()
    for file in files:
        if file.file_class is FileClass.VENDORED:
            continue
        for matcher in (("file", posixpath.basename(file.path)), ("path", file.path)):
            entry = table.get(matcher)
            if entry is not None and not is_skipped(file.path) and not is_example(file.path):
                if "compose" in matcher[1] and "tasks" in file.path.split("/")[:-1]:
                    continue  # Ansible's tasks may be called like the tool that they install
                yield entry, _of_path(file.path, at.component(file.path), 5)
        folder = posixpath.dirname(file.path)
        while folder and folder not in seen_folders:
            seen_folders.add(folder)
            entry = table.get(("folder", folder))
            if entry is not None:
                yield entry, _of_path(folder, "", 6)
            folder = posixpath.dirname(folder)
    yield from _of_languages(files, at)


def _of_languages(files: tuple[FileFact, ...], at: Places) -> Iterator[tuple[Entry, _Sighting]]:
    """Each language of first-party code that is more than a trace, with its largest file."""
    table = index()
    code: Counter[str] = Counter()
    largest: dict[str, FileFact] = {}
    for file in files:
        if file.language and file.file_class in {FileClass.SOURCE, FileClass.TEST}:
            code[file.language] += file.code
            if file.language not in largest or file.code > largest[file.language].code:
                largest[file.language] = file
    total = sum(code.values())
    for language, lines in sorted(code.items()):
        entry = table.get(("language", language))
        if entry is not None and lines >= MIN_LANGUAGE_SHARE * total:
            path = largest[language].path
            yield entry, _of_path(path, at.component(path), 7)


def _of_path(path: str, component: str, rank: int) -> _Sighting:
    return _Sighting((rank, path.count("/"), path, 0), Evidence(path=path), "", component)
