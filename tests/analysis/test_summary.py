"""The one to three sentences on top of a report."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.model.snapshot import RepositoryFacts
from tests.analysis.builders import (
    ago,
    commits,
    facts,
    library,
    local_facts,
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


def test_a_single_commit_is_no_development() -> None:
    assert "It is looked after: there was 1 human commit" in _summary(
        library(), facts(commits=commits(("ada", 1, 3, 3)))
    )


def test_what_stands_in_small_parts_is_not_what_it_is_built_with() -> None:
    files = library({"package.json": '{"private": true, "workspaces": ["ui", "big"]}'}, without=["pyproject.toml"])
    for name, lines in (("ui", 5), ("big", 500)):
        files[f"{name}/package.json"] = (
            f'{{"name": "{name}", "dependencies": {{"{"vue" if name == "ui" else "svelte"}": "5"}}}}'
        )
        files[f"{name}/a.js"] = "export const a = 1;\n" * lines
    text = _summary(files)
    assert "built with Svelte" in text
    assert "Vue" not in text


_REQUESTS = {"scripts/requirements.txt": "requests\n", "scripts/a.py": "import requests\n" * 60}


def test_infrastructure_is_named_by_what_it_runs_on() -> None:
    charts = {f"charts/{n}/Chart.yaml": f"name: {n}\nversion: 1.0.0\napiVersion: v2\n" for n in range(6)}
    charts |= {f"charts/{n}/templates/_names.tpl": '{{ define "a" }}b{{ end }}\n' * 40 for n in range(6)}
    text = _summary({**charts, **_REQUESTS, "README.md": "# Charts\n"}, facts(description="Charts"))
    assert "demo is an infrastructure repository built with Helm" in text


def test_notebooks_are_named_by_what_they_teach() -> None:
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": ["x = 1\n"] * 40}]})
    environment = "name: a\ndependencies:\n  - requests\n  - flask\n  - scikit-learn\n  - pandas\n"
    files: dict[str, str | bytes] = {"environment.yml": environment, **{f"{n}.ipynb": notebook for n in range(4)}}
    assert "built with scikit-learn, Jupyter, Pandas and Flask" in _summary(files)


def test_a_tools_libraries_are_not_its_face() -> None:
    pyproject = '[project]\nname = "a"\nversion = "1"\ndependencies = ["typer", "requests", "boto3"]\n'
    pyproject += '[project.scripts]\na = "tally:main"\n'
    text = _summary(library({"pyproject.toml": pyproject}), facts(description="A command-line tool that counts"))
    assert text.startswith("demo is a Python command-line tool, under MIT")
