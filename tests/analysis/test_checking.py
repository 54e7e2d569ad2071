"""Findings become checks: weight, kind, configuration and emptiness have their say."""

from __future__ import annotations

from typing import Any

import pytest

from bot.analysis.checking import make_checks, threshold_failures
from bot.analysis.config import RadarConfig
from bot.analysis.finding import Finding, at, failed, not_applicable, passed, unknown, warned
from bot.analysis.weights import BY_ID, RULES
from bot.model.report import Check, Group, Publish, State, Thresholds
from tests.analysis.builders import ago, facts, library, release, report, view

PATH = ".github/radar.yml"


def _checks(
    findings: dict[str, Finding], files: dict[str, str | bytes] | None = None, **changes: Any
) -> dict[str, Check]:
    """The checks of findings (all others pass) on a view of `files`."""
    answers = [findings.get(rule.id, passed(rule.id, "fine")) for rule in RULES]
    seen = view(library() if files is None else files, facts(**changes))
    return {check.id: check for check, _ in make_checks(seen, answers)}


def test_one_check_a_rule_in_the_order_of_the_table() -> None:
    answers = [passed(rule.id, "fine") for rule in reversed(RULES)]
    made = make_checks(view(library()), answers)
    assert [check.id for check, _ in made] == [rule.id for rule in RULES]
    assert all(finding.check == check.id for check, finding in made)


@pytest.mark.parametrize(
    ("finding", "share"),
    [
        (passed("tests", "f"), 1.0),
        (failed("tests", "f"), 0.0),
        (warned("tests", "f"), 0.5),
        (warned("tests", "f", share=0.123456), 0.1235),
        (Finding(check="tests", state=State.FAIL, found="f", share=0.9), 0.0),
        (Finding(check="tests", state=State.PASS, found="f", share=0.1), 1.0),
        (Finding(check="tests", state=State.WARN, found="f"), 0.5),
        (unknown("tests", "why"), None),
        (not_applicable("tests", "why"), None),
    ],
    ids=["pass", "fail", "warn", "warn with a share", "fail earns nothing", "pass earns all", "warn without share",
         "unknown", "not applicable"],
)  # fmt: skip
def test_the_share_follows_the_state(finding: Finding, share: float | None) -> None:
    check = _checks({"tests": finding})["tests"]
    assert check.share == share
    assert check.weight == BY_ID["tests"].weight


def test_words_become_sentences_and_evidence_is_cut() -> None:
    many = [at("a.py", line) for line in range(1, 40)]
    check = _checks({"tests": failed("tests", "there are none", *many, next_step="Begin.")})["tests"]
    assert check.found.endswith(".")
    assert check.next_step == "Begin."
    assert len(check.evidence) == 20
    assert _checks({"tests": unknown("tests", "no permission")})["tests"].reason == "No permission."


def test_what_passes_needs_no_next_step() -> None:
    made = Finding(check="tests", state=State.PASS, found="f", next_step="Nothing.")
    assert _checks({"tests": made})["tests"].next_step == ""


_OFF = "checks:\n  tests:\n    off: They live elsewhere.\n"
_ALL_PRIVATE = {
    "package.json": '{"name": "root", "private": true, "workspaces": ["packages/*"]}',
    **{f"packages/{name}/package.json": f'{{"name": "{name}", "private": true}}' for name in ("a", "b", "c")},
    **{f"packages/{name}/index.js": "export const a = 1;\n" * 100 for name in ("a", "b", "c")},
}


@pytest.mark.parametrize(
    ("check_id", "files", "changes", "reason"),
    [
        ("tests", library({PATH: _OFF}), {}, "switched off in `.github/radar.yml`: They live elsewhere."),
        ("tests", {}, {}, "the repository is empty"),
        ("ci", {"a.sh": "echo\n"}, {}, "there is hardly anything in the repository yet"),
        ("releases", _ALL_PRIVATE, {}, "all of its packages are private: nothing is published"),
        ("tests", library(), {"is_archived": True}, "the repository is archived: nobody can act on it"),
        ("publishing", library({PATH: "kind: docs-site\n"}), {}, "is not published as a package"),
    ],
    ids=["switched off", "empty", "tiny", "all private", "archived", "kind"],
)
def test_what_does_not_apply_says_why(
    check_id: str, files: dict[str, str | bytes], changes: dict[str, Any], reason: str
) -> None:
    check = _checks({check_id: failed(check_id, "f")}, files, **changes)[check_id]
    assert check.state is State.NOT_APPLICABLE
    assert check.share is None
    assert reason.lower() in check.reason.lower()


@pytest.mark.parametrize(
    ("check_id", "files", "changes"),
    [
        ("readme", {"a.sh": "echo\n"}, {}),
        ("secrets", library(), {"is_archived": True}),
        ("tests", library({"package.json": '{"name": "x", "private": true}'}), {}),
        ("releases", library(), {}),
    ],
    ids=["a tiny one needs a README", "an archive keeps its credentials", "private, no monorepo", "ordinary"],
)
def test_what_applies_all_the_same(check_id: str, files: dict[str, str | bytes], changes: dict[str, Any]) -> None:
    assert _checks({check_id: failed(check_id, "f")}, files, **changes)[check_id].state is State.FAIL


