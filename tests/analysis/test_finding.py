"""What one question answers: each word gives its state, its share and its evidence."""

from __future__ import annotations

import pytest

from bot.analysis.finding import Finding, api, at, failed, not_applicable, passed, told, unknown, warned
from bot.model.report import Effort, Evidence, State

_HERE = at("a.py", 3, "x")


@pytest.mark.parametrize(
    ("finding", "state", "share", "evidence"),
    [
        (passed("tests", "Seen.", _HERE), State.PASS, None, (_HERE,)),
        (warned("tests", "Seen.", _HERE), State.WARN, 0.5, (_HERE,)),
        (warned("tests", "Seen.", share=0.2), State.WARN, 0.2, ()),
        (failed("tests", "Seen.", _HERE, _HERE), State.FAIL, None, (_HERE, _HERE)),
        (told("tests", "Seen."), State.PASS, None, ()),
    ],
)
def test_judged(finding: Finding, state: State, share: float | None, evidence: tuple[Evidence, ...]) -> None:
    assert (finding.check, finding.found) == ("tests", "Seen.")
    assert (finding.state, finding.share, finding.evidence) == (state, share, evidence)


@pytest.mark.parametrize(
    ("finding", "state", "found"),
    [
        (unknown("tests", "no permission"), State.UNKNOWN, "Not known."),
        (unknown("tests", "no permission", found="Perhaps."), State.UNKNOWN, "Perhaps."),
        (not_applicable("tests", "no permission"), State.NOT_APPLICABLE, "Not applicable."),
    ],
)
def test_not_judged_says_why_and_earns_no_share(finding: Finding, state: State, found: str) -> None:
    assert (finding.state, finding.found, finding.reason) == (state, found, "no permission")
    assert finding.share is None
    assert finding.action == ""


def test_what_to_do_travels_with_it() -> None:
    for made in (
        warned("tests", "f", action="Write", next_step="Begin.", effort=Effort.DAYS),
        failed("tests", "f", action="Write", next_step="Begin.", effort=Effort.DAYS),
    ):
        assert (made.action, made.next_step, made.effort) == ("Write", "Begin.", Effort.DAYS)


def test_evidence_is_a_place_in_the_tree_or_a_field_of_the_api() -> None:
    assert at("a.py", 3, "x") == Evidence(path="a.py", line=3, detail="x")
    assert at("a.py") == Evidence(path="a.py")
    assert api("history", "x") == Evidence(field="history", detail="x")
