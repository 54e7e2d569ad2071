"""What kind of repository it is."""

from __future__ import annotations

from typing import Any

import pytest

from bot.analysis.kinds import NOT_FOR, NOUNS, reason_for
from bot.model.report import Kind
from tests.analysis.builders import facts, library, python_code, report

K = Kind
_CODE = python_code(60)
_GO = "package main\n\nfunc main() {}\n" * 20
_JS = "export const one = () => 1;\n" * 80
_PROSE = {f"docs/{n}.md": "# Page\n\nWords.\n" for n in range(6)}
_APP = '{"name": "a", "private": true, "dependencies": {"next": "15", "react": "19"}}'
_TYPER = '[project]\nname = "a"\nversion = "1"\ndependencies = ["typer"]\n[project.scripts]\na = "a:main"\n'
_SCRIPTS = '[project]\nname = "a"\nversion = "1"\n[project.scripts]\na = "a:main"\n'
_CRATE = '[package]\nname = "a"\nversion = "0.1.0"\n'
_CRATES = '[workspace]\nmembers = ["crates/a", "crates/b"]\n[package]\nname = "tool"\nversion = "1.0.0"\n'
_PEERS = '{"name": "a", "private": true, "exports": "./i.js", "peerDependencies": {"react": ">=18"}}'
_SPRING = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies>"
    "<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency>"
    "</dependencies></project>"
)


@pytest.mark.parametrize(
    ("files", "changes", "kind"),
    [
        (library(), {}, K.LIBRARY),
        ({"action.yml": "name: x\nruns: {using: node20, main: i.js}\n", "i.js": _JS}, {}, K.ACTION),
        ({"sub/action.yml": "name: x\n", "i.py": _CODE}, {}, K.UNKNOWN),
        (library(), {"is_template": True}, K.TEMPLATE),
        ({"cookiecutter.json": "{}", "a.py": _CODE}, {}, K.TEMPLATE),
        ({"package.json": _APP, "src/p.js": _JS}, {}, K.APPLICATION),
        ({"manage.py": _CODE, "requirements.txt": "django==5\n"}, {}, K.APPLICATION),
        ({"pom.xml": _SPRING, "src/main/java/A.java": "class A {}\n" * 60}, {}, K.APPLICATION),
        ({"go.mod": "module x.org/a\n\ngo 1.23\n", "a.go": "package a\n" * 60}, {}, K.LIBRARY),
        (
            {"go.mod": "module x.org/a\n\nrequire github.com/spf13/cobra v1.8.1\n", "main.go": _GO},
            {"description": "Counts"},
            K.COMMAND_LINE_TOOL,
        ),
        ({"go.mod": "module x.org/a\n", "main.go": _GO}, {"description": "A CLI that counts"}, K.COMMAND_LINE_TOOL),
        ({"go.mod": "module x.org/a\n", "main.go": _GO}, {"description": "Counts"}, K.APPLICATION),
        (
            {"Cargo.toml": _CRATE + '[dependencies]\nclap = "4"\n', "src/main.rs": "fn main() {}\n" * 40},
            {"description": "Counts"},
            K.COMMAND_LINE_TOOL,
        ),
        ({"Cargo.toml": _CRATE, "src/lib.rs": "pub fn a() {}\n" * 40}, {}, K.LIBRARY),
        (
            {
                "pyproject.toml": _TYPER,
                "a.py": _CODE,
            },
            {"description": "Counts"},
            K.COMMAND_LINE_TOOL,
        ),
        (
            {"pyproject.toml": _SCRIPTS, "a.py": _CODE},
            {"description": "An HTTP client for Python"},
            K.LIBRARY,
        ),
        ({"main.tf": 'resource "x" "y" {}\n' * 40}, {}, K.INFRASTRUCTURE),
        ({"Chart.yaml": "name: x\nversion: 1.0.0\n", "templates/a.yaml": "a: b\n"}, {}, K.INFRASTRUCTURE),
        ({"mkdocs.yml": "site_name: x\n", **_PROSE}, {}, K.DOCS_SITE),
        (_PROSE, {}, K.DOCS_SITE),
        ({"README.md": "# List\n\n" + "word " * 600}, {"description": "A list"}, K.DOCS_SITE),
        ({f"data/{n}.csv": "a,b\n" * 900 for n in range(4)}, {}, K.DATA),
        (library(), {"name": "dotfiles"}, K.CONFIGURATION),
        ({"README.md": "# Defaults\n"}, {"name": ".github"}, K.CONFIGURATION),
        (
            {
                "package.json": '{"name": "root", "private": true, "workspaces": ["packages/*"]}',
                "packages/a/package.json": '{"name": "a", "private": true}',
                "packages/a/i.js": _JS,
                "packages/b/package.json": '{"name": "b", "private": true}',
                "packages/b/i.js": _JS,
            },
            {},
            K.MONOREPO,
        ),
        (
            {
                "Cargo.toml": _CRATES,
                "src/lib.rs": "pub fn a() {}\n" * 40,
                "crates/a/Cargo.toml": '[package]\nname = "a"\nversion = "1.0.0"\n',
                "crates/a/src/lib.rs": "pub fn a() {}\n" * 90,
                "crates/b/Cargo.toml": '[package]\nname = "b"\nversion = "1.0.0"\n',
                "crates/b/src/lib.rs": "pub fn a() {}\n" * 90,
            },
            {},
            K.LIBRARY,
        ),
        (
            {"package.json": _PEERS, "i.js": _JS},
            {},
            K.LIBRARY,
        ),
    ],
)  # fmt: skip
def test_kind(files: dict[str, str | bytes], changes: dict[str, Any], kind: Kind) -> None:
    made = report(files, facts(**{"description": "Something", **changes}))
    assert made.kind is kind
    assert bool(made.kind_evidence) is (kind is not K.UNKNOWN)