def test_the_place_of_the_switch_is_the_evidence() -> None:
    check = _checks({"tests": failed("tests", "f")}, library({PATH: _OFF}))["tests"]
    assert [(one.path, one.line) for one in check.evidence] == [(PATH, 3)]


def test_what_is_there_although_the_kind_asks_no_one_for_it_earns_its_points() -> None:
    files = library({PATH: "kind: docs-site\n"})
    assert _checks({"publishing": passed("publishing", "f")}, files)["publishing"].state is State.PASS
    assert _checks({"publishing": failed("publishing", "f")}, files)["publishing"].state is State.NOT_APPLICABLE


def _judged(state: State, check_id: str = "tests", component: str = "") -> Check:
    return Check(
        id=check_id, number=1, group=Group.QUALITY, title="Has tests", state=state, found="None.", component=component
    )


def _config(**thresholds: Any) -> RadarConfig:
    return RadarConfig(path=PATH, publish=Publish(thresholds=Thresholds(**thresholds)))


@pytest.mark.parametrize(
    ("thresholds", "score", "before", "said"),
    [
        ({}, 0, 100, []),
        ({"score": 80}, 80, None, []),
        ({"score": 80}, 79, None, ["The score is 79; `.github/radar.yml` asks for 80."]),
        ({"score": 80}, None, None, []),
        ({"drop": 5}, 75, 80, []),
        ({"drop": 5}, 74, 80, ["The score fell from 80 to 74; `.github/radar.yml` allows a drop of 5."]),
        ({"drop": 0}, 79, 80, ["The score fell from 80 to 79; `.github/radar.yml` allows a drop of 0."]),
        ({"drop": 5}, 10, None, []),
        ({"drop": 5}, None, 80, []),
        ({"drop": 5}, 90, 80, []),
        ({"groups": {"quality": 60}}, 50, None, ["The score of quality is 59; `.github/radar.yml` asks for 60."]),
        ({"groups": {"quality": 59}}, 50, None, []),
        ({"groups": {"community": 60}}, 50, None, []),
        ({"fail_on": ("tests",)}, 50, None, ["Has tests: None."]),
        ({"fail_on": ("licence",)}, 50, None, []),
    ],
)
def test_thresholds(thresholds: dict[str, Any], score: int | None, before: int | None, said: list[str]) -> None:
    checks = [_judged(State.FAIL), _judged(State.WARN, "licence")]
    groups = {"quality": 59, "community": None}
    assert list(threshold_failures(checks, score, groups, _config(**thresholds), before)) == said


def test_a_component_does_not_fail_the_whole() -> None:
    failing = [_judged(State.FAIL, component="packages/a")]
    assert threshold_failures(failing, 50, {}, _config(fail_on=("tests",)), None) == ()


def test_thresholds_that_are_missed_are_sentences() -> None:
    made = report(library({PATH: "thresholds: {score: 100, groups: {community: 100}, fail_on: [contributing]}\n"}))
    assert len(made.threshold_failures) == 3
    assert all(sentence.endswith(".") for sentence in made.threshold_failures)
    assert report(library()).threshold_failures == ()


def test_a_quiet_repository_is_not_an_archive() -> None:
    check = _checks({"tests": failed("tests", "f")}, commits=(), pushed_at=ago(900), last_human_commit_at=ago(900))
    assert check["tests"].state is State.FAIL


_VERSIONS = {"releases": tuple(release(f"v1.{n}.0", 30 * n) for n in (1, 2, 3))}


@pytest.mark.parametrize(
    ("kind", "changes", "state"),
    [
        ("application", _VERSIONS, State.FAIL),
        ("infrastructure", _VERSIONS, State.FAIL),
        ("application", {"releases": (release("v1.0.0", 30),)}, State.NOT_APPLICABLE),
        ("docs-site", _VERSIONS, State.NOT_APPLICABLE),
    ],
)
def test_what_is_released_in_versions_is_asked_what_is_asked_of_releases(
    kind: str, changes: dict[str, Any], state: State
) -> None:
    files = library({PATH: f"kind: {kind}\n"})
    assert _checks({"publishing": failed("publishing", "f")}, files, **changes)["publishing"].state is state


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("DEPRECATED: use something else.", State.NOT_APPLICABLE),
        ("We are looking for new maintainers!", State.FAIL),
        ("It counts.", State.FAIL),
    ],
)
def test_nobody_is_asked_to_work_on_what_is_given_up(said: str, state: State) -> None:
    files = library({"README.md": f"# Tally\n\n{said}\n"})
    assert _checks({"tests": failed("tests", "f")}, files)["tests"].state is state
