"""What to do next, most valuable first."""

from __future__ import annotations

import pytest

from bot.model.report import Effort
from tests.analysis.builders import (
    facts,
    library,
    report,
)


def test_without_ci_one_action_answers_two_checks() -> None:
    made = report(library(without=[".github/workflows/ci.yml"]))
    first = made.actions[0]
    assert first.title == "Run the tests on every pull request"
    assert first.check_id == "ci"
    assert not any(action.check_id == "ci-tests" for action in made.actions)
    values = {check.id: check.weight for check in made.checks}
    judged = sum(check.weight for check in made.checks if check.share is not None)
    assert first.value == pytest.approx(100 * (values["ci"] + values["ci-tests"]) / judged, abs=0.1)


def test_actions_tell_effort_and_place() -> None:
    made = report(library(without=["tests/test_tally.py"]))
    action = next(action for action in made.actions if action.check_id == "tests")
    assert action.effort is Effort.DAYS
    assert action.evidence[0].path == "tally/__init__.py"


def test_fixing_the_first_action_brings_its_value() -> None:
    before = report(library(without=["LICENSE"]), facts(licence_spdx=None))
    action = next(action for action in before.actions if action.check_id == "licence")
    after = report(library())
    assert before.score is not None
    assert after.score is not None
    assert after.score - before.score == pytest.approx(action.value, abs=1)