def test_adding_a_workflow_does_not_change_the_kind() -> None:
    files: dict[str, str | bytes] = {**_PROSE, "a.txt": "x", "b.txt": "x", "c.txt": "x", "d.txt": "x", "e.txt": "x"}
    workflows = {f".github/workflows/{n}.yml": "on: push\njobs: {}\n" for n in range(5)}
    assert report(files).kind is report({**files, **workflows}).kind is K.DOCS_SITE


@pytest.mark.parametrize("kind", list(Kind))
def test_reasons_read_as_sentences(kind: Kind) -> None:
    assert NOUNS[kind]
    for check in NOT_FOR:
        reason = reason_for(check, kind)
        assert "{" not in reason
        if reason:
            assert reason.startswith(("a ", "an "))


def test_a_check_that_passes_anyway_keeps_its_points() -> None:
    pages = {f"docs/{n}.md": "# Page\n\nWords.\n" for n in range(20)}
    made = report({"mkdocs.yml": "site_name: x\n", "CHANGELOG.md": "# Log\n", **pages})
    assert made.kind is K.DOCS_SITE
    changelog = next(check for check in made.checks if check.id == "changelog")
    assert changelog.share == 1.0


_PROCESSOR = {"description": "A small and quick command-line JSON processor"}
_PACKED = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><PackageId>A</PackageId></PropertyGroup></Project>'
_EXE = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup></Project>'
_NOTEBOOK = '{"cells": [{"cell_type": "code", "source": "import a\\na.b()\\na.c()\\n"}]}'
_VUE = '{"name": "a", "version": "0.1.0", "dependencies": {"vue": "3"}, "scripts": {"serve": "vue-cli-service serve"}}'


