"""The manifests of smaller worlds."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_description, check_packages, check_runtimes

ROCKSPEC = """
package = "shop"
version = "1.0-1"
dependencies = {
   "lua >= 5.1, < 5.5",
   "penlight ~> 1.13", -- "comment"
   'luasocket'
}
test_dependencies = { "busted" }
"""

FLAKE = """
{
  description = "Shop";
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-24.05";
    utils = { url = "github:numtide/flake-utils"; };
    other.url = "git+https://example.test/other";
  };
  inputs.more.url = "github:a/b";
}
"""

BAZEL = """
module(name = "shop", version = "1.0")

bazel_dep(name = "rules_go", version = "0.48.0")
bazel_dep(name = "gazelle", version = "0.37.0", dev_dependency = True)
use_extension("x", "y")
"""

PRE_COMMIT = """
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.5.0
    hooks:
      - id: ruff
  - repo: https://example.test/hooks.git
    rev: "1.0"
    hooks:
      - id: x
        language: python
        additional_dependencies: [types-pyyaml==6.0]
  - repo: local
    hooks:
      - id: y
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "shop-1.0-1.rockspec": (
        ROCKSPEC,
        [("penlight", "~> 1.13", "runtime", 5), ("luasocket", "", "runtime", 6), ("busted", "", "development", 8)],
    ),
    "flake.nix": (
        FLAKE,
        [
            ("NixOS/nixpkgs", "nixos-24.05", "build", 4),
            ("numtide/flake-utils", "", "build", 5),
            ("other", "git+https://example.test/other", "build", 6),
            ("a/b", "", "build", 8),
        ],
    ),
    "MODULE.bazel": (
        BAZEL,
        [("rules_go", "0.48.0", "runtime", 3), ("gazelle", "0.37.0", "development", 4)],
    ),
    ".pre-commit-config.yaml": (
        PRE_COMMIT,
        [
            ("astral-sh/ruff-pre-commit", "v0.5.0", "development", 2),
            ("https://example.test/hooks.git", "1.0", "development", 6),
            ("types-pyyaml", "==6.0", "development", 11),
        ],
    ),
    "cpanfile": (
        "requires 'perl', '5.36';\nrequires 'Mojolicious', '>= 9';\non 'test' => sub {\n  requires 'Test::More';\n};\n",
        [("Mojolicious", ">= 9", "runtime", 2), ("Test::More", "", "development", 4)],
    ),
    "elm.json": (
        '{"type": "application", "dependencies": {"direct": {"elm/core": "1.0.5"}, "indirect": {"elm/json": "1.1.3"}}}',
        [("elm/core", "1.0.5", "runtime", 1)],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


RUNTIMES = {
    "shop-1.0-1.rockspec": [("Lua", ">= 5.1, < 5.5", 4)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes(path: str) -> None:
    check_runtimes(path, CASES[path][0], RUNTIMES[path])


DESCRIBED = {
    "MODULE.bazel": ("shop", "1.0", ""),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences(path: str) -> None:
    check_description(path, CASES[path][0], DESCRIBED[path])
