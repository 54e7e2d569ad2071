"""Python's manifests: pyproject.toml, requirements files, setup.cfg, setup.py, Pipfile and conda."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import Workspace, is_manifest
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
    assert manifest.is_workspace_root


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


REQUIREMENTS = """
# the web
-r base.txt
-c constraints.txt
--extra-index-url https://example.test/simple
flask==3.0.3 \\
    --hash=sha256:aaaa
requests[socks]>=2.31 ; python_version >= "3.9"  # comment
-e git+https://github.com/acme/tool.git#egg=acme-tool
./wheels/thing-1.0-py3-none-any.whl
https://example.test/other-2.0.tar.gz#egg=other
"""


def test_requirements_files_follow_lines_options_and_includes() -> None:
    found = inventory(
        {
            "requirements.txt": REQUIREMENTS,
            "base.txt": "urllib3<3\n-r requirements.txt\n",
            "constraints.txt": "idna==3.7\n",
            "requirements-dev.txt": "pytest\n",
            "requirements/lint.in": "ruff>=0.5\n",
        }
    )
    assert rows(found, "requirements.txt") == [
        ("flask", "==3.0.3", "runtime", 5),
        ("requests", ">=2.31", "runtime", 7),
        ("acme-tool", "git+https://github.com/acme/tool.git", "runtime", 8),
        ("thing", "./wheels/thing-1.0-py3-none-any.whl", "runtime", 9),
        ("other", "https://example.test/other-2.0.tar.gz", "runtime", 10),
    ]
    assert rows(found, "base.txt") == [("urllib3", "<3", "runtime", 1)]
    assert rows(found, "requirements-dev.txt") == [("pytest", "", "development", 1)]
    assert rows(found, "requirements/lint.in") == [("ruff", ">=0.5", "development", 1)]
    assert found.problems == ()


def test_a_missing_include_and_a_wrong_line_are_problems() -> None:
    found = inventory({"requirements.txt": "-r gone.txt\n===nonsense\n"})
    assert [(problem.message, problem.line) for problem in found.problems] == [
        ("It includes `gone.txt`, which is not in the repository.", 1),
        ("`===nonsense` is no valid Python requirement.", 2),
    ]


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("requirements.txt", True),
        ("requirements-dev.txt", True),
        ("dev-requirements.in", True),
        ("requirements/base.txt", True),
        ("docs/requirements.txt", True),
        ("requirements/README.txt", False),
        ("notes.txt", False),
        ("CMakeLists.txt", True),
        ("node_modules/a/package.json", False),
        ("tests/fixtures/package.json", False),
        ("robots.txt", False),
    ],
)
def test_which_files_are_manifests(path: str, is_one: bool) -> None:
    assert is_manifest(path) is is_one


SETUP_CFG = """
[metadata]
name = shop
version = 1.2
license = MIT

[options]
python_requires = >=3.8
install_requires =
    requests >= 2
    click<9; os_name == "nt"
setup_requires = wheel
tests_require =
    pytest

[options.extras_require]
s3 =
    boto3

[options.entry_points]
console_scripts =
    shop = shop:main
