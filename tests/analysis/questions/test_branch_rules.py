"""Is the default branch protected."""

from __future__ import annotations

import pytest

from bot.model.report import State
from bot.model.snapshot import BranchRules
from tests.analysis.builders import commits, facts, judged, library


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        (None, State.UNKNOWN),
        (BranchRules(), State.FAIL),
        (BranchRules(requires_pull_request=True), State.WARN),
        (BranchRules(requires_pull_request=True, requires_status_checks=True, blocks_force_push=True), State.PASS),
    ],
)
def test_branch_rules(rules: BranchRules | None, state: State) -> None:
    assert judged("branch-rules", library(), facts(branch_rules=rules)).state is state


def test_one_person_needs_no_pull_requests() -> None:
    rules = BranchRules(requires_status_checks=True, blocks_force_push=True)
    told = facts(branch_rules=rules, commits=commits(("ada", 9, 80, 2)), pull_requests=())
    assert judged("branch-rules", library(), told).state is State.PASS
