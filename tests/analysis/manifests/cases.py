"""What the tests of the manifest readers share: an inventory from texts, and its packages as rows."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

from bot.analysis.manifests import Inventory
from bot.analysis.manifests.reading import read_texts

Row = tuple[str, str, str, int | None]


def inventory(texts: dict[str, str], *, paths: tuple[str, ...] = ()) -> Inventory:
    """The inventory of a tree of texts (dedented) and of further paths without text."""
    return read_texts({path: dedent(text).lstrip("\n") for path, text in texts.items()}, paths)


def rows(found: Inventory, path: str = "") -> list[Row]:
    """(name, requirement, scope, line) of each package, of one file or of all."""
    return [
        (package.name, package.requirement, package.scope.value, package.line)
        for package in found.packages
        if not path or package.path == path
    ]


def purls(found: Inventory) -> list[str]:
    """The package URLs, in the same order."""
    return [package.purl for package in found.packages]


def runtimes(found: Inventory) -> list[tuple[str, str, int | None]]:
    """(runtime, requirement, line) as the manifests state them."""
    return [
        (runtime.name, runtime.requirement, runtime.evidence.line)
        for manifest in found.manifests
        for runtime in manifest.runtimes
    ]


def check_packages(path: str, text: str, expected: list[Row]) -> None:
    """One manifest by itself: its packages as rows, each with a package URL, and no problem."""
    found = inventory({path: text})
    assert rows(found) == expected
    assert found.problems == ()
    assert all(purls(found))


def check_runtimes(path: str, text: str, expected: Sequence[tuple[str, str, int | None]]) -> None:
    """The runtimes that one manifest states."""
    assert runtimes(inventory({path: text})) == list(expected)


def check_description(path: str, text: str, expected: tuple[str, str, str]) -> None:
    """(name, version, licence) that one manifest gives."""
    (manifest,) = inventory({path: text}).manifests
    assert (manifest.name, manifest.version, manifest.licence) == expected
