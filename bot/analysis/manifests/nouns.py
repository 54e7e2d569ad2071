"""What the manifests of a tree say: the nouns that every parser speaks, and the draft it writes into."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar, cast

from msgspec import Struct
from packageurl import PackageURL

from bot.model.report import Evidence, Kind, Package, Runtime, Scope

Read = TypeVar("Read")

MAX_PACKAGES = 5_000
"""Direct dependencies kept of one manifest; no honest one comes near."""

MAX_NAME = 300
"""Characters of a package name or requirement that are kept; longer ones are refused."""


class Problem(Struct, frozen=True, kw_only=True):
    """Something wrong with a file, told with its place; a finding, never a crash."""

    path: str
    message: str
    line: int | None = None


class Signal(Struct, frozen=True):
    """A fact that tells a technology but is no package: `kind` is a matcher kind ("msbuild"), `name` its exact name."""

    kind: str
    name: str
    line: int | None = None


_GATHERED = frozenset({"requirements", "reqs"})
"""Folders of requirements files, which are no part of the repository by themselves."""


class Manifest(Struct, frozen=True, kw_only=True):
    """One manifest as read. `path` is its place; `ecosystem` the purl type of what it declares.

    `is_component` is False where the file only adds facts to a folder (a workflow, a Dockerfile, a lock).
    `component` is the nearest component folder at or above it ("" for the root).
    `members` are the workspace globs it states, relative to its folder ("!" in front excludes).
    """

    path: str
    ecosystem: str
    is_component: bool
    name: str = ""
    version: str = ""
    description: str = ""
    licence: str = ""
    licence_line: int | None = None
    kind: Kind = Kind.UNKNOWN
    is_private: bool = False
    deprecated: str = ""
    entry_points: tuple[str, ...] = ()
    workspace_manager: str = ""
    members: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    runtimes: tuple[Runtime, ...] = ()
    signals: tuple[Signal, ...] = ()
    package_manager: str = ""
    problems: tuple[Problem, ...] = ()
    component: str = ""

    @property
    def folder(self) -> str:
        """The folder it speaks for, "" for the root: its own, of `requirements/base.txt` the one above."""
        folder, name = posixpath.split(self.path)
        above, last = posixpath.split(folder)
        return above if last in _GATHERED and name.endswith((".txt", ".in")) else folder


class Lockfile(Struct, frozen=True, kw_only=True):
    """A file that pins exact versions; `manager` is who writes it (npm, yarn, pnpm, bun, uv, poetry, …)."""

    path: str
    manager: str
    ecosystem: str
    component: str = ""


class Workspace(Struct, frozen=True, kw_only=True):
    """Components that are managed together; `members` are component folders that exist, sorted."""

    path: str
    manager: str
    members: tuple[str, ...]


class DeclaredLicence(Struct, frozen=True, kw_only=True):
    """A licence as a manifest states it, word for word."""

    text: str
    evidence: Evidence


class Inventory(Struct, frozen=True, kw_only=True):
    """Everything the manifests of a tree say (catalogue entries 6, 7, 9 and 10), sorted by path."""

    manifests: tuple[Manifest, ...] = ()
    packages: tuple[Package, ...] = ()
    lockfiles: tuple[Lockfile, ...] = ()
    workspaces: tuple[Workspace, ...] = ()
    declared_licences: tuple[DeclaredLicence, ...] = ()
    problems: tuple[Problem, ...] = ()


class ManifestError(ValueError):
    """A manifest that cannot be read at all; `line` counts from 1."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class Tree:
    """The files around a manifest: `texts` by path, and every path there is."""

    def __init__(self, texts: Mapping[str, str], paths: Iterable[str]) -> None:
        self.texts = texts
        self.paths = frozenset(paths) | frozenset(texts)
        self._read: dict[tuple[str, str], object] = {}

    def text(self, path: str) -> str | None:
        """The text at `path`, None where there is none."""
        return self.texts.get(path)

    def once(self, path: str, read: Callable[[str], Read]) -> Read:
        """What `read` makes of the text at `path`, made once a tree: many manifests share a parent or a catalog.

        Raises what `read` raises, each time.
        """
        return self.remember(f"{read.__module__}.{read.__qualname__}", path, lambda: read(self.texts[path]))

    def remember(self, what: str, path: str, make: Callable[[], Read]) -> Read:
        """What `make` gives for the file at `path`, made once a tree under the name `what`."""
        key = (what, path)
        if key not in self._read:
            self._read[key] = make()
        return cast("Read", self._read[key])

    def beside(self, path: str, relative: str) -> str:
        """The path that `relative` means from the folder of the file `path`; "" where it leaves the tree."""
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative.replace("\\", "/")))
        return "" if joined.startswith(("../", "/")) or joined in {".", ".."} else joined

    def above(self, path: str, name: str) -> str:
        """The nearest file called `name` in the folder of `path` or one above it; "" where there is none."""
        folder = posixpath.dirname(path)
        while True:
            candidate = posixpath.join(folder, name)
            if candidate in self.texts:
                return candidate
            if not folder:
                return ""
            folder = posixpath.dirname(folder)


