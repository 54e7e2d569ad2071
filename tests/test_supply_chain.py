"""What we run is what we chose: exact versions, and nothing that a page loads from elsewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PAGES = sorted(path for path in (ROOT / "bot/web").rglob("*") if path.suffix in {".html", ".css", ".js", ".svg"})

LOADED = re.compile(
    r"""(?:<(?:script|img|iframe|source|embed|object|use)\b[^>]*?(?:src|href|data)=|<link\b[^>]*?href=|@import\s+|url\()"""
    r"""["']?(?:https?:)?//""",
    re.IGNORECASE,
)
FETCHED = re.compile(r"""(?:fetch|EventSource|import)\(\s*["'`](?:https?:)?//""")


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    made = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(one.name): str(one.specifier) for one in made}


def test_every_package_has_one_exact_version() -> None:
    versions = pinned()
    assert len(versions) > 50, "those that come along are named too"
    assert [name for name, version in versions.items() if not re.fullmatch(r"==[\w.!+]+", version)] == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {canonicalize_name(Requirement(one).name) for one in asked if isinstance(one, str)}
    assert names - set(pinned()) == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_loads_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert not LOADED.search(text)
    assert not FETCHED.search(text)


def test_a_foreign_script_would_be_seen() -> None:
    assert LOADED.search('<script defer src="https://cdn.example/x.js">')
    assert LOADED.search("@import '//fonts.example/x.css'")
    assert FETCHED.search("fetch('https://thief.example/')")
