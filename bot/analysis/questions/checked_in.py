"""Is there much generated or vendored code, and are there executables? (catalogue entries 15 and 16)"""

from __future__ import annotations

import re

from bot.analysis.finding import Finding, at, failed, not_applicable, passed, warned
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, percent, plural
from bot.model.snapshot import FileClass, FileFact

_EXECUTABLE = (
    ".exe", ".dll", ".so", ".dylib", ".jar", ".war", ".ear", ".class", ".pyc", ".pyd", ".o", ".a", ".lib", ".obj",
    ".bin", ".msi", ".deb", ".rpm", ".apk", ".ipa", ".dmg", ".nupkg", ".whl", ".node", ".com",
)  # fmt: skip
_WRAPPER = "gradle/wrapper/gradle-wrapper.jar"
_VALIDATES = ("gradle/wrapper-validation-action", "gradle/actions/wrapper-validation", "gradle/actions/setup-gradle")
_FIXTURES = frozenset({"test", "tests", "testdata", "fixtures", "__fixtures__", "test-data", "spec", "samples"})


_INSTALLED = re.compile(r"(?:\A|/)(?:node_modules|site-packages)/")
HIGH_SHARE = 0.5


def judge(view: View) -> list[Finding]:
    """vendored, binaries."""
    return [_vendored(view), _binaries(view)]


def _vendored(view: View) -> Finding:
    files = [f for f in view.contents.files if f.file_class is not FileClass.BINARY]
    if not files:
        return not_applicable("vendored", "there are no text files")
    copied = [f for f in files if f.file_class is FileClass.VENDORED]
    made = sum(f.file_class is FileClass.GENERATED for f in files)
    if not copied and not made:
        return passed("vendored", "No vendored and no generated files.")
    if installed := next((f.path for f in copied if _INSTALLED.search(f.path)), ""):
        return _installed(installed, copied)
    share = sum(f.size_bytes for f in copied) / max(1, sum(f.size_bytes for f in files))
    found = (
        f"{capital(counted(len(copied), 'vendored file'))} ({percent(share)} of the bytes) and "
        f"{counted(made, 'generated file')}."
    )
    if share <= HIGH_SHARE or len(copied) < 10:
        return passed("vendored", found, *(at(f.path, None, "vendored") for f in copied[:3]))
    largest = max(copied, key=lambda f: (f.size_bytes, f.path))
    return warned(
        "vendored",
        found,
        at(largest.path, None, f"{largest.size_bytes:,} bytes"),
        action="Replace vendored code by dependencies",
        next_step=(
            "Declare what is copied here as a dependency where a package exists; note origin and version of the rest."
        ),
    )


def _installed(path: str, copied: list[FileFact]) -> Finding:
    match = _INSTALLED.search(path)
    folder = path[: match.end()].rstrip("/") if match else path
    count = sum(f.path.startswith(f"{folder}/") for f in copied)
    return failed(
        "vendored",
        f"Installed packages are checked in: {counted(count, 'file')} under {code([folder])}.",
        at(path),
        action=f"Take {code([folder])} out of the tree",
        next_step=f"`git rm -r --cached {folder}`, add it to `.gitignore`, and let the lockfile bring it back.",
    )


def _binaries(view: View) -> Finding:
    found = []
    for file in view.contents.files:
        lower = file.path.lower()
        if not lower.endswith(_EXECUTABLE) or file.is_symlink or file.size_bytes == 0:
            continue
        if file.file_class not in {FileClass.BINARY, FileClass.VENDORED, FileClass.OTHER} or _FIXTURES & set(
            lower.split("/")[:-1]
        ):
            continue
        if lower.endswith(_WRAPPER) and _wrapper_is_validated(view):
            continue
        found.append(file)
    if not found:
        return passed("binaries", "No executables or libraries are checked in.")
    only_wrapper = all(file.path.lower().endswith(_WRAPPER) for file in found)
    evidence = [at(file.path, None, f"{file.size_bytes:,} bytes") for file in found[:10]]
    if only_wrapper:
        return warned(
            "binaries",
            f"{code([found[0].path])} is checked in and nothing verifies it.",
            *evidence,
            action="Verify the Gradle wrapper in CI",
            next_step="Add the step `uses: gradle/actions/wrapper-validation` to a workflow on pull requests.",
        )
    count = len(found)
    verb = plural("is", count)
    return failed(
        "binaries",
        f"{capital(counted(count, 'executable or library file'))} {verb} checked in: "
        f"{code([f.path for f in found], limit=3)}.",
        *evidence,
        action=f"Take {counted(count, 'binary')} out of the tree",
        next_step="Build them in a workflow, or fetch them from a release with a checksum; then delete them here.",
    )


def _wrapper_is_validated(view: View) -> bool:
    return any(step.uses.startswith(_VALIDATES) for workflow in view.workflows for step in workflow.steps)
