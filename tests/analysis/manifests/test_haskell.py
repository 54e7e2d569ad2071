"""Cabal files and package.yaml."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_description, check_packages

CABAL = """
cabal-version:      3.0
name:               shop
version:            0.2.0
license:            BSD-3-Clause

library
    -- build-depends: commented
    build-depends:    base >=4.17 && <5
                    , aeson ^>=2.2,
                      text
executable shop
    build-depends: base, shop, optparse-applicative

test-suite spec
    type:          exitcode-stdio-1.0
    build-depends: hspec >= 2.11
    build-tool-depends: hspec-discover:hspec-discover
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "shop.cabal": (
        CABAL,
        [
            ("base", ">=4.17 && <5", "runtime", 8),
            ("aeson", "^>=2.2", "runtime", 9),
            ("text", "", "runtime", 10),
            ("base", "", "runtime", 12),
            ("optparse-applicative", "", "runtime", 12),
            ("hspec", ">= 2.11", "development", 16),
            ("hspec-discover", "", "build", 17),
        ],
    ),
    "package.yaml": (
        "name: shop\ndependencies:\n  - base >= 4.7\ntests:\n  spec:\n    dependencies: [hspec]\n",
        [("base", ">= 4.7", "runtime", 3), ("hspec", "", "development", 6)],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


DESCRIBED = {
    "shop.cabal": ("shop", "0.2.0", "BSD-3-Clause"),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences(path: str) -> None:
    check_description(path, CASES[path][0], DESCRIBED[path])
