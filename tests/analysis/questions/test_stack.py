"""Manifests, dependencies, technologies and deployment."""

from __future__ import annotations

from bot.model.report import State
from tests.analysis.builders import check, judged, library, report


def test_a_manifest_that_does_not_parse_is_told_with_its_line() -> None:
    check = judged("manifests", library({"package.json": '{"name": "x",\n  "dependencies": [}\n'}))
    assert check.state is State.WARN
    assert any(evidence.path == "package.json" and evidence.line for evidence in check.evidence)


def test_a_workflow_that_does_not_parse_is_none_of_its_business() -> None:
    assert judged("manifests", library({".github/workflows/x.yml": "a: [\n"})).state is State.PASS


def test_dependencies_are_counted_once_and_by_ecosystem() -> None:
    files = library(
        {
            "package.json": '{"name": "w", "dependencies": {"react": "^18"}, '
            '"devDependencies": {"vite": "^5", "react": "^18"}}'
        }
    )
    assert judged("dependencies", files).found == "3 direct dependencies (2 from npm and 1 from PyPI), 2 at run time."


def test_deployment_files_are_told() -> None:
    check = judged("deployment", library({"Dockerfile": "FROM scratch\n", "fly.toml": "app = 'x'\n"}))
    assert "Docker" in check.found
    assert "Fly.io" in check.found
    assert judged("deployment", library()).state is State.NOT_APPLICABLE


def test_tasks_called_like_a_tool_are_no_compose_file() -> None:
    tasks = "- name: Install compose\n  package: {name: docker-compose}\n"
    files: dict[str, str | bytes] = {
        "tasks/docker-compose.yml": tasks,
        "tasks/main.yml": tasks,
        "meta/main.yml": "{}\n",
    }
    made = report(files)
    assert check(made, "manifests").state is State.NOT_APPLICABLE
    assert check(made, "deployment").state is State.NOT_APPLICABLE
    assert [one.name for one in made.tech_stack] == ["Ansible"]


def test_a_template_of_a_dockerfile_is_not_read_as_one() -> None:
    files: dict[str, str | bytes] = {"Dockerfile.template": "{{ header }}\nRUN a\n", "Dockerfile-b.in": "RUN b\n"}
    assert judged("manifests", files).state is State.NOT_APPLICABLE


def test_what_tests_deploy_is_not_deployed() -> None:
    files = library({"tests/data/main.tf": 'resource "a" "b" {}\n', "tests/data/Dockerfile": "FROM alpine:3.20\n"})
    assert judged("deployment", files).state is State.NOT_APPLICABLE