@pytest.mark.parametrize(
    ("files", "changes", "kind"),
    [
        (
            {
                "go.mod": "module x.org/a\n\nrequire github.com/spf13/cobra v1.8.1\n",
                "main.go": _GO,
                "Dockerfile": "FROM a:1\n",
            },
            {"description": "Finds things"},
            K.COMMAND_LINE_TOOL,
        ),
        ({"src/main.c": "int main() {}\n" * 60, "Dockerfile": "FROM a:1\n"}, _PROCESSOR, K.COMMAND_LINE_TOOL),
        (
            {"go.mod": "module x.org/o/git-a/v3\n", "git-a.go": _GO, "lib/a.go": "package lib\n" * 60},
            {"description": "A command line extension for Git"},
            K.COMMAND_LINE_TOOL,
        ),
        (
            {"Cargo.toml": _CRATE, "src/lib.rs": "pub fn a() {}\n" * 40, "src/bin/a/main.rs": "fn main() {}\n" * 40},
            {"description": "Shows files"},
            K.COMMAND_LINE_TOOL,
        ),
        ({"package.json": _VUE, "src/main.js": _JS, "public/index.html": "<p>a</p>\n"}, {}, K.APPLICATION),
        (
            {
                "Src/A/A.csproj": _PACKED,
                "Src/A/A.cs": "class A {}\n" * 90,
                "Src/A.TestConsole/A.TestConsole.csproj": _EXE,
                "Src/A.TestConsole/Program.cs": "class P {}\n" * 30,
            },
            {"description": "JSON for .NET"},
            K.LIBRARY,
        ),
        (
            {f"{n}/a.csv": "a,b\n1,2\n" for n in range(25)} | {"9/a.py": _CODE, "9/a.png": b"\x89PNG\x00" * 5000},
            {"description": "Behind our articles"},
            K.DATA,
        ),
        (
            {f"{n}/package.json": '{"name": "a", "private": true}' for n in range(6)}
            | {f"{n}/i.js": _JS for n in range(6)},
            {"description": "A curated list of Docker Compose samples"},
            K.DOCS_SITE,
        ),
        (
            {f"charts/{n}/Chart.yaml": f"name: {n}\nversion: 1.0.0\n" for n in "abcd"} | {"hack/a.py": _CODE},
            {"description": "Charts"},
            K.INFRASTRUCTURE,
        ),
        (
            {"go.mod": "module x.org/a\n", "main.go": _GO},
            {"description": "A command-line fuzzy finder"},
            K.COMMAND_LINE_TOOL,
        ),
        (
            {"go.mod": "module x.org/o/gin\n", "gin.go": "package gin\n" * 60, ".goreleaser.yml": "builds: []\n"},
            {"description": "Serves"},
            K.LIBRARY,
        ),
        (
            {"go.mod": "module x.org/a\n", "main.go": _GO, ".goreleaser.yml": "builds: []\n"},
            {"description": "Finds"},
            K.COMMAND_LINE_TOOL,
        ),
        (
            {**_PROSE, "a.htm": "<p>a</p>\n" * 900, "b.py": _CODE[:900]},
            {"description": "Records"},
            K.DOCS_SITE,
        ),
        ({"tasks/main.yml": "- debug:\n", "meta/main.yml": "{}\n", "README.md": "# A\n"}, {}, K.INFRASTRUCTURE),
        (
            {**{f"{n}/Dockerfile": "FROM a:1\nRUN b\n" for n in range(4)}, "entry.sh": "echo 1\n" * 60},
            {},
            K.INFRASTRUCTURE,
        ),
        ({"Dockerfile": "FROM a:1\n", "entry.sh": "echo 1\n" * 60}, {"description": "Sends mail"}, K.APPLICATION),
        ({**{f"{n}.ipynb": _NOTEBOOK for n in range(4)}, "environment.yml": "dependencies: []\n"}, {}, K.DOCS_SITE),
        (
            {
                "go.mod": "module x.org/a\n",
                "main.go": _GO * 20,
                "a_test.go": "package a\n" * 4000,
                "ui/package.json": '{"private": true, "workspaces": ["one", "two"]}',
                **{f"ui/{n}/package.json": f'{{"name": "{n}", "private": true}}' for n in ("one", "two")},
                "ui/one/i.js": _JS,
            },
            {"description": "Counts"},
            K.APPLICATION,
        ),
    ],
    ids=[
        "a tool with an image", "a processor", "a program called like its module", "library and program", "no entry",
        "a part has most", "many data files",
        "samples", "charts", "said loosely", "called like its module", "a released program",
        "pages", "role", "images", "one image", "notebooks", "the root has most",
    ],
)  # fmt: skip
def test_kinds_that_were_mistaken(files: dict[str, str | bytes], changes: dict[str, Any], kind: Kind) -> None:
    made = report(files, facts(**{"name": "demo", **changes}))
    assert made.kind is kind
