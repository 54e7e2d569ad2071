"""pyproject.toml in its dialects."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import Workspace
from bot.model.report import Kind
from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

PEP_621 = """
[build-system]
requires = ["hatchling>=1.25", "hatch-vcs"]
build-backend = "hatchling.build"

[project]
name = "Acme_Shop"
version = "1.0"
description = "A shop"
license = "Apache-2.0"
requires-python = ">=3.11"
dependencies = [
    "httpx>=0.27,<1",
    'uvicorn[standard] >= 0.30 ; sys_platform != "win32"',
    "local @ git+https://github.com/acme/local@v1",
    "ruamel.yaml==0.18.6",
]

[project.optional-dependencies]
postgres = ["asyncpg~=0.29"]

[project.scripts]
shop = "acme.cli:main"

[dependency-groups]
test = ["pytest>=8", {include-group = "lint"}]
lint = ["ruff"]

[tool.uv]
dev-dependencies = ["mypy==1.11.0"]

[tool.uv.workspace]
members = ["packages/*"]
exclude = ["packages/seeds"]
"""


def test_pep_621_735_and_uv() -> None:
    found = inventory({"pyproject.toml": PEP_621})
    assert rows(found) == [
        ("hatch-vcs", "", "build", 2),
        ("hatchling", ">=1.25", "build", 2),
        ("httpx", ">=0.27,<1", "runtime", 12),
        ("uvicorn", ">=0.30", "runtime", 13),
        ("local", "git+https://github.com/acme/local@v1", "runtime", 14),
        ("ruamel.yaml", "==0.18.6", "runtime", 15),
        ("asyncpg", "~=0.29", "optional", 19),
        ("pytest", ">=8", "development", 25),
        ("ruff", "", "development", 26),
        ("mypy", "==1.11.0", "development", 29),
    ]
    assert "pkg:pypi/ruamel-yaml@0.18.6" in purls(found)
    assert runtimes(found) == [("Python", ">=3.11", 10)]
    (manifest,) = found.manifests
    assert (manifest.name, manifest.version, manifest.licence) == ("Acme_Shop", "1.0", "Apache-2.0")
    assert manifest.kind is Kind.COMMAND_LINE_TOOL
    assert manifest.workspace_manager == "uv"


POETRY = """
[tool.poetry]
name = "shop"
version = "0.3.0"
license = "MIT"

[tool.poetry.dependencies]
python = "^3.10"
django = "^5.0"
psycopg = { version = "^3.1", extras = ["binary"], optional = true }
tool = { git = "https://github.com/acme/tool.git", tag = "v1" }
pinned = "1.2.3"
several = [{ version = "<2", python = "<3.9" }, { version = ">=2", python = ">=3.9" }]

[tool.poetry.group.dev.dependencies]
pytest = "*"

[tool.poetry.dev-dependencies]
black = "24.1.0"
"""


def test_poetry_tables() -> None:
    found = inventory({"pyproject.toml": POETRY})
    assert rows(found) == [
        ("django", "^5.0", "runtime", 8),
        ("psycopg", "^3.1", "optional", 9),
        ("tool", "https://github.com/acme/tool.git", "runtime", 10),
        ("pinned", "1.2.3", "runtime", 11),
        ("several", "<2 || >=2", "runtime", 12),
        ("pytest", "*", "development", 15),
        ("black", "24.1.0", "development", 18),
    ]
    assert runtimes(found) == [("Python", "^3.10", 7)]
    assert "pkg:pypi/pinned@1.2.3" in purls(found)


def test_poetry_beside_project_adds_sources_and_no_second_entry() -> None:
    found = inventory(
        {
            "pyproject.toml": """
                [project]
                name = "shop"
                dependencies = ["Django>=5"]
                [tool.poetry.dependencies]
                django = { source = "private" }
                extra = "^1"
            """
        }
    )
    assert rows(found) == [("Django", ">=5", "runtime", 3), ("extra", "^1", "runtime", 6)]


def test_a_pyproject_that_only_configures_tools_is_no_component() -> None:
    found = inventory({"pyproject.toml": "[tool.ruff]\nline-length = 100\n"})
    assert [manifest.is_component for manifest in found.manifests] == [False]
    assert found.problems == ()


def test_a_uv_workspace_has_members_and_one_lock() -> None:
    found = inventory(
        {
            "pyproject.toml": PEP_621,
            "packages/a/pyproject.toml": '[project]\nname = "a"\ndependencies = ["Httpx"]\n',
            "packages/seeds/pyproject.toml": '[project]\nname = "seeds"\n',
            "uv.lock": 'version = 1\n\n[[package]]\nname = "httpx"\nversion = "0.27.2"\n',
        }
    )
    assert found.workspaces == (Workspace(path="pyproject.toml", manager="uv", members=("packages/a",)),)
    assert {(one.component, one.locked) for one in found.packages if one.name.lower() == "httpx"} == {
        ("", "0.27.2"),
        ("packages/a", "0.27.2"),
    }


HOSTILE = {
    "a table as dependencies": ("pyproject.toml", "[project]\ndependencies = {a = 1}\n", "a table where a list", 2),
    "TOML slip": ("pyproject.toml", '[project]\nname = "a\n', "TOML:", 2),
    "TOML nested too deep": ("pyproject.toml", "a = " + "[" * 5_000, "nested", None),
    "a dotted key without end": ("pyproject.toml", "a" + ".a" * 200_000 + " = 1", "nested", None),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_problems(case: str) -> None:
    path, text, message, line = HOSTILE[case]
    (problem,) = inventory({path: text}).problems
    assert message in problem.message
    assert problem.line == line