class Draft:
    """A manifest while it is read. Wrong shapes become problems here, so that parsers can just ask."""

    def __init__(self, path: str, ecosystem: str, *, is_component: bool = True) -> None:
        self.path = path
        self.ecosystem = ecosystem
        self.is_component = is_component
        self.name = ""
        self.version = ""
        self.description = ""
        self.licence = ""
        self.licence_line: int | None = None
        self.kind = Kind.UNKNOWN
        self.is_private = False
        self.deprecated = ""
        self.entry_points: list[str] = []
        self.workspace_manager = ""
        self.members: list[str] = []
        self.package_manager = ""
        self.is_full = False
        self._packages: dict[tuple[str, str, str, str, int | None], Package] = {}
        self._runtimes: list[Runtime] = []
        self._signals: list[Signal] = []
        self._problems: list[Problem] = []

    def add(
        self,
        name: str,
        requirement: str = "",
        scope: Scope = Scope.RUNTIME,
        *,
        line: int | None = None,
        ecosystem: str = "",
        version: str = "",
        path: str = "",
        locked: str = "",
    ) -> None:
        """Notes one direct dependency; `version` is the exact one where the requirement names it."""
        name, requirement = name.strip(), " ".join(requirement.split())
        if not name or len(name) > MAX_NAME or len(requirement) > MAX_NAME:
            self.problem(f"A dependency of {len(name)} characters is not read.", line)
            return
        kind = ecosystem or self.ecosystem
        key = (kind, name, requirement, scope.value, line)
        if key in self._packages:
            return
        if len(self._packages) >= MAX_PACKAGES:
            if not self.is_full:
                self.problem(f"Only the first {MAX_PACKAGES} dependencies are read.", line)
                self.is_full = True
            return
        self._packages[key] = Package(
            name=name,
            ecosystem=kind,
            requirement=requirement,
            scope=scope,
            purl=purl(kind, name, locked or version),
            path=path or self.path,
            line=line,
            locked=locked,
        )

    @property
    def folder(self) -> str:
        """The folder of the manifest, "" for the root."""
        return posixpath.dirname(self.path)

    @property
    def names(self) -> list[str]:
        """The names of the dependencies noted so far."""
        return [package.name for package in self._packages.values()]

    @property
    def has_packages(self) -> bool:
        """Whether a dependency or a runtime was noted."""
        return bool(self._packages or self._runtimes)

    def runtime(self, name: str, requirement: object, line: int | None = None, *, detail: str = "") -> None:
        """Notes a runtime or toolchain version that the manifest asks for."""
        text = scalar(requirement)
        if text and len(text) <= MAX_NAME:
            evidence = Evidence(path=self.path, line=line, detail=detail)
            self._runtimes.append(Runtime(name=name, requirement=text, evidence=evidence))

    def signal(self, kind: str, name: str, line: int | None = None) -> None:
        """Notes a fact that tells a technology; the first hundred are kept."""
        if name and len(name) <= MAX_NAME and len(self._signals) < 100:
            self._signals.append(Signal(kind, name, line))

    def problem(self, message: str, line: int | None = None) -> None:
        """Notes something wrong at `line`; the first hundred are kept."""
        if len(self._problems) < 100:
            self._problems.append(Problem(path=self.path, message=message, line=line))

    def mapping(self, value: object, what: str, line: int | None = None) -> dict[str, object]:
        """`value` where it is a table; {} otherwise, with a problem unless it is simply missing."""
        if isinstance(value, dict):
            return value
        if value is not MISSING:
            self.problem(f"`{what}` is {_shape(value)} where a table is expected.", line)
        return {}

    def items(self, value: object, what: str, line: int | None = None) -> list[object]:
        """`value` where it is a list; [] otherwise, with a problem unless it is simply missing."""
        if isinstance(value, list):
            return value
        if value is not MISSING:
            self.problem(f"`{what}` is {_shape(value)} where a list is expected.", line)
        return []

    def text(self, value: object, what: str, line: int | None = None) -> str:
        """`value` where it is text or a number; "" otherwise, with a problem unless it is simply missing."""
        if value is MISSING:
            return ""
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return str(value).strip()[:MAX_NAME]
        self.problem(f"`{what}` is {_shape(value)} where text is expected.", line)
        return ""

    def finish(self) -> Manifest:
        """What was read."""
        return Manifest(
            path=self.path,
            ecosystem=self.ecosystem,
            is_component=self.is_component,
            name=self.name[:MAX_NAME],
            version=self.version[:MAX_NAME],
            description=" ".join(self.description.split())[:1_000],
            licence=self.licence[:MAX_NAME],
            licence_line=self.licence_line,
            kind=self.kind,
            is_private=self.is_private,
            deprecated=self.deprecated[:MAX_NAME],
            entry_points=tuple(dict.fromkeys(self.entry_points))[:200],
            workspace_manager=self.workspace_manager,
            members=tuple(dict.fromkeys(self.members))[:1_000],
            packages=tuple(self._packages.values()),
            runtimes=tuple(self._runtimes),
            signals=tuple(self._signals),
            package_manager=self.package_manager,
            problems=tuple(self._problems),
        )


