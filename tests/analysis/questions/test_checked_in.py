"""Vendored code and executables."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import judged, library

_JAR = b"PK\x03\x04\x00\x00\x00" * 50
_VALIDATED = "on: [push]\njobs:\n  t:\n    steps:\n      - uses: gradle/actions/wrapper-validation@v4\n"


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.PASS),
        ({"bin/tool.exe": _JAR}, State.FAIL),
        ({"tests/fixtures/tool.exe": _JAR}, State.PASS),
        ({"gradle/wrapper/gradle-wrapper.jar": _JAR}, State.WARN),
        ({"gradle/wrapper/gradle-wrapper.jar": _JAR, ".github/workflows/v.yml": _VALIDATED}, State.PASS),
    ],
    ids=["none", "executable", "in fixtures", "wrapper", "validated wrapper"],
)
def test_binaries(more: dict[str, str | bytes], state: State) -> None:
    assert judged("binaries", library(more)).state is state


def test_installed_packages_in_the_tree_fail() -> None:
    check = judged("vendored", library({"web/node_modules/x/index.js": "module.exports = 1;\n"}))
    assert check.state is State.FAIL
    assert "web/node_modules" in check.next_step


def test_little_vendored_code_passes() -> None:
    assert judged("vendored", library()).state is State.PASS


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"src/__tests__/fixtures/a/node_modules/b/i.js": "let a = 1;\n"}, State.PASS),
        ({"web/node_modules/b/i.js": "let a = 1;\n"}, State.FAIL),
    ],
)
def test_what_a_test_needs_installed_is_its_input(more: dict[str, str | bytes], state: State) -> None:
    assert judged("vendored", library(more)).state is state


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.WARN),
        ({"vendor/modules.txt": "# a.org/b v1.0.0\n"}, State.PASS),
        ({"go.mod": None}, State.PASS),
    ],
    ids=["copied", "managed by go mod vendor", "nothing to declare it in"],
)
def test_copied_code_is_a_fault_where_a_package_manager_could_bring_it(
    more: dict[str, str | bytes | None], state: State
) -> None:
    files: dict[str, str | bytes | None] = {"go.mod": "module a.org/a\n", "a.go": "package a\n" * 20}
    files |= {f"vendor/b/{n}.go": "package b\n" * 100 for n in range(12)}
    kept = {path: text for path, text in {**files, **more}.items() if text is not None}
    assert judged("vendored", kept).state is state


def test_data_and_declared_copies_are_not_copied_code() -> None:
    files = library({f"vendor/{n}.pdf.txt": "words\n" * 500 for n in range(12)})
    assert judged("vendored", files).state is State.PASS


def test_a_pointer_into_git_lfs_is_told_as_one() -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 123456\n"
    check = judged("binaries", library({"tools/run.exe": pointer}))
    assert [(one.path, one.detail) for one in check.evidence] == [("tools/run.exe", "in Git LFS")]


def test_a_dump_is_no_executable_and_the_maven_wrapper_has_its_own_advice() -> None:
    assert judged("binaries", library({"assets/themes.bin": b"\x00\x01" * 50})).state is State.PASS
    check = judged("binaries", library({".mvn/wrapper/maven-wrapper.jar": b"PK\x03\x04\x00" * 50}))
    assert check.state is State.WARN
    assert "only-script" in check.next_step
