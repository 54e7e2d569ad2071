"""Is CODEOWNERS right, alive and complete."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import commits, facts, judged, library

_TEAM = commits(("ada", 8, 80, 3), ("grace", 6, 75, 5), ("linus", 5, 70, 2))


@pytest.mark.parametrize(
    ("text", "state", "line"),
    [
        ("* @octo/team\n", State.PASS, 1),
        ("# all\n* @octo/team\n/gone/ @ada\n", State.WARN, 3),
        ("* @octo/team\n/tally/ nobody\n", State.WARN, 2),
        ("* @octo/team\n!tests @ada\n", State.WARN, 2),
        ("/tests/ @ada\n", State.WARN, 1),
        ("# nothing\n", State.WARN, 1),
    ],
    ids=["whole", "dead rule", "no owner", "negation", "little covered", "empty"],
)
def test_codeowners(text: str, state: State, line: int) -> None:
    check = judged("codeowners", library({".github/CODEOWNERS": text}), facts(commits=_TEAM))
    assert check.state is state
    assert check.evidence[0].line == line


def test_codeowners_is_asked_of_teams_only() -> None:
    assert judged("codeowners", library(), facts(commits=_TEAM)).state is State.FAIL
    assert judged("codeowners", library()).state is State.NOT_APPLICABLE
    assert judged("codeowners", library(), facts(commits=None)).state is State.UNKNOWN
    assert judged("codeowners", library({"OWNERS": "approvers:\n- ada\n"}), facts(commits=_TEAM)).state is State.PASS
