"""No input makes a reader crash or stall: every reader on damaged, random and malicious texts."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.analysis.manifests.names import ENDINGS, NAMED, PATTERNED, Reader, reader_of
from bot.analysis.manifests.nouns import Draft, ManifestError, Tree
from tests.analysis.manifests import (
    test_apple,
    test_beam,
    test_clojure,
    test_dart,
    test_deno,
    test_docker,
    test_dotnet,
    test_go,
    test_gradle,
    test_haskell,
    test_kubernetes,
    test_maven,
    test_native,
    test_npm,
    test_others,
    test_php,
    test_python_pyproject,
    test_python_requirements,
    test_python_setup,
    test_ruby,
    test_rust,
    test_scala,
    test_science,
    test_terraform,
    test_workflows,
)
from tests.cpu import cpu_s

EXAMPLES = int(os.environ.get("RADAR_FUZZ_EXAMPLES", "6"))
"""Texts per reader and test: few in every run, as many as wanted in a long one."""

SMALLER = (
    test_apple,
    test_beam,
    test_clojure,
    test_dart,
    test_deno,
    test_haskell,
    test_kubernetes,
    test_native,
    test_others,
    test_scala,
    test_science,
    test_terraform,
)
"""Tests whose table `CASES` has a sound text for each path."""

SAMPLES: dict[str, str] = {
    "package.json": test_npm.PACKAGE,
    "pyproject.toml": test_python_pyproject.PEP_621 + test_python_pyproject.POETRY,
    "requirements.txt": test_python_requirements.REQUIREMENTS,
    "setup.cfg": test_python_setup.SETUP_CFG,
    "setup.py": test_python_setup.SETUP_PY,
    "Pipfile": test_python_setup.PIPFILE,
    "environment.yml": "dependencies:\n  - python=3\n  - pip:\n      - a\n",
    "go.mod": test_go.GO_MOD,
    "go.work": "use (\n./a\n)\n",
    "Cargo.toml": test_rust.CARGO["crates/web/Cargo.toml"],
    "pom.xml": test_maven.POM_PARENT.lstrip(),
    "build.gradle": test_gradle.GROOVY,
    "build.gradle.kts": test_gradle.KOTLIN["app/build.gradle.kts"],
    "settings.gradle.kts": test_gradle.KOTLIN["settings.gradle.kts"],
    "Dockerfile": test_docker.DOCKERFILE,
    "compose.yaml": "services:\n  a:\n    image: b:1\n",
    ".github/workflows/ci.yml": test_workflows.WORKFLOW,
    "action.yml": "runs:\n  using: composite\n  steps:\n    - uses: a/b@v1\n",
    "Gemfile": test_ruby.GEMFILE,
    "a.gemspec": test_ruby.GEMSPEC,
    "composer.json": test_php.COMPOSER,
    "a.csproj": test_dotnet.DOTNET["src/Shop/Shop.csproj"].lstrip(),
    "Directory.Packages.props": test_dotnet.DOTNET["Directory.Packages.props"].lstrip(),
    "pnpm-workspace.yaml": "packages:\n  - a/*\n",
    "lerna.json": '{"packages": ["a/*"]}',
    "paket.dependencies": "nuget A 1\n",
    "packages.config": '<packages><package id="A" version="1"/></packages>',
    "dotnet-tools.json": '{"tools": {"a": {"version": "1"}}}',
    "requirements.yaml": "dependencies:\n  - name: a\n    version: 1\n",
    **{path: text for module in SMALLER for path, (text, _) in module.CASES.items()},
}
"""A sound text for each kind of manifest."""

READERS: dict[str, Reader] = {path: reader for path in SAMPLES if (reader := reader_of(path)) is not None}


def read_unguarded(path: str, text: str) -> None:
    """Reads without the guard of `read_one`: only ManifestError may come out, and the result must be a manifest."""
    reader = READERS[path]
    draft = Draft(path, reader.ecosystem, is_component=reader.is_component)
    try:
        reader.read(draft, text, Tree({path: text}, [path]))
    except ManifestError as error:
        draft.problem(error.message, error.line)
    manifest = draft.finish()
    lines = (
        text.count("\n") + 2 + text.count("\r") + sum(text.count(mark) for mark in "\v\f\x1c\x1d\x1e\x85\u2028\u2029")
    )
    for package in manifest.packages:
        assert package.name
        assert package.line is None or 1 <= package.line <= lines
    for problem in manifest.problems:
        assert problem.line is None or 1 <= problem.line <= lines


def test_every_reader_has_a_sample() -> None:
    known = {reader.read for reader in (*NAMED.values(), *ENDINGS.values(), *(reader for _, reader in PATTERNED))}
    covered = {reader.read for reader in READERS.values()}
    assert {read.__name__ for read in known - covered} == {"_supporting"}


PIECES = st.sampled_from(
    [
        *("{}[]()<>\"'`,:;=#%$&*@!|\\/~^+-. \n\t\0\r"),
        "null", "true", "[]", "{}", "&a ", "*a", "<<: ", "!!python/object:os.system ", "<!ENTITY x 'y'>", '"""', "'''",
        "\\u0000", "1e999", "-" * 50, "[" * 80, "{" * 80, "(" * 80, "\ufeff", "\u2028", "é", "end\n", "do\n",
        "${a}", "$(a)",
    ]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """A sound text with some spans cut out, doubled or replaced."""
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, max(0, len(text) - 1)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        filling = draw(st.one_of(PIECES, st.text(max_size=10), st.just(text[start:end] * 2), st.just("")))
        text = text[:start] + filling + text[end:]
    return text


