"""Many things side by side."""

from __future__ import annotations

import pytest

from bot.model.report import Kind
from tests.analysis.builders import python_code
from tests.analysis.kinds.cases import Case

K = Kind
_CODE = python_code(60)
_GO = "package main\n\nfunc main() {}\n" * 20
_JS = "export const one = () => 1;\n" * 80
_CRATES = '[workspace]\nmembers = ["crates/a", "crates/b"]\n[package]\nname = "tool"\nversion = "1.0.0"\n'

CASES: dict[str, Case] = {
    "a workspace of npm": Case(
        {
            "package.json": '{"name": "root", "private": true, "workspaces": ["packages/*"]}',
            "packages/a/package.json": '{"name": "a", "private": true}',
            "packages/a/i.js": _JS,
            "packages/b/package.json": '{"name": "b", "private": true}',
            "packages/b/i.js": _JS,
        },
        K.MONOREPO,
    ),
    "a crate with its parts": Case(
        {
            "Cargo.toml": _CRATES,
            "src/lib.rs": "pub fn a() {}\n" * 40,
            "crates/a/Cargo.toml": '[package]\nname = "a"\nversion = "1.0.0"\n',
            "crates/a/src/lib.rs": "pub fn a() {}\n" * 90,
            "crates/b/Cargo.toml": '[package]\nname = "b"\nversion = "1.0.0"\n',
            "crates/b/src/lib.rs": "pub fn a() {}\n" * 90,
        },
        K.LIBRARY,
    ),
    "samples": Case(
        {f"{n}/package.json": '{"name": "a", "private": true}' for n in range(6)}
        | {f"{n}/i.js": _JS for n in range(6)},
        K.DOCS_SITE,
        {"description": "A curated list of Docker Compose samples"},
    ),
    "charts": Case(
        {f"charts/{n}/Chart.yaml": f"name: {n}\nversion: 1.0.0\n" for n in "abcd"} | {"hack/a.py": _CODE},
        K.INFRASTRUCTURE,
        {"description": "Charts"},
    ),
    "the root has most": Case(
        {
            "go.mod": "module x.org/a\n",
            "main.go": _GO * 20,
            "a_test.go": "package a\n" * 4000,
            "ui/package.json": '{"private": true, "workspaces": ["one", "two"]}',
            **{f"ui/{n}/package.json": f'{{"name": "{n}", "private": true}}' for n in ("one", "two")},
            "ui/one/i.js": _JS,
        },
        K.APPLICATION,
        {"description": "Counts"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_kind(name: str) -> None:
    assert CASES[name].is_found()
