"""DESCRIPTION and Project.toml."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_description, check_packages, check_runtimes, inventory

DESCRIPTION = """
Package: shop
Version: 0.3.1
License: MIT + file LICENSE
Depends:
    R (>= 4.1)
Imports:
    dplyr (>= 1.1.0),
    ggplot2
Suggests: testthat (>= 3.0.0)
"""

JULIA = """
name = "Shop"
version = "0.1.0"

[deps]
DataFrames = "a93c6f00-e57d-5684-b7b6-d8193f3e46c0"

[extras]
Test = "8dfed614-e22c-5e08-85e1-65c5234f0b40"

[compat]
DataFrames = "1.6"
julia = "1.10"
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "DESCRIPTION": (
        DESCRIPTION,
        [("dplyr", ">= 1.1.0", "runtime", 7), ("ggplot2", "", "runtime", 8), ("testthat", ">= 3.0.0", "optional", 9)],
    ),
    "Project.toml": (
        JULIA,
        [("DataFrames", "1.6", "runtime", 5), ("Test", "", "development", 8)],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


RUNTIMES = {
    "DESCRIPTION": [("R", ">= 4.1", 5)],
    "Project.toml": [("Julia", "1.10", 12)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes(path: str) -> None:
    check_runtimes(path, CASES[path][0], RUNTIMES[path])


DESCRIBED = {
    "DESCRIPTION": ("shop", "0.3.1", "MIT"),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences(path: str) -> None:
    check_description(path, CASES[path][0], DESCRIBED[path])


def test_a_file_that_shares_the_name_but_is_something_else_says_nothing() -> None:
    found = inventory({"DESCRIPTION": "Just a text.\n"})
    assert found.packages == ()
    assert [manifest.is_component for manifest in found.manifests] == [False]
    assert found.problems == ()