"""


def test_setup_cfg() -> None:
    found = inventory({"setup.cfg": SETUP_CFG})
    assert rows(found) == [
        ("requests", ">=2", "runtime", 9),
        ("click", "<9", "runtime", 10),
        ("wheel", "", "build", 11),
        ("pytest", "", "development", 13),
        ("boto3", "", "optional", 17),
    ]
    assert runtimes(found) == [("Python", ">=3.8", 7)]
    assert found.manifests[0].entry_points == ("shop",)
    assert [(one.text, one.evidence.line) for one in found.declared_licences] == [("MIT", 4)]


SETUP_PY = '''
"""Builds the shop."""
from setuptools import setup, find_packages
import sys

VERSION = "2.0"
BASE = ["requests>=2", "attrs"]
EXTRAS = {"dev": ["pytest"]}

setup(
    name="shop",
    version=VERSION,
    license="BSD-3-Clause",
    packages=find_packages(),
    python_requires=">=3.9",
    install_requires=BASE + [
        "click>=8",
    ],
    tests_require=["nose"],
    extras_require=EXTRAS,
    setup_requires=open("build.txt").read().split(),
    entry_points={"console_scripts": ["shop=shop.cli:main"]},
)
'''


def test_a_literal_setup_py_is_read_without_running_it() -> None:
    found = inventory({"setup.py": SETUP_PY})
    assert rows(found) == [
        ("attrs", "", "runtime", 6),
        ("requests", ">=2", "runtime", 6),
        ("pytest", "", "optional", 7),
        ("click", ">=8", "runtime", 16),
        ("nose", "", "development", 18),
    ]
    (manifest,) = found.manifests
    assert (manifest.name, manifest.version, manifest.licence) == ("shop", "2.0", "BSD-3-Clause")
    assert manifest.entry_points == ("shop",)
    assert runtimes(found) == [("Python", ">=3.9", 14)]


PIPFILE = """
[packages]
flask = "*"
django = {version = "==5.0.1", extras = ["argon2"]}

[dev-packages]
pytest = ">=8"

[requires]
python_version = "3.12"
"""


def test_pipfile_with_its_lock() -> None:
    found = inventory(
        {
            "Pipfile": PIPFILE,
            "Pipfile.lock": '{"default": {"flask": {"version": "==3.0.0"}}, '
            '"develop": {"pytest": {"version": "==8.1.0"}}}',
        }
    )
    assert rows(found) == [
        ("flask", "*", "runtime", 2),
        ("django", "==5.0.1", "runtime", 3),
        ("pytest", ">=8", "development", 6),
    ]
    assert [package.locked for package in found.packages] == ["3.0.0", "", "8.1.0"]
    assert runtimes(found) == [("Python", "3.12", 9)]


def test_conda_environment() -> None:
    found = inventory(
        {
            "environment.yml": """
                name: lab
                channels: [conda-forge]
                dependencies:
                  - python=3.11
                  - numpy>=1.26
                  - conda-forge::pandas =2.2
                  - pip
                  - pip:
                      - torch==2.3.0
                      - -r extra.txt
            """
        }
    )
    assert rows(found) == [
        ("numpy", ">=1.26", "runtime", 5),
        ("pandas", "=2.2", "runtime", 6),
        ("pip", "", "runtime", 7),
        ("torch", "==2.3.0", "runtime", 9),
    ]
    assert [package.ecosystem for package in found.packages] == ["conda", "conda", "conda", "pypi"]
    assert runtimes(found) == [("Python", "3.11", 4)]


HOSTILE = {
    "null where a list is expected": ("environment.yml", "dependencies: null\n", "null where a list", 1),
    "a table as dependencies": ("pyproject.toml", "[project]\ndependencies = {a = 1}\n", "a table where a list", 2),
    "TOML slip": ("pyproject.toml", '[project]\nname = "a\n', "TOML:", 2),
    "TOML nested too deep": ("pyproject.toml", "a = " + "[" * 5_000, "nested", None),
    "a dotted key without end": ("pyproject.toml", "a" + ".a" * 200_000 + " = 1", "nested", None),
    "YAML aliases": (
        "environment.yml",
        "a: &a [x]\ndependencies: [" + "*a, " * 300 + "]\n",
        "aliases",
        2,
    ),
    "a YAML alias of itself": ("environment.yml", "a: &a\n  b: *a\n", "names nothing that is complete", 2),
    "deep YAML": ("environment.yml", "[" * 10_000, "nested deeper", 1),
    "no Python": ("setup.py", "def (:\n", "no valid Python", 1),
    "Python nested too deep": ("setup.py", "x = " + "(" * 5_000, "nested too deep", None),
    "minus without end": ("setup.py", "x = " + "-" * 50_000 + "1", "nested too deep", None),
    "no INI": ("setup.cfg", "name = 1\n", "no valid INI", 1),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_problems(case: str) -> None:
    path, text, message, line = HOSTILE[case]
    (problem,) = inventory({path: text}).problems
    assert message in problem.message
    assert problem.line == line
