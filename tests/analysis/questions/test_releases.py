"""Releases, their names and their age."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import ago, commits, facts, judged, library, release


@pytest.mark.parametrize(
    ("changes", "state", "found"),
    [
        ({}, State.PASS, "the latest v1.2.0"),
        ({"releases": ()}, State.FAIL, "no release"),
        ({"releases": (), "created_at": ago(10)}, State.NOT_APPLICABLE, ""),
        ({"releases": None}, State.UNKNOWN, ""),
        ({"releases": (release("summer", 50), release("spring", 90))}, State.WARN, "no semantic versions"),
        ({"releases": (release("v1.0.0", 500),), "commits": commits(("ada", 30, 400, 2))}, State.WARN, "not released"),
    ],
    ids=["regular", "none", "too new", "unknown", "names", "overdue"],
)
def test_releases(changes: dict[str, object], state: State, found: str) -> None:
    check = judged("releases", library(), facts(**changes))
    assert check.state is state
    assert found in check.found


def test_an_application_needs_none() -> None:
    files = {"manage.py": "import django\n" * 40, "requirements.txt": "django==5\n", "Dockerfile": "FROM scratch\n"}
    assert judged("releases", files, facts(releases=())).state is State.NOT_APPLICABLE
