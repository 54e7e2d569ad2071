"""docs/security.md promises a test for each threat: every one that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"tests/[\w/]+\.py::\w+", DOCUMENT)))
ROWS = [line for line in DOCUMENT.splitlines() if re.match(r"\| \d+ \|", line)]


@cache
def functions_of(path: str) -> frozenset[str]:
    """Names of the test functions of a file."""
    tree = ast.parse((ROOT / path).read_text())
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in found if node.name.startswith("test_"))


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert name in functions_of(path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_every_threat_has_a_file_and_a_test(row: str) -> None:
    _, _, threat, measure, shown, _ = row.split("|")
    assert threat.strip()
    assert re.search(r"tests/[\w/]+\.py::\w+", shown)
    named = re.findall(r"`([\w./-]+\.(?:py|yml|txt|html|toml))`", measure)
    assert named, "which file does it"
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_document_has_its_threats() -> None:
    assert len(ROWS) >= 30
    assert [int(row.split("|")[1]) for row in ROWS] == list(range(1, len(ROWS) + 1))
