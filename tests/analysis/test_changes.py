"""The difference between two reports."""

from __future__ import annotations

import msgspec

from bot.analysis import analyze, compare
from bot.model.report import State, Status
from tests.analysis.builders import NOW, ago, facts, library, report, snapshot

_PROJECT = '[project]\nname = "tally"\nversion = "1"\nlicense = "MIT"\n'
_BEFORE = library({"pyproject.toml": _PROJECT + 'dependencies = ["attrs>=23", "flask>=2"]\n'})
_AFTER = library(
    {
        "pyproject.toml": _PROJECT + 'dependencies = ["attrs>=24", "fastapi"]\n',
        "web/a.ts": "export const one = 1;\n" * 30,
        "SECURITY.md": "# Security\n\nWrite to a@example.org.\n",
        "CODEOWNERS": "* @octo/team\n",
    }
)


def test_everything_that_may_change() -> None:
    previous = analyze(snapshot(_BEFORE), now=ago(7))
    changes = analyze(snapshot(_AFTER), now=NOW, previous=previous).changes
    assert changes is not None
    assert changes.previous_at == ago(7)
    assert changes.comparable
    assert [(p.name, p.before, p.after) for p in changes.packages_added] == [("fastapi", "", "*")]
    assert [(p.name, p.before, p.after) for p in changes.packages_removed] == [("flask", ">=2", "")]
    assert [(p.name, p.before, p.after) for p in changes.packages_moved] == [("attrs", ">=23", ">=24")]
    assert "FastAPI" in changes.technologies_added
    assert "Flask" in changes.technologies_removed
    assert changes.languages_added == ("TypeScript",)
    assert changes.owners_added == ("@octo/team",)
    turned = {(turn.id, turn.before, turn.after) for turn in changes.checks}
    assert ("security-policy", State.FAIL, State.PASS) in turned
    assert changes.score_before is not None
    assert changes.score_after is not None
    assert changes.score_after > changes.score_before


def test_the_same_report_has_no_changes() -> None:
    one = report(_BEFORE)
    changes = compare(one, one)
    assert not changes.checks
    assert not changes.packages_added
    assert not changes.packages_removed
    assert not changes.packages_moved
    assert changes.score_before == changes.score_after


def test_another_ruleset_or_configuration_is_not_compared() -> None:
    one = report(_BEFORE)
    assert not compare(msgspec.structs.replace(one, ruleset_version="0.9"), one).comparable
    assert not compare(report({**_BEFORE, ".github/radar.yml": "kind: data\n"}), one).comparable


def test_status_and_licence() -> None:
    one = report(_BEFORE)
    two = report(library(without=["LICENSE", "pyproject.toml"]), facts(is_archived=True, licence_spdx=None))
    changes = compare(one, two)
    assert (changes.status_before, changes.status_after) == (Status.ACTIVE, Status.ARCHIVED)
    assert (changes.licence_before, changes.licence_after) == ("MIT", "")


def test_a_drop_beyond_the_threshold_fails() -> None:
    config = {".github/radar.yml": "thresholds: {drop: 1}\n"}
    previous = analyze(snapshot({**_AFTER, **config}), now=ago(1))
    worse = analyze(
        snapshot({**library(without=["LICENSE", "tests/test_tally.py"]), **config}), now=NOW, previous=previous
    )
    assert len(worse.threshold_failures) == 1
    assert "fell from" in worse.threshold_failures[0]
    assert analyze(snapshot({**_AFTER, **config}), now=NOW, previous=previous).threshold_failures == ()
