"""`bot/x/y.py` has `tests/x/test_y.py`, and every file says in its first line what it answers for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FACTS_AND_SHAPES = frozenset(
    {
        "bot/functions/deps.py",
        "bot/model/batch.py",
        "bot/model/delivery.py",
        "bot/model/event.py",
        "bot/model/holdings.py",
        "bot/model/installation.py",
        "bot/model/snapshot.py",
        "bot/storage/tables/base.py",
        "bot/storage/tables/deliveries.py",
        "bot/storage/tables/people.py",
        "bot/storage/tables/reports.py",
        "bot/storage/tables/repositories.py",
        "bot/storage/tables/upkeep.py",
        "bot/storage/tables/work.py",
        "bot/web/api_answers.py",
        "bot/web/api_queries.py",
    }
)
"""Types without behaviour: whatever uses them tests them; tables are held against the migrations."""

TESTED_ELSEWHERE = {
    "bot/__main__.py": "tests/test_cli.py",
    "bot/storage/migrations/env.py": "tests/storage/migrations/test_migrate.py",
    "bot/engine/connection.py": "tests/engine/test_server.py",
    "bot/storage/views_filters.py": "tests/storage/test_views_repositories.py",
    "bot/web/deps.py": "tests/web/test_health.py",
    "bot/web/visit.py": "tests/web/test_pages_account.py",
}
"""Glue that is met only together with what it holds together."""

SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "bot").rglob("*.py")
    if path.name != "__init__.py" and "versions" not in path.parts
)


def mirror_of(source: str) -> str:
    """Where the tests of `source` belong."""
    folder, _, name = source.removeprefix("bot/").rpartition("/")
    return f"tests/{folder}/test_{name}".replace("//", "/")


@pytest.mark.parametrize("source", sorted(set(SOURCES) - FACTS_AND_SHAPES - set(TESTED_ELSEWHERE)))
def test_every_file_has_its_tests(source: str) -> None:
    assert (ROOT / mirror_of(source)).is_file(), f"write {mirror_of(source)}"


def test_no_exception_outlives_its_reason() -> None:
    assert set(SOURCES) >= FACTS_AND_SHAPES | set(TESTED_ELSEWHERE)
    for source in FACTS_AND_SHAPES | set(TESTED_ELSEWHERE):
        assert not (ROOT / mirror_of(source)).exists(), f"{source} has its tests now"
    for where in TESTED_ELSEWHERE.values():
        assert (ROOT / where).is_file()


@pytest.mark.parametrize(
    "source", [*SOURCES, *sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "bot").rglob("__init__.py"))]
)
def test_the_first_line_says_what_it_answers_for(source: str) -> None:
    text = (ROOT / source).read_text(encoding="utf-8")
    doc = ast.get_docstring(ast.parse(text))
    assert doc or not text.strip(), "it has no docstring"
    if doc:
        assert doc.splitlines()[0][-1] in ".:?!)", "its first line is no sentence"