class _Missing:
    """Stands for a key that is not there, which is no mistake (unlike null)."""

    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()


def _shape(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    for kind, words in ((str, "text"), (list, "a list"), (dict, "a table")):
        if isinstance(value, kind):
            return words
    return "something else"


def scalar(value: object) -> str:
    """Text or a number as text; "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return ""


_PYPI_RUNS = re.compile(r"[-_.]+")


def pypi_name(name: str) -> str:
    """The normalised name of a Python package (PEP 503)."""
    return _PYPI_RUNS.sub("-", name).lower()


_SLASHED = frozenset(
    {"npm", "golang", "composer", "docker", "githubactions", "swift", "terraform", "github", "jsr", "bazel"}
)
_GENERIC = frozenset({"cmake"})
"""Ecosystems without a purl type of their own."""


def purl(ecosystem: str, name: str, version: str = "") -> str:
    """The package URL by the rules of its type; "" where the name makes none."""
    namespace, subpath, bare = "", "", name
    if ecosystem in {"maven", "clojars"} and ":" in name:
        namespace, _, bare = name.partition(":")
    elif ecosystem == "githubactions" and name.count("/") > 1:
        owner, repository, subpath = name.split("/", 2)
        namespace, bare = owner, repository
    elif ecosystem in _SLASHED and "/" in name:
        namespace, _, bare = name.rpartition("/")
    elif ecosystem == "pypi":
        bare = pypi_name(name)
    if ecosystem == "npm":
        namespace, bare = namespace.lower(), bare.lower()
    kind = "generic" if ecosystem in _GENERIC else ecosystem
    try:
        return PackageURL(kind, namespace or None, bare, version or None, None, subpath or None).to_string()
    except (ValueError, TypeError):  # TypeError: packageurl trips over names that are only slashes
        return ""
