"""Everything the questions look at, prepared once: the snapshot with its manifests, documents and workflows read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.analysis.config import RadarConfig, Slip
from bot.analysis.contents.facts import type_of
from bot.analysis.manifests.names import is_in_test_data
from bot.analysis.manifests.nouns import Inventory
from bot.analysis.manifests.python_requirements import is_requirements_file
from bot.analysis.owners_file import OwnersFile, OwnersMatch
from bot.analysis.readme import Readme
from bot.analysis.status import StatusAnswer
from bot.analysis.workflows import Workflow
from bot.model.report import (
    Activity,
    Component,
    Document,
    Evidence,
    Kind,
    LanguageLines,
    Licence,
    Package,
    Runtime,
    Scope,
    Size,
    Technology,
)
from bot.model.snapshot import Contents, FileClass, FileFact, RepositoryFacts

TINY_FILES = 8
TINY_LINES = 60


@dataclass(frozen=True, slots=True)
class KindAnswer:
    """The kind with what shows it."""

    kind: Kind
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenceAnswer:
    """The licence; `mismatches` are (what disagrees, where); `unrecognised` are licence files of no known text."""

    licence: Licence
    mismatches: tuple[tuple[str, Evidence], ...] = ()
    unrecognised: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """The names of the tree, indexed. `folders` are all folders that hold something; `roots` have lower names."""

    paths: frozenset[str]
    folders: frozenset[str]
    lower: Mapping[str, str]
    by_name: Mapping[str, tuple[str, ...]]

    def has(self, *paths: str) -> str:
        """The first of `paths` (any case) that is a file, as it is spelt; "" where none is."""
        return next((self.lower[path.lower()] for path in paths if path.lower() in self.lower), "")

    def named(self, *names: str) -> tuple[str, ...]:
        """All files called like one of `names` (lower case), sorted, nearest to the root first."""
        return tuple(sorted((p for name in names for p in self.by_name.get(name, ())), key=lambda p: (p.count("/"), p)))


def index_tree(files: Iterable[FileFact]) -> Tree:
    """`Tree` of `files`, vendored ones included."""
    paths: list[str] = []
    folders: set[str] = set()
    by_name: dict[str, list[str]] = {}
    lower: dict[str, str] = {}
    for file in files:
        path = file.path
        paths.append(path)
        lower.setdefault(path.lower(), path)
        folder, _, name = path.rpartition("/")
        while folder and folder not in folders:
            folders.add(folder)
            folder = posixpath.dirname(folder)
        if file.file_class is not FileClass.VENDORED:
            by_name.setdefault(name.lower(), []).append(path)
    return Tree(
        frozenset(paths), frozenset(folders), lower, {name: tuple(sorted(found)) for name, found in by_name.items()}
    )


def is_tiny(contents: Contents, inventory: Inventory) -> bool:
    """Whether there are only a few lines and no package; what stands in `.github` does not count."""
    if any(manifest.is_component for manifest in inventory.manifests):
        return False
    own = [file for file in contents.files if not file.path.startswith(".github/")]
    return len(own) <= TINY_FILES and sum(file.code for file in own) < TINY_LINES


CENTRAL_SHARE = 0.05


def central_components(view: View) -> frozenset[str]:
    """The root, and the components with a twentieth of the code at least: helpers and documents are something else."""
    production = view.size.code - view.size.test_code
    return frozenset({""} | {c.path for c in view.components if c.code and c.code >= CENTRAL_SHARE * production})


def folders_above(path: str) -> Iterator[str]:
    """Every folder that `path` lies in, the nearest first, the root ("") last."""
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One repository, ready to be judged. `contents` is empty for an empty repository."""

    facts: RepositoryFacts
    now: datetime
    contents: Contents
    config: RadarConfig
    slips: tuple[Slip, ...]
    tree: Tree
    inventory: Inventory
    packages: tuple[Package, ...]
    technologies: tuple[Technology, ...]
    runtimes: tuple[Runtime, ...]
    components: tuple[Component, ...]
    licence: LicenceAnswer
    documents: tuple[Document, ...]
    readme: Readme | None
    workflows: tuple[Workflow, ...]
    languages: tuple[LanguageLines, ...]
    size: Size
    activity: Activity
    status: StatusAnswer
    kind: KindAnswer
    owners: tuple[OwnersFile, OwnersMatch] | None
    is_solo: bool
    is_tiny: bool
    links: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self.contents.files

    @property
    def is_partial(self) -> bool:
        """Whether limits or hidden files keep a part of the tree from us."""
        return bool(self.contents.cut) or self.facts.hidden_files_truncated

    @property
    def is_local(self) -> bool:
        """Whether this is a local checkout that GitHub was not asked about."""
        return self.facts.id == 0

    @property
    def names(self) -> tuple[str, ...]:
        """What the repository is called: its own name, its owner's, and those of the packages of its root."""
        of_packages = (m.name.rpartition("/")[2].rpartition(":")[2] for m in self.inventory.manifests if not m.folder)
        owner = "" if self.is_local else self.facts.owner
        return tuple(dict.fromkeys(name for name in (self.facts.name, owner, *of_packages) if name))

    @property
    def has_code(self) -> bool:
        """Whether there is first-party code."""
        return self.size.code > 0

    @property
    def is_all_private(self) -> bool:
        """Whether it is a monorepo of packages that are all private."""
        packages = [m for m in self.inventory.manifests if m.is_component and m.name]
        return self.kind.kind is Kind.MONOREPO and bool(packages) and all(m.is_private for m in packages)

    @property
    def main_language(self) -> str:
        """The programming language with most code, else the first markup language; "" without code."""
        programming = next((lang.name for lang in self.languages if type_of(lang.name) == "programming"), "")
        return programming or (self.languages[0].name if self.languages else "")

    @property
    def libraries(self) -> tuple[Package, ...]:
        """Dependencies of package managers: no actions, images or hooks."""
        return tuple(p for p in self.packages if p.ecosystem not in {"githubactions", "docker", "pre-commit", "github"})

    @property
    def good_workflows(self) -> tuple[Workflow, ...]:
        """Workflows that parse."""
        return tuple(workflow for workflow in self.workflows if not workflow.problem)

    def text(self, path: str) -> str:
        """The text of a file that was kept; ""."""
        return self.contents.texts.get(path, "")

    def document(self, kind: str) -> Document | None:
        """The document of that kind: a file, a section or the organisation's."""
        return next((document for document in self.documents if document.kind == kind), None)

    def why_unknown(self, *fields: str) -> str:
        """The reason why a field of the facts is unknown, as a clause."""
        for field in fields:
            if reason := self.facts.unknown_reasons.get(field):
                return reason
        if self.is_local:
            return "a local checkout does not tell; GitHub was not asked"
        return "GitHub did not tell"

    def depends_on(self, *names: str, scopes: Iterable[Scope] = Scope) -> Package | None:
        """The first direct dependency with one of these exact names, outside of what tests read."""
        wanted, allowed = frozenset(names), frozenset(scopes)
        found = (p for p in self.packages if p.name in wanted and p.scope in allowed)
        return next((p for p in found if not is_in_test_data(p.path) or is_requirements_file(p.path)), None)
