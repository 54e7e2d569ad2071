"""What the rules look at: the repository as far as it is read, and what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.analysis.finding import at
from bot.analysis.manifests import is_example
from bot.analysis.manifests.nouns import Inventory, Manifest
from bot.analysis.view import Tree
from bot.model.report import Component, Evidence, Kind, LanguageLines, Scope, Size
from bot.model.snapshot import Contents, FileFact, RepositoryFacts

K = Kind


@dataclass(frozen=True, slots=True)
class Clues:
    """What the rules look at."""

    facts: RepositoryFacts
    contents: Contents
    tree: Tree
    inventory: Inventory
    components: Sequence[Component]
    languages: Sequence[LanguageLines]
    size: Size
    about: str
    readme_words: int

    @property
    def root_manifests(self) -> tuple[Manifest, ...]:
        """The manifests of the root."""
        return tuple(m for m in self.inventory.manifests if m.folder == "" and m.is_component)

    @property
    def own_files(self) -> tuple[FileFact, ...]:
        """All files but those of `.github`: adding a workflow must not change the kind."""
        return tuple(file for file in self.contents.files if not file.path.startswith(".github/"))

    @property
    def published(self) -> tuple[Evidence, ...]:
        """Manifests of the root whose purpose is to be depended on, two at most."""
        found = []
        for manifest in self.root_manifests:
            named = manifest.name and not manifest.is_private and _can_be_imported(manifest, self)
            if named and (
                manifest.version
                or manifest.ecosystem in {"pypi", "golang", "gem", "composer", "maven", "nuget", "swift"}
            ):
                found.append(at(manifest.path, None, f"declares the package {manifest.name}"))
        return tuple(found[:2])

    def depends_on(self, names: Iterable[str], *, scopes: Iterable[Scope] = (Scope.RUNTIME,)) -> Evidence | None:
        """Where one of these exact packages is declared."""
        wanted, allowed = frozenset(names), frozenset(scopes)
        for package in self.inventory.packages:
            if package.name in wanted and package.scope in allowed and not is_aside(package.path):
                return at(package.path, package.line, f"depends on {package.name}")
        return None


Rule = Callable[[Clues], tuple[Evidence, ...]]
"""Finds evidence for a kind, or none."""


_ASIDE = frozenset(
    {
        "example", "examples", "sample", "samples", "demo", "demos", "test", "tests", "spec", "docs", "doc",
        "website", "site", "benchmark", "benchmarks", "bench", "fixtures", "scripts", "tools", "hack", "e2e",
        "playground", "build-logic", "buildsrc",
        "dist", "build", "out", "__tests__", "__test__", ".github", "ci", ".ci", "integration", "fuzz",
    }
)  # fmt: skip


def is_aside(path: str) -> bool:
    """Whether `path` stands in a folder that only accompanies the real thing."""
    return is_example(path) or any(part in _ASIDE for part in path.lower().split("/")[:-1])


def is_main(component: Component) -> bool:
    """Whether a component is a part of the product, and not an example, a test or a site."""
    return component.path == "" or not is_aside(f"{component.path}/x")


SPOKEN = {
    K.COMMAND_LINE_TOOL: re.compile(
        r"\b(?:cli|command[- ]line (?:[\w.-]+ )?(?:tool|interface|utility|app|program|client|processor|extension"
        r"|runner|wrapper)|terminal (?:tool|app|ui|emulator)|tui|linter|code formatter)\b",
        re.IGNORECASE,
    ),
    K.LIBRARY: re.compile(
        r"\b(?:librar(?:y|ies)|sdk|framework|toolkit|client for|bindings|api wrapper|package for|plugin"
        r"|extension|middleware|crate)\b",
        re.IGNORECASE,
    ),
    K.DATA: re.compile(r"\b(?:data ?sets?|corpus)\b", re.IGNORECASE),
}


_NPM_ENTRY = re.compile(r'"(?:main|module|exports|bin|files|types|typings|browser|style|sass)"\s*:')


def _can_be_imported(manifest: Manifest, clues: Clues) -> bool:
    """Whether an npm package has something to import or run; many applications are called a package and are none."""
    if manifest.ecosystem != "npm":
        return True
    text = clues.contents.texts.get(manifest.path, "")
    return bool(_NPM_ENTRY.search(text)) or bool(clues.tree.has("index.js", "index.mjs", "index.ts", "index.d.ts"))
