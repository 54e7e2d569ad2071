"""Summary, insights and actions."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model.report import Effort
from bot.model.snapshot import RepositoryFacts
from tests.analysis.builders import (
    ago,
    commits,
    facts,
    issue,
    library,
    local_facts,
    python_code,
    python_tests,
    release,
    report,
)


def _summary(files: dict[str, str | bytes], of: RepositoryFacts | None = None) -> str:
    return report(files, of).summary


def test_the_summary_names_kind_stack_and_state() -> None:
    text = _summary(library())
    assert text.startswith("demo is a Python library, under MIT, with ")
    assert "It is actively developed: there were 5 human commits by 2 people in the last 30 days." in text


def test_frameworks_are_named_and_test_tools_are_not() -> None:
    pyproject = '[project]\nname = "a"\nversion = "1"\ndependencies = ["fastapi", "sqlalchemy"]\n'
    pyproject += '[dependency-groups]\nt = ["pytest"]\n'
    text = _summary(library({"pyproject.toml": pyproject, "Dockerfile": "FROM scratch\n"}))
    assert "built with FastAPI and SQLAlchemy" in text
    assert "pytest" not in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"is_archived": True}, "It is archived and read-only."),
        ({"commits": (), "last_human_commit_at": ago(60)}, "It is maintained: the last human commit was 2 months ago."),
        (
            {"commits": (), "last_human_commit_at": ago(800), "issues": (), "pull_requests": (), "releases": ()},
            "Nobody has worked on it for a while: no human commit",
        ),
    ],
)
def test_state_sentences(changes: dict[str, Any], said: str) -> None:
    assert said in _summary(library(), facts(**{"releases": (), **changes}))


def test_an_unknown_state_is_not_talked_about() -> None:
    text = _summary(library(), local_facts(commits=None, releases=None))
    assert "actively" not in text
    assert "Nobody" not in text


def test_a_tiny_repository_is_described_not_judged() -> None:
    assert _summary({"a.sh": "echo hi\n"}, facts(name="tiny")).startswith(
        "tiny holds little so far: `a.sh`, 1 line of Shell."
    )
    assert _summary({".github/FUNDING.yml": "github: ada\n"}).startswith("demo holds nothing but settings for GitHub.")


def _titles(files: dict[str, str | bytes], of: RepositoryFacts | None = None) -> list[str]:
    return [insight.title for insight in report(files, of).insights]


@pytest.mark.parametrize(
    ("title", "files", "changes"),
    [
        ("ada carries it", library(), {"commits": commits(("ada", 40, 300, 1), ("bo", 3, 300, 1))}),
        (
            "Much is done and not released",
            library(),
            {"commits": commits(("ada", 40, 80, 1)), "releases": (release("v1.0.0", 100),)},
        ),
        ("Work is slowing down", library(), {"commits": commits(("ada", 60, 190, 100), ("bo", 5, 80, 8))}),
        ("Work is picking up", library(), {"commits": commits(("ada", 5, 200, 100), ("bo", 60, 90, 8))}),
        ("Mostly bots at work", library(), {"commits": commits(("x[bot]", 40, 80, 1), ("bo", 5, 80, 8))}),
        ("More tests than code", library({"tests/test_more.py": python_tests(400)}), {}),
        ("A fork of up/stream", library(), {"is_fork": True, "parent": "up/stream"}),
        (
            "People get answers quickly",
            library(),
            {"issues": tuple(issue(n, 90 - n, answered_h=3) for n in range(20))},
        ),
        (
            "Half way to TypeScript",
            library({"web/a.ts": "export const a = 1;\n" * 400, "web/b.js": "export const b = 1;\n" * 400}),
            {},
        ),
        (
            "Finished rather than abandoned",
            library(),
            {
                "commits": (),
                "last_human_commit_at": ago(400),
                "releases": (release("v1.0.0", 400),),
                "issues": (),
                "pull_requests": (),
            },
        ),
        ("Its own authors advise against it", library({"README.md": "# T\n\nThis project is deprecated.\n"}), {}),
        (
            "It depends on nothing",
            library({"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "tally/b.py": python_code(200)}),
            {},
        ),
    ],
)
def test_insights(title: str, files: dict[str, str | bytes], changes: dict[str, Any]) -> None:
    assert title in _titles(files, facts(**changes))
    made = next(insight for insight in report(files, facts(**changes)).insights if insight.title == title)
    assert made.evidence
    assert made.description.endswith(".")


def test_an_ordinary_repository_gets_no_filler() -> None:
    assert _titles(library()) == []


def test_two_people_nearly_even_are_no_one_man_show() -> None:
    assert _titles(library(), facts(commits=commits(("ada", 22, 80, 1), ("bo", 20, 80, 1)))) == []


def test_little_coverage_is_told_with_its_reason() -> None:
    told = facts(
        issues=None,
        pull_requests=None,
        vulnerability_alerts=None,
        branch_rules=None,
        ci_state=None,
        unknown_reasons=dict.fromkeys(
            ("issues", "pull_requests", "vulnerability_alerts", "branch_rules", "ci_state"), "the App may not read it"
        ),
    )
    made = report(library(), told)
    assert made.insights[-1].title.startswith("Only ")
    assert "the App may not read it" in made.insights[-1].description


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
