"""Is there much generated or vendored code, and are there executables? (catalogue entries 15 and 16)"""

from __future__ import annotations

import re

from bot.analysis.contents.facts import type_of
from bot.analysis.finding import Finding, at, failed, not_applicable, passed, warned
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, percent, plural
from bot.model.snapshot import FileClass, FileFact

_EXECUTABLE = (
    ".exe", ".dll", ".so", ".dylib", ".jar", ".war", ".ear", ".class", ".pyc", ".pyd", ".o", ".a", ".lib", ".obj",
    ".msi", ".deb", ".rpm", ".apk", ".ipa", ".dmg", ".nupkg", ".whl", ".node", ".com",
)  # fmt: skip
_WRAPPER = "gradle/wrapper/gradle-wrapper.jar"
_MAVEN_WRAPPER = ".mvn/wrapper/maven-wrapper.jar"
_VALIDATES = ("gradle/wrapper-validation-action", "gradle/actions/wrapper-validation", "gradle/actions/setup-gradle")
_FIXTURES = frozenset(
    {"test", "tests", "__tests__", "testdata", "fixtures", "fixture", "__fixtures__", "test-data", "spec", "specs",
     "samples", "playground", "testing", "e2e", "cases"}
)  # fmt: skip


_INSTALLED = re.compile(r"(?:\A|/)(?:node_modules|site-packages)/")
HIGH_SHARE = 0.5
POINTER = 200
"""Bytes: what is called an executable and is shorter is a pointer into Git LFS."""


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
    if installed := next((f.path for f in copied if _is_installed(f.path)), ""):
        return _installed(installed, copied)
    copies = [f for f in copied if _is_copied_code(f, _managed_folders(view))]
    bytes_of_code = sum(f.size_bytes for f in files if type_of(f.language) == "programming")
    share = sum(f.size_bytes for f in copies) / max(1, bytes_of_code)
    found = f"{capital(counted(len(copied), 'vendored file'))} and {counted(made, 'generated file')}"
    could_depend = any(m.is_component and not m.folder for m in view.inventory.manifests)
    if share <= HIGH_SHARE or len(copies) < 10 or not could_depend:
        return passed("vendored", f"{found}.", *(at(f.path, None, "vendored") for f in copied[:3]))
    found = f"{found}; {percent(share)} of the bytes of code are copied."
    largest = max(copies, key=lambda f: (f.size_bytes, f.path))
    return warned(
        "vendored",
        found,
        at(largest.path, None, f"{largest.size_bytes:,} bytes"),
        action="Replace vendored code by dependencies",
        next_step=(
            "Declare what is copied here as a dependency where a package exists; note origin and version of the rest."
        ),
    )


_ACCOUNTS = ("modules.txt", "composer/installed.json")
"""What `go mod vendor` and Composer write into the `vendor` folder that they fill, check and renew."""


def _managed_folders(view: View) -> tuple[str, ...]:
    """`vendor` folders whose content a package manager keeps account of, each with its slash."""
    folders = {f"{m.folder}/vendor/".lstrip("/") for m in view.inventory.manifests if m.is_component}
    return tuple(sorted(f for f in folders if any(f"{f}{account}" in view.tree.paths for account in _ACCOUNTS)))


def _is_copied_code(file: FileFact, managed: tuple[str, ...]) -> bool:
    """Whether it is a program's source that nobody but us keeps current: no data, no fixture, no managed folder."""
    if file.file_class is not FileClass.VENDORED or type_of(file.language) != "programming":
        return False
    return not file.path.startswith(managed) and not _FIXTURES & set(file.path.lower().split("/")[:-1])


def _is_installed(path: str) -> bool:
    """Whether a package manager put it there, and not a test that needs such a tree."""
    match = _INSTALLED.search(path)
    return match is not None and not _FIXTURES & set(path[: match.start()].lower().split("/"))


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
    evidence = [
        at(f.path, None, "in Git LFS" if f.size_bytes < POINTER else f"{f.size_bytes:,} bytes") for f in found[:10]
    ]
    if only_wrapper:
        return warned(
            "binaries",
            f"{code([found[0].path])} is checked in and nothing verifies it.",
            *evidence,
            action="Verify the Gradle wrapper in CI",
            next_step="Add the step `uses: gradle/actions/wrapper-validation` to a workflow on pull requests.",
        )
    if all(file.path.endswith(_MAVEN_WRAPPER) for file in found):
        return warned(
            "binaries",
            f"{code([found[0].path])} is checked in; Maven's wrapper works without it.",
            *evidence,
            action="Use Maven's wrapper without its jar",
            next_step="Run `mvn wrapper:wrapper -Dtype=only-script`, and delete the jar.",
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
