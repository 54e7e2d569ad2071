"""Which file is which manifest: the table of readers, by exact name, by ending, or by place."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from msgspec import Struct

from bot.analysis.manifests import (
    docker,
    go,
    lockfiles,
    maven,
    npm,
    python_pyproject,
    python_requirements,
    python_setup,
    rust,
    workflows,
)
from bot.analysis.manifests.nouns import Draft, Tree

Read = Callable[[Draft, str, Tree], None]


class Reader(Struct, frozen=True):
    """How a manifest is read: its ecosystem (a purl type), the function, and whether its folder is a component."""

    ecosystem: str
    read: Read
    is_component: bool = True


SKIPPED_FOLDERS = frozenset(
    {
        "node_modules", "bower_components", "vendor", "third_party", "third-party", "thirdparty", "site-packages",
        ".venv", "venv", "fixtures", "__fixtures__", "test-fixtures", "test_fixtures", "testdata", "test-data",
        "test_data", "Pods", "Carthage", ".yarn", ".terraform", "dist-packages", "__snapshots__",
    }
)  # fmt: skip
"""Folders whose manifests say nothing about this repository: copies of others' code, and tests' input."""

NAMED: dict[str, Reader] = {
    "package.json": Reader("npm", npm.read_package_json),
    "pnpm-workspace.yaml": Reader("npm", npm.read_pnpm_workspace, is_component=False),
    "lerna.json": Reader("npm", npm.read_lerna, is_component=False),
    "pyproject.toml": Reader("pypi", python_pyproject.read_pyproject),
    "setup.cfg": Reader("pypi", python_setup.read_setup_cfg),
    "setup.py": Reader("pypi", python_setup.read_setup_py),
    "Pipfile": Reader("pypi", python_setup.read_pipfile),
    "go.mod": Reader("golang", go.read_go_mod),
    "go.work": Reader("golang", go.read_go_work, is_component=False),
    "Cargo.toml": Reader("cargo", rust.read_cargo),
    "pom.xml": Reader("maven", maven.read_pom),
    "Dockerfile": Reader("docker", docker.read_dockerfile, is_component=False),
    "Containerfile": Reader("docker", docker.read_dockerfile, is_component=False),
    "environment.yml": Reader("conda", python_setup.read_conda),
    "environment.yaml": Reader("conda", python_setup.read_conda),
    "action.yml": Reader("githubactions", workflows.read_action),
    "action.yaml": Reader("githubactions", workflows.read_action),
}

_WORKFLOW = Reader("githubactions", workflows.read_workflow, is_component=False)
_DOCKERFILE = Reader("docker", docker.read_dockerfile, is_component=False)
_COMPOSE = Reader("docker", docker.read_compose, is_component=False)
_REQUIREMENTS = Reader("pypi", python_requirements.read_requirements)

PATTERNED: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(r"^\.github/workflows/[^/]+\.ya?ml$"), _WORKFLOW),
    (re.compile(r"(?:^|/)(?:docker-)?compose(?:[.-][^/]+)?\.ya?ml$"), _COMPOSE),
    (re.compile(r"(?:^|/)(?:Dockerfile|Containerfile)[.-][^/]+$"), _DOCKERFILE),
    (re.compile(r"\.[Dd]ockerfile$"), _DOCKERFILE),
)
"""Tried in order on the whole path, after the exact names."""


def reader_of(path: str) -> Reader | None:
    """The reader of the manifest at `path`; None where it is no manifest, or lies in a skipped folder."""
    found = NAMED.get(posixpath.basename(path))
    if found is None:
        if python_requirements.is_requirements_file(path):
            found = _REQUIREMENTS
        else:
            found = next((reader for pattern, reader in PATTERNED if pattern.search(path)), None)
    return None if found is None or is_skipped(path) else found


def is_skipped(path: str) -> bool:
    """Whether a folder on the way says that the file is somebody else's, or a test's input."""
    return not SKIPPED_FOLDERS.isdisjoint(path.split("/")[:-1])


def is_manifest(path: str) -> bool:
    """Whether the text of `path` is read by this package: a manifest, or a lock file whose versions are read."""
    name = posixpath.basename(path)
    if name in lockfiles.KINDS and name not in lockfiles.UNREAD:
        return not is_skipped(path)
    return reader_of(path) is not None
