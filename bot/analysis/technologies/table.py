"""The table of technologies (technologies.toml) as an index of exact matchers.

A matcher is a pair (kind, name). Kinds are the purl types of packages ("npm", "pypi", "maven", …), and
  `npm_scope`, `maven_group`: the exact namespace of a package;
  `github`: a repository used by pre-commit or a flake; `msbuild`: an SDK, framework reference or switch of a project;
  `file`: the exact name of a file anywhere, `path`: an exact path from the root, `folder`: an exact folder from it;
  `language`: linguist's name of a language that first-party files are written in; `runtime`: a runtime's name.
Nothing here matches by substring, prefix or pattern.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from types import MappingProxyType

from msgspec import Struct

CATEGORIES = MappingProxyType(
    {
        "language": "Languages",
        "runtime": "Runtimes",
        "framework": "Frameworks",
        "ui": "User interface",
        "mobile": "Mobile and desktop",
        "database": "Databases",
        "cache": "Caches",
        "queue": "Queues and jobs",
        "search": "Search",
        "orm": "Data access",
        "api": "APIs",
        "auth": "Authentication",
        "cloud": "Cloud",
        "hosting": "Hosting",
        "infrastructure": "Infrastructure",
        "container": "Containers",
        "ci": "Continuous integration",
        "release": "Release and dependency updates",
        "testing": "Testing",
        "linting": "Linting and types",
        "build": "Build tools",
        "package-manager": "Package managers",
        "monitoring": "Monitoring",
        "ai": "AI and machine learning",
        "data": "Data and science",
        "docs": "Documentation",
        "cms": "Content management",
        "security": "Security",
        "payment": "Payments",
        "messaging": "Mail and messages",
        "library": "Libraries",
        "game": "Games and graphics",
        "embedded": "Embedded",
    }
)
"""Category → heading, in the order in which a stack is told."""


KINDS = frozenset(
    {
        "npm", "pypi", "golang", "cargo", "maven", "gem", "composer", "nuget", "docker", "githubactions", "hex", "pub",
        "swift", "cocoapods", "hackage", "jsr", "conda", "terraform", "helm", "vcpkg", "conan", "cmake", "cran",
        "julia",
        "npm_scope", "maven_group", "github", "msbuild", "file", "path", "folder", "language", "runtime",
    }
)  # fmt: skip
"""Every kind of matcher there is."""


class Entry(Struct, frozen=True):
    """One technology and its exact matchers."""

    name: str
    category: str
    matchers: tuple[tuple[str, str], ...]


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Every technology of the table, in its order."""
    text = resources.files(__package__).joinpath("technologies.toml").read_text("utf-8")
    return tuple(
        Entry(name, category, tuple((kind, one) for kind, names in matchers.items() for one in names))
        for category, table in tomllib.loads(text).items()
        for name, matchers in table.items()
    )


@functools.cache
def index() -> dict[tuple[str, str], Entry]:
    """Entry by matcher."""
    return {matcher: entry for entry in entries() for matcher in entry.matchers}
