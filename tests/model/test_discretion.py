"""What a report keeps to itself: no word, place or action of a sensitive check leaves it."""

from __future__ import annotations

import msgspec
import pytest

from bot.model.discretion import ALERTS, HIDDEN, SENSITIVE, discreet
from bot.model.report import Action, Check, Effort, Evidence, Group, Insight, Report, State, encode_report
from tests.storage.samples import report

_PLACE = Evidence(path="config/keys.py", line=7, detail="AWS access key")
_FIELD = Evidence(field="vulnerabilityAlerts.totalCount", detail="3")


def _check(id_: str, state: State, *evidence: Evidence) -> Check:
    return Check(
        id=id_,
        number=1,
        group=Group.SECURITY,
        title=id_,
        state=state,
        found=f"seen-{id_}",
        reason=f"reason-{id_}",
        next_step=f"step-{id_}",
        evidence=evidence,
        weight=5,
        share=0.0,
    )


def _action(check_id: str) -> Action:
    return Action(title=f"title-{check_id}", instruction=f"do-{check_id}", effort=Effort.HOURS, check_id=check_id)


def _report() -> Report:
    return msgspec.structs.replace(
        report(),
        checks=(
            _check("secrets", State.FAIL, _PLACE),
            _check("vulnerabilities", State.FAIL, _FIELD),
            _check("tests", State.FAIL, Evidence(path="a.py")),
        ),
        actions=tuple(_action(id_) for id_ in ("secrets", "vulnerabilities", "tests")),
        insights=(
            Insight(title="A key lies about", description="d", evidence=(Evidence(path="b"), _PLACE)),
            Insight(title="Ordinary", description="d", evidence=(Evidence(path="a.py"),)),
            Insight(title="Without a place", description="d"),
        ),
    )


def test_nothing_of_a_sensitive_check_is_left() -> None:
    shown = discreet(_report())
    body = encode_report(shown).decode()
    for word in ("keys.py", "AWS", "seen-secrets", "reason-secrets", "step-secrets", "do-secrets", "title-secrets"):
        assert word not in body
    for word in ("seen-vulnerabilities", "do-vulnerabilities", "totalCount"):
        assert word not in body
    assert [insight.title for insight in shown.insights] == ["Ordinary", "Without a place"]
    assert [action.check_id for action in shown.actions] == ["tests"]


def test_that_there_is_such_a_check_and_what_it_weighs_stays() -> None:
    made = _report()
    shown = discreet(made)
    assert [(one.id, one.state, one.weight, one.share) for one in shown.checks] == [
        (one.id, one.state, one.weight, one.share) for one in made.checks
    ]
    assert shown.checks[0].found == HIDDEN
    assert shown.checks[2] == made.checks[2]
    assert (shown.score, shown.grade) == (made.score, made.grade)


def test_alerts_alone_may_be_hidden() -> None:
    shown = discreet(_report(), hide=ALERTS)
    assert shown.checks[0].evidence == (_PLACE,)
    assert shown.checks[1].found == HIDDEN
    assert [action.check_id for action in shown.actions] == ["secrets", "tests"]
    assert ALERTS < SENSITIVE


@pytest.mark.parametrize("hide", [SENSITIVE, ALERTS, frozenset({"gone"}), frozenset()])
def test_what_hides_nothing_is_the_report_itself(hide: frozenset[str]) -> None:
    made = msgspec.structs.replace(_report(), checks=(_check("tests", State.FAIL),))
    assert discreet(made, hide=hide) is made


def test_hiding_twice_changes_nothing_more() -> None:
    once = discreet(_report())
    assert discreet(once) == once
