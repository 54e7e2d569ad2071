"""deno.json, deno.jsonc and their imports."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import Workspace
from tests.analysis.manifests.cases import Row, check_packages, inventory

DENO = """
{
  // a comment
  "name": "@acme/shop",
  "imports": {
    "@std/assert": "jsr:@std/assert@^1.0.0",
    "hono": "npm:hono@4.4.7",
    "hono/": "npm:/hono@4.4.7/",
    "oak": "https://deno.land/x/oak@v16.1.0/mod.ts",
    "local/": "./src/",
  },
  "workspace": ["./web"],
}
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "deno.jsonc": (
        DENO,
        [
            ("@std/assert", "^1.0.0", "runtime", 5),
            ("hono", "4.4.7", "runtime", 6),
            ("oak", "v16.1.0", "runtime", 8),
        ],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


def test_a_workspace_has_its_folders_as_members() -> None:
    found = inventory({"deno.json": '{"workspace": ["./web"]}', "web/deno.json": "{}"})
    assert found.workspaces == (Workspace(path="deno.json", manager="deno", members=("web",)),)
