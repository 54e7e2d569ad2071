"""Runtime and toolchain versions from manifests and version files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.manifests import read_inventory
from bot.analysis.runtimes import MAX_CHARACTERS, find_runtimes, is_runtime_file
from bot.model.snapshot import Contents, FileFact


def runtimes(texts: dict[str, str]) -> list[tuple[str, str, str]]:
    """(runtime, requirement, place) of a tree of texts."""
    contents = Contents(files=tuple(FileFact(path=path, size_bytes=1) for path in texts), texts=texts)
    found = find_runtimes(contents, read_inventory(contents))
    return [(one.name, one.requirement, f"{one.evidence.path}:{one.evidence.line}") for one in found]


FILES = {
    ".nvmrc": ("v20.14.0\n", [("Node.js", "20.14.0", 1)]),
    ".node-version": ("\n# comment\n22\n", [("Node.js", "22", 3)]),
    ".python-version": ("3.12.4\n3.11\n", [("Python", "3.12.4", 1)]),
    "runtime.txt": ("python-3.11.9\n", [("Python", "3.11.9", 1)]),
    ".ruby-version": ("ruby-3.3.1\n", [("Ruby", "3.3.1", 1)]),
    ".java-version": ("21\n", [("Java", "21", 1)]),
    "rust-toolchain": ("1.79.0\n", [("Rust", "1.79.0", 1)]),
    "rust-toolchain.toml": ('[toolchain]\nchannel = "nightly-2024-06-01"\n', [("Rust", "nightly-2024-06-01", 2)]),
    "global.json": ('{\n  "sdk": {\n    "version": "8.0.302"\n  }\n}\n', [(".NET", "8.0.302", 3)]),
    ".sdkmanrc": ("# sdk\njava=21.0.3-tem\ngradle=8.8\n", [("Gradle", "8.8", 3), ("Java", "21.0.3-tem", 2)]),
    ".tool-versions": (
        "nodejs 20.14.0 18.0.0 # two\npython 3.12\nmyplugin 1\n",
        [("myplugin", "1", 3), ("Node.js", "20.14.0 18.0.0", 1), ("Python", "3.12", 2)],
    ),
    "mise.toml": (
        '[env]\nnode = "no"\n[tools]\nnode = "22"\npython = ["3.12", "3.11"]\n"npm:prettier" = "3"\n'
        'go = { version = "1.22", os = ["linux"] }\n',
        [("Go", "1.22", 7), ("Node.js", "22", 4), ("npm:prettier", "3", 6), ("Python", "3.12 3.11", 5)],
    ),
    "gradle/wrapper/gradle-wrapper.properties": (
        "distributionBase=GRADLE_USER_HOME\ndistributionUrl=https\\://services.example/distributions/gradle-8.8-bin.zip\n",
        [("Gradle", "8.8", 2)],
    ),
    ".mvn/wrapper/maven-wrapper.properties": (
        "distributionUrl=https://repo.example/apache-maven-3.9.8-bin.zip\n",
        [("Maven", "3.9.8", 1)],
    ),
    "project/build.properties": ("sbt.version=1.10.0\n", [("sbt", "1.10.0", 1)]),
    ".bazelversion": ("7.2.1\n", [("Bazel", "7.2.1", 1)]),
}


@pytest.mark.parametrize("path", FILES)
def test_version_files(path: str) -> None:
    text, expected = FILES[path]
    assert is_runtime_file(path)
    assert runtimes({path: text}) == [(name, wanted, f"{path}:{line}") for name, wanted, line in expected]


@pytest.mark.parametrize("value", ["[" * 50_000, "9" * 50_000, f"0x{'f' * 50_000}", f"[0x{'f' * 50_000}]"])
def test_a_version_that_no_parser_takes_is_none(value: str) -> None:
    assert runtimes({"mise.toml": f"[tools]\nnode = {value}\n"}) == []


def test_manifests_and_files_stand_together_nearest_to_the_root_first() -> None:
    assert runtimes(
        {
            "web/.nvmrc": "18\n",
            "package.json": '{"engines": {"node": ">=20"}}',
            "Dockerfile": "FROM node:22-alpine\n",
            "pyproject.toml": '[project]\nname = "a"\nrequires-python = ">=3.11"\n',
        }
    ) == [
        ("Node.js", "22", "Dockerfile:1"),
        ("Node.js", ">=20", "package.json:1"),
        ("Node.js", "18", "web/.nvmrc:1"),
        ("Python", ">=3.11", "pyproject.toml:3"),
    ]


def test_one_file_tells_the_same_once() -> None:
    step = "      - uses: actions/setup-node@v4\n        with:\n          node-version: 22\n"
    workflow = f"jobs:\n  a:\n    steps:\n{step}  b:\n    steps:\n{step}"
    assert runtimes({".github/workflows/a.yml": workflow}) == [("Node.js", "22", ".github/workflows/a.yml:6")]


def test_a_version_file_beyond_its_bound_is_not_read() -> None:
    assert runtimes({".nvmrc": "20\n" + "#" * MAX_CHARACTERS}) == []


def test_files_of_others_are_not_read() -> None:
    assert not is_runtime_file("node_modules/a/.nvmrc")
    assert not is_runtime_file("nvmrc")


@pytest.mark.parametrize("path", FILES)
@settings(max_examples=20, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_read(path: str, text: str) -> None:
    for _, requirement, _ in runtimes({path: text}):
        assert requirement
