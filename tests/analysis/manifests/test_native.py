"""vcpkg, Conan and CMake."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_description, check_packages, check_runtimes

VCPKG = """
{
  "name": "shop",
  "version-string": "1.0",
  "dependencies": [
    "fmt",
    {"name": "boost-asio", "version>=": "1.85.0"},
    {"name": "tool", "host": true}
  ],
  "overrides": [{"name": "fmt", "version": "10.2.1"}],
  "features": {"tests": {"description": "x", "dependencies": ["catch2"]}}
}
"""

CONAN_TXT = """
[requires]
fmt/10.2.1
boost/[>=1.80 <2]@

[tool_requires]
cmake/3.29.3

[generators]
CMakeDeps
"""

CONAN_PY = """
from conan import ConanFile


class Shop(ConanFile):
    name = "shop"
    license = "MIT"
    requires = "zlib/1.3.1", "openssl/3.3.1"

    def requirements(self):
        self.requires("fmt/10.2.1")

    def build_requirements(self):
        self.test_requires("gtest/1.14.0")
"""

CMAKE = """
cmake_minimum_required(VERSION 3.24)
project(Shop VERSION 1.4.0 LANGUAGES CXX)
# find_package(Commented)
find_package(Boost 1.80 REQUIRED COMPONENTS system)
find_package(Doxygen)
find_package(${DYNAMIC} REQUIRED)
include(FetchContent)
FetchContent_Declare(
  googletest
  GIT_REPOSITORY https://example.test/googletest.git
  GIT_TAG        v1.14.0
)
CPMAddPackage("gh:fmtlib/fmt#10.2.1")
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "vcpkg.json": (
        VCPKG,
        [
            ("fmt", "10.2.1", "runtime", 5),
            ("boost-asio", ">=1.85.0", "runtime", 6),
            ("tool", "", "build", 7),
            ("catch2", "", "optional", 10),
        ],
    ),
    "conanfile.txt": (
        CONAN_TXT,
        [("fmt", "10.2.1", "runtime", 2), ("boost", "[>=1.80 <2]", "runtime", 3), ("cmake", "3.29.3", "build", 6)],
    ),
    "conanfile.py": (
        CONAN_PY,
        [
            ("openssl", "3.3.1", "runtime", 7),
            ("zlib", "1.3.1", "runtime", 7),
            ("fmt", "10.2.1", "runtime", 10),
            ("gtest", "1.14.0", "development", 13),
        ],
    ),
    "CMakeLists.txt": (
        CMAKE,
        [
            ("Boost", "1.80", "runtime", 4),
            ("Doxygen", "", "optional", 5),
            ("googletest", "v1.14.0", "runtime", 8),
            ("fmt", "10.2.1", "runtime", 13),
        ],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


RUNTIMES = {
    "CMakeLists.txt": [("CMake", "3.24", 1)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes(path: str) -> None:
    check_runtimes(path, CASES[path][0], RUNTIMES[path])


DESCRIBED = {
    "vcpkg.json": ("shop", "1.0", ""),
    "conanfile.py": ("shop", "", "MIT"),
    "CMakeLists.txt": ("Shop", "1.4.0", ""),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences(path: str) -> None:
    check_description(path, CASES[path][0], DESCRIBED[path])