@pytest.mark.parametrize("path", SAMPLES)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(path: str, data: st.DataObject) -> None:
    read_unguarded(path, data.draw(damaged(SAMPLES[path])))


@pytest.mark.parametrize("path", SAMPLES)
@settings(max_examples=EXAMPLES, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused(path: str, text: str) -> None:
    read_unguarded(path, text)


JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
KEYS = {
    "package.json": ["dependencies", "devDependencies", "peerDependenciesMeta", "engines", "workspaces", "bin",
                     "license", "licenses", "packageManager", "name", "volta", "main"],
    "composer.json": ["require", "require-dev", "license", "bin", "abandoned", "type"],
    "deno.jsonc": ["imports", "workspace", "name"],
    "vcpkg.json": ["dependencies", "overrides", "features", "name", "license"],
    "elm.json": ["dependencies", "test-dependencies", "type"],
    "environment.yml": ["dependencies", "name"],
    "pubspec.yaml": ["dependencies", "dev_dependencies", "environment", "workspace", "executables"],
    "Chart.yaml": ["dependencies", "name", "deprecated"],
    "kustomization.yaml": ["resources", "bases", "images", "helmCharts"],
    "compose.yaml": ["services"],
    ".github/workflows/ci.yml": ["jobs", "name"],
    "action.yml": ["runs", "name"],
    ".pre-commit-config.yaml": ["repos"],
    "package.yaml": ["dependencies", "library", "executables", "tests"],
    "dotnet-tools.json": ["tools"],
    "pnpm-workspace.yaml": ["packages"],
    "lerna.json": ["packages"],
}  # fmt: skip
"""JSON is YAML too, so that one generator makes wrong shapes for both."""


@pytest.mark.parametrize("path", KEYS)
@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(data=st.data())
def test_wrong_shapes_are_problems_not_crashes(path: str, data: st.DataObject) -> None:
    value = data.draw(st.dictionaries(st.sampled_from(KEYS[path]), JSON_VALUES, max_size=5))
    read_unguarded(path, json.dumps(value))


ATOMS = (
    "[",
    "{",
    '"',
    '"\\',
    "a.",
    "- ",
    "a: ",
    "/*",
    "{a,",
    "a\n",
    "a {\n",
    "{deps,[",
    'module "a" {\n',
    "*a ",
    "not ",
)


@pytest.mark.parametrize("path", SAMPLES)
def test_cost_grows_with_length_and_not_faster(path: str) -> None:
    """Repeating any atom eight times as often takes nowhere near 64 times as long, as a quadratic scan would."""
    for atom in ATOMS:
        short, long = (atom * (size // len(atom)) for size in (2_000, 16_000))
        assert any(_is_linear(_seconds(path, short), _seconds(path, long)) for _ in range(3)), atom


def _is_linear(short_s: float, long_s: float) -> bool:
    return long_s < 0.3 or long_s < 30 * short_s


def _seconds(path: str, text: str) -> float:
    return cpu_s(lambda: read_unguarded(path, text))
