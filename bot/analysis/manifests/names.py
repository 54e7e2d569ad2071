"""Which file is which manifest: the table of readers, by exact name, by ending, or by place."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from bot.analysis.manifests import (
    apple,
    beam,
    clojure,
    dart,
    deno,
    docker,
    dotnet,
    go,
    gradle,
    haskell,
    kubernetes,
    lockfiles,
    maven,
    native,
    npm,
    others,
    php,
    python_pyproject,
    python_requirements,
    python_setup,
    ruby,
    rust,
    scala,
    science,
    terraform,
    workflows,
)
from bot.analysis.manifests.nouns import Draft, Tree

Read = Callable[[Draft, str, Tree], None]


class Reader(Struct, frozen=True):
    """How a manifest is read: its ecosystem (a purl type), the function, and whether its folder is a component."""

    ecosystem: str
    read: Read
    is_component: bool = True


def _supporting(draft: Draft, text: str, tree: Tree) -> None:
    """A file that is only read through others (a version catalog, gradle.properties): its text must be kept."""


SKIPPED_FOLDERS = frozenset(
    {
        "node_modules", "bower_components", "vendor", "third_party", "third-party", "thirdparty", "site-packages",
        ".venv", "venv", "fixtures", "__fixtures__", "test-fixtures", "test_fixtures", "testdata", "test-data",
        "test_data", "Pods", "Carthage", ".yarn", ".terraform", "dist-packages", "__snapshots__",
    }
)  # fmt: skip
"""Folders whose manifests say nothing about this repository: copies of others' code, and tests' input."""

EXAMPLE_FOLDERS = frozenset(
    {
        "example", "examples", "sample", "samples", "demo", "demos", "templates", "test", "tests", "__tests__", "e2e",
        "integration-tests", "integration_test", "integration_tests", "benchmarks", "playground", "playgrounds",
    }
)  # fmt: skip
"""Folders whose manifests tell what examples and tests use, not what the repository is built with."""

NAMED: dict[str, Reader] = {
    "package.json": Reader("npm", npm.read_package_json),
    "pnpm-workspace.yaml": Reader("npm", npm.read_pnpm_workspace, is_component=False),
    "lerna.json": Reader("npm", npm.read_lerna, is_component=False),
    "deno.json": Reader("jsr", deno.read_deno),
    "deno.jsonc": Reader("jsr", deno.read_deno),
    "pyproject.toml": Reader("pypi", python_pyproject.read_pyproject),
    "setup.cfg": Reader("pypi", python_setup.read_setup_cfg),
    "setup.py": Reader("pypi", python_setup.read_setup_py),
    "Pipfile": Reader("pypi", python_setup.read_pipfile),
    "environment.yml": Reader("conda", python_setup.read_conda),
    "environment.yaml": Reader("conda", python_setup.read_conda),
    "go.mod": Reader("golang", go.read_go_mod),
    "go.work": Reader("golang", go.read_go_work, is_component=False),
    "Cargo.toml": Reader("cargo", rust.read_cargo),
    "pom.xml": Reader("maven", maven.read_pom),
    "build.gradle": Reader("maven", gradle.read_build),
    "build.gradle.kts": Reader("maven", gradle.read_build),
    "settings.gradle": Reader("maven", gradle.read_settings, is_component=False),
    "settings.gradle.kts": Reader("maven", gradle.read_settings, is_component=False),
    "gradle.properties": Reader("maven", _supporting, is_component=False),
    "build.sbt": Reader("maven", scala.read_sbt),
    "deps.edn": Reader("maven", clojure.read_deps_edn),
    "project.clj": Reader("maven", clojure.read_project_clj),
    "Gemfile": Reader("gem", ruby.read_gemfile),
    "gems.rb": Reader("gem", ruby.read_gemfile),
    "composer.json": Reader("composer", php.read_composer),
    "Directory.Packages.props": Reader("nuget", dotnet.read_props, is_component=False),
    "Directory.Build.props": Reader("nuget", dotnet.read_props, is_component=False),
    "Directory.Build.targets": Reader("nuget", dotnet.read_props, is_component=False),
    "packages.config": Reader("nuget", dotnet.read_packages_config, is_component=False),
    "dotnet-tools.json": Reader("nuget", dotnet.read_tools, is_component=False),
    "paket.dependencies": Reader("nuget", dotnet.read_paket, is_component=False),
    "Dockerfile": Reader("docker", docker.read_dockerfile, is_component=False),
    "Containerfile": Reader("docker", docker.read_dockerfile, is_component=False),
    "action.yml": Reader("githubactions", workflows.read_action),
    "action.yaml": Reader("githubactions", workflows.read_action),
    "mix.exs": Reader("hex", beam.read_mix),
    "rebar.config": Reader("hex", beam.read_rebar),
    "pubspec.yaml": Reader("pub", dart.read_pubspec),
    "Package.swift": Reader("swift", apple.read_package_swift),
    "Podfile": Reader("cocoapods", apple.read_podfile),
    "Cartfile": Reader("swift", apple.read_cartfile),
    "Cartfile.private": Reader("swift", apple.read_cartfile),
    "package.yaml": Reader("hackage", haskell.read_hpack),
    "Chart.yaml": Reader("helm", kubernetes.read_chart),
    "requirements.yaml": Reader("helm", kubernetes.read_requirements_yaml, is_component=False),
    "kustomization.yaml": Reader("kustomize", kubernetes.read_kustomization, is_component=False),
    "kustomization.yml": Reader("kustomize", kubernetes.read_kustomization, is_component=False),
    "Kustomization": Reader("kustomize", kubernetes.read_kustomization, is_component=False),
    "vcpkg.json": Reader("vcpkg", native.read_vcpkg),
    "conanfile.txt": Reader("conan", native.read_conanfile_txt),
    "conanfile.py": Reader("conan", native.read_conanfile_py),
    "CMakeLists.txt": Reader("cmake", native.read_cmake),
    "DESCRIPTION": Reader("cran", science.read_description),
    "Project.toml": Reader("julia", science.read_julia),
    "JuliaProject.toml": Reader("julia", science.read_julia),
    "flake.nix": Reader("nix", others.read_flake),
    "MODULE.bazel": Reader("bazel", others.read_module_bazel),
    ".pre-commit-config.yaml": Reader("github", others.read_pre_commit, is_component=False),
    ".pre-commit-config.yml": Reader("github", others.read_pre_commit, is_component=False),
    "cpanfile": Reader("cpan", others.read_cpanfile),
    "elm.json": Reader("elm", others.read_elm),
}

_WORKFLOW = Reader("githubactions", workflows.read_workflow, is_component=False)
_DOCKERFILE = Reader("docker", docker.read_dockerfile, is_component=False)
_COMPOSE = Reader("docker", docker.read_compose, is_component=False)
_REQUIREMENTS = Reader("pypi", python_requirements.read_requirements)
_SUPPORTING = Reader("maven", _supporting, is_component=False)

ENDINGS: dict[str, Reader] = {
    "csproj": Reader("nuget", dotnet.read_project),
    "fsproj": Reader("nuget", dotnet.read_project),
    "vbproj": Reader("nuget", dotnet.read_project),
    "gemspec": Reader("gem", ruby.read_gemspec),
    "podspec": Reader("cocoapods", apple.read_podspec),
    "cabal": Reader("hackage", haskell.read_cabal),
    "rockspec": Reader("luarocks", others.read_rockspec),
    "tf": Reader("terraform", terraform.read_terraform),
    "tofu": Reader("terraform", terraform.read_terraform),
    "dockerfile": _DOCKERFILE,
    "Dockerfile": _DOCKERFILE,
}
"""By extension, after the exact names."""

PATTERNED: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(r"^\.github/workflows/[^/]+\.ya?ml$"), _WORKFLOW),
    (re.compile(r"(?:^|/)(?:docker-)?compose(?:[.-][^/]+)?\.ya?ml$"), _COMPOSE),
    (
        re.compile(
            r"(?:^|/)(?:Dockerfile|Containerfile)[.-](?!(?:[^/]*\.)?(?:eex|erb|tt|tmpl|tpl|gotmpl|j2|jinja2?|hbs|ejs|md|in|m4|template|mustache)$)[^/]+$"
        ),
        _DOCKERFILE,
    ),
    (re.compile(r"(?:^|/)gradle/[^/]+\.versions\.toml$"), _SUPPORTING),
    (re.compile(r"(?:^|/)project/[^/]+\.(?:sbt|scala)$"), Reader("maven", scala.read_sbt, is_component=False)),
)
"""Tried in order on the whole path, after the exact names."""


def reader_of(path: str) -> Reader | None:
    """The reader of the manifest at `path`; None where it is no manifest, or lies in a skipped folder.

    Asked of every file of a tree, so it looks up name and extension before any pattern.
    """
    name = path.rpartition("/")[2]
    found = NAMED.get(name)
    if found is None:
        _, dot, extension = name.rpartition(".")
        found = ENDINGS.get(extension) if dot else None
        if found is None and (extension in _PATTERNED_EXTENSIONS or name.startswith(_PATTERNED_STEMS)):
            found = _by_pattern(path, name)
    return None if found is None or is_skipped(path) else found


_PATTERNED_EXTENSIONS = frozenset({"txt", "in", "pip", "yml", "yaml", "toml", "sbt", "scala"})
_PATTERNED_STEMS = ("Dockerfile", "Containerfile")


def _by_pattern(path: str, name: str) -> Reader | None:
    if name.endswith((".txt", ".in", ".pip")) and python_requirements.is_requirements_file(path):
        return _REQUIREMENTS
    return next((reader for pattern, reader in PATTERNED if pattern.search(path)), None)


def is_skipped(path: str) -> bool:
    """Whether a folder on the way says that the file is somebody else's, or a test's input."""
    return not SKIPPED_FOLDERS.isdisjoint(path.split("/")[:-1])


def is_example(path: str) -> bool:
    """Whether the file at `path` belongs to an example, a template or a test rather than to what is built here."""
    folders = path.split("/")[:-1]
    return not EXAMPLE_FOLDERS.isdisjoint(folders) or any(one.startswith(("template-", "example-")) for one in folders)


_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "e2e"})


def is_in_test_data(path: str) -> bool:
    """Whether a manifest lies in a folder below one of tests: without code beside it, it is what a test reads."""
    return not _TEST_FOLDERS.isdisjoint(path.split("/")[:-2])


def is_manifest(path: str) -> bool:
    """Whether the text of `path` is read by this package: a manifest, or a lock file whose versions are read."""
    name = path.rpartition("/")[2]
    if name in lockfiles.KINDS and name not in lockfiles.UNREAD:
        return not is_skipped(path)
    return reader_of(path) is not None
