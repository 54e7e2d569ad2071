"""Check runs: neutral by default, failing by thresholds, annotated on lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bot.commands import check_run
from bot.commands.markdown import Links
from bot.model.report import Check, Evidence, Group, Publish, Report, State, Thresholds

MakeReport = Callable[..., Report]


def check(state: State, *lines: int, id: str = "pinned", path: str = "ci.yml", detail: str = "uses @main") -> Check:
    return Check(
        id=id, number=41, group=Group.SECURITY, title="Pinned", state=state, found="Not pinned.", next_step="Pin it.",
        evidence=tuple(Evidence(path=path, line=line, detail=detail) for line in lines), weight=3,
    )  # fmt: skip


def with_thresholds(report: Report, **thresholds: object) -> Report:
    return replace(report, publish=Publish(thresholds=Thresholds(**thresholds)))  # type: ignore[arg-type] # by name


def test_without_thresholds_it_is_neutral(make_report: MakeReport, links: Links) -> None:
    assert check_run.render_check(make_report(), links)[1] == "neutral"


def test_with_thresholds_met_it_succeeds(make_report: MakeReport, links: Links) -> None:
    output, conclusion = check_run.render_check(with_thresholds(make_report(), score=70), links)
    assert conclusion == "success"
    assert output.title == "Grade B, 78 of 100 (▲ 3)"


def test_with_thresholds_missed_it_fails_and_says_which(make_report: MakeReport, links: Links) -> None:
    report = replace(with_thresholds(make_report(), score=80), threshold_failures=("The score is 78, not 80.",))
    output, conclusion = check_run.render_check(report, links)
    assert conclusion == "failure"
    assert output.title.endswith(": 1 threshold missed")
    assert "- The score is 78, not 80." in output.summary


PULL_CASES: list[tuple[str, dict[str, object], str]] = [
    ("none", {}, "neutral"),
    ("score met", {"score": 70}, "success"),
    ("score missed", {"score": 80}, "failure"),
    ("a drop that is allowed", {"drop": 2}, "success"),
    ("a drop that is not", {"drop": 1}, "failure"),
    ("a group met", {"groups": {"quality": 50}}, "success"),
    ("a group missed", {"groups": {"quality": 51}}, "failure"),
    ("a group that could not be judged", {"groups": {"security": 90}}, "success"),
    ("a check that fails", {"fail_on": ("ci",)}, "failure"),
    ("a check that does not", {"fail_on": ("alerts",)}, "success"),
]


@pytest.mark.parametrize(("name", "thresholds", "conclusion"), PULL_CASES, ids=[case[0] for case in PULL_CASES])
def test_a_pull_request_is_judged_by_its_bases_thresholds(
    make_report: MakeReport, links: Links, name: str, thresholds: dict[str, object], conclusion: str
) -> None:
    base = with_thresholds(replace(make_report(), score=80), **thresholds)
    head = make_report()
    assert check_run.render_pull_request_check(base, head, links)[1] == conclusion


def test_a_pull_request_cannot_lower_its_own_bar(make_report: MakeReport, links: Links) -> None:
    base = with_thresholds(make_report(), score=90)
    assert check_run.render_pull_request_check(base, with_thresholds(make_report(), score=1), links)[1] == "failure"


def test_a_pull_requests_title_tells_the_difference(make_report: MakeReport, links: Links) -> None:
    base, head = replace(make_report(), score=80), make_report()
    assert check_run.pull_request_output(base, head, links).title == "−2 points: grade B, 78 of 100"
    other = replace(base, ruleset_version="0")
    assert "other rules" in check_run.pull_request_output(other, head, links).title
    unscored = replace(head, score=None)
    assert check_run.pull_request_output(base, unscored, links).title == "Not scored"


def test_annotations_stand_on_lines_failures_first(make_report: MakeReport, links: Links) -> None:
    report = make_report(checks=(check(State.WARN, 9, id="b"), check(State.FAIL, 1, 2), check(State.PASS, 5)))
    found = check_run.branch_output(report, links).annotations
    assert [(one.path, one.start_line, one.level) for one in found] == [
        ("ci.yml", 1, "warning"),
        ("ci.yml", 2, "warning"),
        ("ci.yml", 9, "notice"),
    ]
    assert found[0].message == "uses @main\nPin it."


def test_only_what_the_pull_request_brings_is_annotated(make_report: MakeReport, links: Links) -> None:
    """The same finding on another line has moved; one more of the same is new."""
    base = make_report(checks=(check(State.FAIL, 3),))
    moved = make_report(checks=(check(State.FAIL, 30),))
    more = make_report(checks=(check(State.FAIL, 30, 31), check(State.FAIL, 1, path="other.yml")))
    assert check_run.pull_request_output(base, moved, links).annotations == ()
    found = check_run.pull_request_output(base, more, links)
    assert [(one.path, one.start_line) for one in found.annotations] == [("ci.yml", 31), ("other.yml", 1)]
    assert "**New findings**" in found.summary


def test_a_pull_request_is_told_only_the_actions_of_what_it_turned(make_report: MakeReport, links: Links) -> None:
    head = make_report("Do it.")
    (action,) = head.actions
    turned, other = replace(action, check_id="ci", title="Turned"), replace(action, check_id="docs", title="Old")
    summary = check_run.pull_request_output(head, replace(head, actions=(other, turned)), links).summary
    assert "Turned" in summary
    assert "Old" not in summary


def test_what_is_too_much_is_told(make_report: MakeReport, links: Links) -> None:
    report = make_report(checks=(check(State.FAIL, *range(1, 301)),))
    output = check_run.branch_output(report, links)
    assert len(output.annotations) == check_run.MAX_ANNOTATIONS
    assert "100 more remarks" in output.summary
