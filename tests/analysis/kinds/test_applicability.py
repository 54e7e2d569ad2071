"""The checks that a kind makes no sense for, and why."""

from __future__ import annotations

import pytest

from bot.analysis.kinds import NOT_FOR, NOUNS, reason_for
from bot.model.report import Kind
from tests.analysis.builders import report


@pytest.mark.parametrize("kind", list(Kind))
def test_reasons_read_as_sentences(kind: Kind) -> None:
    assert NOUNS[kind]
    for check in NOT_FOR:
        reason = reason_for(check, kind)
        assert "{" not in reason
        if reason:
            assert reason.startswith(("a ", "an "))


def test_a_check_that_passes_anyway_keeps_its_points() -> None:
    pages = {f"docs/{n}.md": "# Page\n\nWords.\n" for n in range(20)}
    made = report({"mkdocs.yml": "site_name: x\n", "CHANGELOG.md": "# Log\n", **pages})
    assert made.kind is Kind.DOCS_SITE
    changelog = next(check for check in made.checks if check.id == "changelog")
    assert changelog.share == 1.0
