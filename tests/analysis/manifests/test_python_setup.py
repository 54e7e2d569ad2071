"""setup.cfg, setup.py, Pipfile and conda environments."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import inventory, rows, runtimes

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
