"""`docs/engine.md` names a test for each feature; each must exist."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
NAMED = re.compile(r"`([\w./]+\.py)::(\w+)`")


def test_every_test_that_the_table_names_exists() -> None:
    named = NAMED.findall((HERE.parents[1] / "docs" / "engine.md").read_text())
    assert len(named) > 30
    for file, test in named:
        assert re.search(rf"^(async )?def {test}\(", (HERE / file).read_text(), re.M), f"{file} has no {test}"


def test_every_conformance_test_is_named() -> None:
    text = (HERE.parents[1] / "docs" / "engine.md").read_text()
    for file in HERE.glob("test_conformance*.py"):
        for test in re.findall(r"^async def (test_\w+)\(", file.read_text(), re.M):
            assert f"`{file.name}::{test}`" in text
