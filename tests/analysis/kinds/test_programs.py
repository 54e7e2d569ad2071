"""Command-line tools, applications, libraries."""

from __future__ import annotations

import pytest

from bot.model.report import Kind
from tests.analysis.builders import library, python_code
from tests.analysis.kinds.cases import Case

K = Kind
_CODE = python_code(60)
_GO = "package main\n\nfunc main() {}\n" * 20
_JS = "export const one = () => 1;\n" * 80
_APP = '{"name": "a", "private": true, "dependencies": {"next": "15", "react": "19"}}'
_TYPER = '[project]\nname = "a"\nversion = "1"\ndependencies = ["typer"]\n[project.scripts]\na = "a:main"\n'
_SCRIPTS = '[project]\nname = "a"\nversion = "1"\n[project.scripts]\na = "a:main"\n'
_CRATE = '[package]\nname = "a"\nversion = "0.1.0"\n'
_PEERS = '{"name": "a", "private": true, "exports": "./i.js", "peerDependencies": {"react": ">=18"}}'
_SPRING = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies>"
    "<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency>"
    "</dependencies></project>"
)
_PROCESSOR = {"description": "A small and quick command-line JSON processor"}
_PACKED = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><PackageId>A</PackageId></PropertyGroup></Project>'
_EXE = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup></Project>'
_VUE = '{"name": "a", "version": "0.1.0", "dependencies": {"vue": "3"}, "scripts": {"serve": "vue-cli-service serve"}}'

CASES: dict[str, Case] = {
    "a library": Case(library(), K.LIBRARY),
    "a private application": Case({"package.json": _APP, "src/p.js": _JS}, K.APPLICATION),
    "Django": Case({"manage.py": _CODE, "requirements.txt": "django==5\n"}, K.APPLICATION),
    "Spring": Case({"pom.xml": _SPRING, "src/main/java/A.java": "class A {}\n" * 60}, K.APPLICATION),
    "a Go package": Case({"go.mod": "module x.org/a\n\ngo 1.23\n", "a.go": "package a\n" * 60}, K.LIBRARY),
    "cobra": Case(
        {"go.mod": "module x.org/a\n\nrequire github.com/spf13/cobra v1.8.1\n", "main.go": _GO},
        K.COMMAND_LINE_TOOL,
        {"description": "Counts"},
    ),
    "said to be a CLI": Case(
        {"go.mod": "module x.org/a\n", "main.go": _GO}, K.COMMAND_LINE_TOOL, {"description": "A CLI that counts"}
    ),
    "a program of which nothing is said": Case(
        {"go.mod": "module x.org/a\n", "main.go": _GO}, K.APPLICATION, {"description": "Counts"}
    ),
    "clap": Case(
        {"Cargo.toml": _CRATE + '[dependencies]\nclap = "4"\n', "src/main.rs": "fn main() {}\n" * 40},
        K.COMMAND_LINE_TOOL,
        {"description": "Counts"},
    ),
    "a crate": Case({"Cargo.toml": _CRATE, "src/lib.rs": "pub fn a() {}\n" * 40}, K.LIBRARY),
    "typer": Case(
        {
            "pyproject.toml": _TYPER,
            "a.py": _CODE,
        },
        K.COMMAND_LINE_TOOL,
        {"description": "Counts"},
    ),
    "a library with a script": Case(
        {"pyproject.toml": _SCRIPTS, "a.py": _CODE}, K.LIBRARY, {"description": "An HTTP client for Python"}
    ),
    "private in the tree, with peers": Case({"package.json": _PEERS, "i.js": _JS}, K.LIBRARY),
    "a tool with an image": Case(
        {
            "go.mod": "module x.org/a\n\nrequire github.com/spf13/cobra v1.8.1\n",
            "main.go": _GO,
            "Dockerfile": "FROM a:1\n",
        },
        K.COMMAND_LINE_TOOL,
        {"description": "Finds things"},
    ),
    "a processor": Case(
        {"src/main.c": "int main() {}\n" * 60, "Dockerfile": "FROM a:1\n"}, K.COMMAND_LINE_TOOL, _PROCESSOR
    ),
    "a program called like its module": Case(
        {"go.mod": "module x.org/o/git-a/v3\n", "git-a.go": _GO, "lib/a.go": "package lib\n" * 60},
        K.COMMAND_LINE_TOOL,
        {"description": "A command line extension for Git"},
    ),
    "library and program": Case(
        {"Cargo.toml": _CRATE, "src/lib.rs": "pub fn a() {}\n" * 40, "src/bin/a/main.rs": "fn main() {}\n" * 40},
        K.COMMAND_LINE_TOOL,
        {"description": "Shows files"},
    ),
    "no entry": Case({"package.json": _VUE, "src/main.js": _JS, "public/index.html": "<p>a</p>\n"}, K.APPLICATION),
    "a part has most": Case(
        {
            "Src/A/A.csproj": _PACKED,
            "Src/A/A.cs": "class A {}\n" * 90,
            "Src/A.TestConsole/A.TestConsole.csproj": _EXE,
            "Src/A.TestConsole/Program.cs": "class P {}\n" * 30,
        },
        K.LIBRARY,
        {"description": "JSON for .NET"},
    ),
    "said loosely": Case(
        {"go.mod": "module x.org/a\n", "main.go": _GO},
        K.COMMAND_LINE_TOOL,
        {"description": "A command-line fuzzy finder"},
    ),
    "called like its module": Case(
        {"go.mod": "module x.org/o/gin\n", "gin.go": "package gin\n" * 60, ".goreleaser.yml": "builds: []\n"},
        K.LIBRARY,
        {"description": "Serves"},
    ),
    "a released program": Case(
        {"go.mod": "module x.org/a\n", "main.go": _GO, ".goreleaser.yml": "builds: []\n"},
        K.COMMAND_LINE_TOOL,
        {"description": "Finds"},
    ),
    "an editor's extension": Case(
        {
            "package.json": '{"name": "a", "main": "o.js", "engines": {"vscode": "^1.90.0"}, "contributes": {}}',
            "src/a.ts": "export const a = 1;\n" * 60,
        },
        K.APPLICATION,
    ),
    "Automake's program": Case({"Makefile.am": "bin_PROGRAMS = a\n", "a.c": "int a;\n" * 60}, K.APPLICATION),
    "Automake's library": Case({"src/Makefile.am": "lib_LTLIBRARIES = a.la\n", "src/a.c": "int a;\n" * 60}, K.LIBRARY),
    "one image": Case(
        {"Dockerfile": "FROM a:1\n", "entry.sh": "echo 1\n" * 60}, K.APPLICATION, {"description": "Sends mail"}
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_kind(name: str) -> None:
    assert CASES[name].is_found()
