"""The README's pictures: each is there, small, and taken by a browser test; none is left over."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "docs" / "images").iterdir())
MAX_BYTES = 150_000


def test_the_readmes_pictures_are_those_that_the_browser_tests_take() -> None:
    shown = set(re.findall(r"docs/images/([\w-]+)\.webp", (ROOT / "README.md").read_text(encoding="utf-8")))
    taking = (ROOT / "tests" / "browser" / "test_dashboard.py").read_text(encoding="utf-8")
    assert {file.name for file in FILES} == {f"{name}.webp" for name in shown}
    assert {name for name in shown if f'"{name}"' not in taking} == set()


def test_the_pictures_are_small() -> None:
    assert {file.name: file.stat().st_size for file in FILES if file.stat().st_size > MAX_BYTES} == {}
