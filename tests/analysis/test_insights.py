"""What an experienced engineer would notice."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model.snapshot import RepositoryFacts
from tests.analysis.builders import (
    ago,
    commits,
    facts,
    issue,
    judged,
    library,
    python_code,
    python_tests,
    release,
    report,
)


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


def test_a_workspace_whose_parts_depend_on_something_does_too() -> None:
    files = library({"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "tally/b.py": python_code(200)})
    part = {"packages/b/pyproject.toml": '[project]\nname = "b"\nversion = "1"\ndependencies = ["flask"]\n'}
    assert "It depends on nothing" in _titles(files)
    assert "It depends on nothing" not in _titles({**files, **part})


def test_of_a_quiet_year_the_last_commits_are_told() -> None:
    told = facts(commits=commits(("ada", 40, 900, 500), ("bo", 3, 900, 500)))
    described = next(i.description for i in report(library(), told).insights if i.title == "ada carries it")
    assert "40 of the last 43 human commits" in described
    assert judged("bus-factor", library(), told).found == "ada wrote 93 % of the last 43 human commits."


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
