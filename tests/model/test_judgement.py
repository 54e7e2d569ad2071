"""Evidence in words, and stored without what it does not say."""

from __future__ import annotations

import json

import msgspec
import pytest

from bot.model.report import (
    Evidence,
)


@pytest.mark.parametrize(
    ("evidence", "shown"),
    [
        (Evidence(path="a.py"), "a.py"),
        (Evidence(path="a.py", line=3), "a.py:3"),
        (Evidence(path="a.py", line=3, detail="x"), "a.py:3 (x)"),
        (Evidence(field="history"), "history"),
        (Evidence(field="history", detail="7 commits"), "history (7 commits)"),
    ],
)
def test_evidence_in_words(evidence: Evidence, shown: str) -> None:
    assert str(evidence) == shown


def test_evidence_is_stored_without_what_it_does_not_say() -> None:
    assert json.loads(msgspec.json.encode(Evidence(path="a.py", line=1))) == {"path": "a.py", "line": 1}
