"""The components of a repository: each folder with a manifest, with its size, languages and technologies (entry 6)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from bot.analysis.contents.facts import group_of, type_of
from bot.analysis.manifests.nouns import Inventory, Manifest
from bot.analysis.manifests.reading import Places, places
from bot.analysis.measure import COUNTED_TYPES
from bot.model.report import Component, Kind, Technology
from bot.model.snapshot import Contents, FileClass, FileFact

MAX_LANGUAGES = 8
_INFRASTRUCTURE = frozenset({"helm", "terraform", "kustomize"})
_WEIGHT = {"docker": 9, "githubactions": 8}
_APPLICATION_MARKS = frozenset(
    {"Dockerfile", "Procfile", "manage.py", "fly.toml", "vercel.json", "app.yaml", "wrangler.toml"}
)


def find_components(
    contents: Contents, inventory: Inventory, technologies: Iterable[Technology] = ()
) -> tuple[Component, ...]:
    """One component a folder with a manifest, sorted by path. Each file counts for the nearest component above it."""
    groups: dict[str, list[Manifest]] = defaultdict(list)
    for manifest in inventory.manifests:
        if manifest.is_component:
            groups[manifest.folder].append(manifest)
    at = places(inventory.manifests)
    files: dict[str, list[FileFact]] = defaultdict(list)
    for file in contents.files:
        files[at.component(file.path)].append(file)
    names: dict[str, list[str]] = defaultdict(list)
    for technology in technologies:
        for folder in technology.components:
            names[folder].append(technology.name)
    dependencies = Counter(
        package.component for package in inventory.packages if package.ecosystem not in {"githubactions", "docker"}
    )
    return tuple(
        _component(folder, groups[folder], files[folder], tuple(names[folder]), dependencies[folder])
        for folder in sorted(groups)
    )


APART_SHARE = 0.2


def languages_tested_elsewhere(components: Iterable[Component], files: Iterable[FileFact]) -> frozenset[str]:
    """Languages with a part of their tests apart from what they test: in the root, or in a component of tests alone."""
    bearing = [component.path for component in components if component.path and component.code]
    own = Places(bearing)
    apart: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for file in files:
        if file.file_class is FileClass.TEST and file.code:
            total[file.language] += file.code
            apart[file.language] += file.code if own.component(file.path) == "" else 0
    return frozenset(language for language, lines in apart.items() if lines >= APART_SHARE * total[language])


def _component(
    folder: str, manifests: list[Manifest], files: list[FileFact], technologies: tuple[str, ...], dependencies: int
) -> Component:
    first = min(manifests, key=lambda manifest: (_WEIGHT.get(manifest.ecosystem, 0), not manifest.name, manifest.path))
    code: Counter[str] = Counter()
    sizes: Counter[FileClass] = Counter()
    for file in files:
        if type_of(group_of(file.language)) not in COUNTED_TYPES:
            continue
        sizes[file.file_class] += file.code
        if file.language and file.file_class in {FileClass.SOURCE, FileClass.TEST}:
            code[file.language] += file.code
    entries = dict.fromkeys(entry for manifest in manifests for entry in manifest.entry_points)
    return Component(
        path=folder,
        name=first.name or folder.rpartition("/")[2],
        ecosystem=first.ecosystem,
        kind=_kind(manifests, files),
        manifests=tuple(manifest.path for manifest in manifests),
        version=first.version,
        licence=next((manifest.licence for manifest in manifests if manifest.licence), ""),
        entry_points=tuple(entries),
        languages=tuple(name for name, _ in sorted(code.items(), key=lambda item: (-item[1], item[0]))[:MAX_LANGUAGES]),
        technologies=technologies,
        dependencies=dependencies,
        code=sizes[FileClass.SOURCE],
        test_code=sizes[FileClass.TEST],
        has_tests=any(file.file_class is FileClass.TEST for file in files),
    )


def _kind(manifests: list[Manifest], files: list[FileFact]) -> Kind:
    """What the manifests hint at; a private or deployed thing is an application."""
    hints = [manifest.kind for manifest in manifests if manifest.kind is not Kind.UNKNOWN]
    if Kind.ACTION in hints:
        return Kind.ACTION
    if any(file.path.rpartition("/")[2] in _APPLICATION_MARKS for file in files):
        return Kind.APPLICATION if Kind.COMMAND_LINE_TOOL not in hints else Kind.COMMAND_LINE_TOOL
    if hints:
        return Kind.COMMAND_LINE_TOOL if Kind.COMMAND_LINE_TOOL in hints else hints[0]
    if all(manifest.ecosystem in _INFRASTRUCTURE for manifest in manifests):
        return Kind.INFRASTRUCTURE
    return Kind.APPLICATION if any(manifest.is_private for manifest in manifests) else Kind.UNKNOWN
