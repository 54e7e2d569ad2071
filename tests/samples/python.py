"""Samples in Python: a library at rest, and one with two licences."""

from __future__ import annotations

from datetime import datetime

from tests.fakehub.gitstore import GitStore
from tests.samples.history import ADA, GRACE, History, apache_licence, mit_licence

PYPROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tidemark"
version = "1.4.0"
description = "Tide tables from harmonic constants"
readme = "README.md"
requires-python = ">=3.10"
license = "{licence}"
dependencies = ["numpy>=1.26", "httpx>=0.27"]

[project.optional-dependencies]
plot = ["matplotlib>=3.8"]

[dependency-groups]
test = ["pytest>=8", "hypothesis>=6"]

[tool.ruff]
line-length = 100

[tool.mypy]
strict = true
"""
README = """# tidemark

Tide tables from harmonic constants, for harbours that no table covers.

## Installation

    pip install tidemark

## Usage

    from tidemark import heights
    heights("Husum", days=3)

## Contributing

Run `pytest`. Every change needs a test and a line in the changelog.

## Security

Write to security@example.test.
"""
MODULE = '''"""Heights from constants."""

from __future__ import annotations

import math


def height(hour: float, constants: list[tuple[float, float, float]]) -> float:
    """Height in metres at an hour: the sum of the harmonics (amplitude, speed, phase)."""
    # Speeds are degrees an hour, as tide books print them.
    return sum(a * math.cos(math.radians(speed * hour - phase)) for a, speed, phase in constants)


def extremes(constants: list[tuple[float, float, float]], hours: int = 25) -> tuple[float, float]:
    """Lowest and highest of the hours."""
    heights = [height(hour / 4, constants) for hour in range(hours * 4)]
    return min(heights), max(heights)
'''
TEST = """from tidemark import height


def test_one_harmonic_is_a_cosine() -> None:
    assert height(0, [(2.0, 30.0, 0.0)]) == 2.0
"""
CI = """name: test
on: [push, pull_request]
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "3.12"}
      - run: pip install . pytest hypothesis
      - run: pytest
"""


def _files(licence: str) -> dict[str, str | bytes | None]:
    return {
        "pyproject.toml": PYPROJECT.format(licence=licence),
        "README.md": README,
        "src/tidemark/__init__.py": MODULE,
        "src/tidemark/py.typed": "",
        "tests/test_height.py": TEST,
        ".github/workflows/test.yml": CI,
        "CHANGELOG.md": "# Changelog\n\n## 1.4.0\n\n- Extremes of a day.\n",
    }


def python_library(store: GitStore, now: datetime) -> None:
    """A finished library: 1.x released, quiet for half a year."""
    history = History(now)
    history.commit(900, ADA, "Heights", {**_files("MIT"), "LICENSE": mit_licence("Ada Lovelace")})
    history.tag("v1.0.0", 890)
    for month in range(28, 6, -3):
        history.commit(month * 30, GRACE, f"Constants of harbour {month}", {f"data/harbour{month}.csv": "M2,1.2,30\n"})
    history.tag("v1.4.0", 185)
    history.commit(182, ADA, "Say how to report a hole", {"SECURITY.md": "Write to security@example.test.\n"})
    history.write(store)


def dual_licence(store: GitStore, now: datetime) -> None:
    """MIT or Apache-2.0, as Rust projects like it."""
    history = History(now)
    licences = {"LICENSE-MIT": mit_licence("Grace Hopper"), "LICENSE-APACHE": apache_licence()}
    history.commit(60, GRACE, "Two licences", {**_files("MIT OR Apache-2.0"), **licences})
    history.commit(12, GRACE, "Explain the choice", {"docs/licensing.md": "Choose either.\n"})
    history.write(store)
