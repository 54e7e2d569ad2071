"""CI present, tests on pull requests, state of HEAD."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import CI, facts, judged, library

_WORKFLOW = "name: {name}\non: {on}\njobs:\n  a:\n    steps:\n      - run: {run}\n"
_REUSED = "on: [pull_request]\njobs:\n  tests:\n    uses: octo/shared/.github/workflows/python.yml@v1\n"
_CALLS = "on: [pull_request]\njobs:\n  main:\n    uses: {}\n"


def _with(name: str, on: str = "[push, pull_request]", run: str = "pytest") -> dict[str, str | bytes]:
    path = f".github/workflows/{name}.yml"
    return library({path: _WORKFLOW.format(name=name, on=on, run=run)}, without=[".github/workflows/ci.yml"])


@pytest.mark.parametrize(
    ("files", "ci", "tests"),
    [
        (library(), State.PASS, State.PASS),
        (library(without=[".github/workflows/ci.yml"]), State.FAIL, State.FAIL),
        (_with("ci", on="[push]"), State.PASS, State.WARN),
        (_with("ci", run="ruff check ."), State.PASS, State.FAIL),
        (_with("stale", on="{schedule: [{cron: 1}]}", run="echo"), State.WARN, State.FAIL),
        (_with("labeler", on="[pull_request]", run="echo"), State.WARN, State.FAIL),
        (_with("release", on="{release: {}}", run="twine upload dist/*"), State.WARN, State.FAIL),
        (library({".github/workflows/ci.yml": "on: [push\n"}), State.FAIL, State.FAIL),
        (library({".github/workflows/ci.yml": _REUSED}), State.PASS, State.PASS),
        (library({".github/workflows/ci.yml": _CALLS.format("octo/w/tox.yml@v1")}), State.PASS, State.PASS),
        (library({".github/workflows/ci.yml": _CALLS.format("octo/w/go.yml@v1")}), State.PASS, State.UNKNOWN),
        (
            library({".travis.yml": "script: pytest\n"}, without=[".github/workflows/ci.yml"]),
            State.PASS,
            State.PASS,
        ),
        (library({"Jenkinsfile": "pipeline { }\n"}, without=[".github/workflows/ci.yml"]), State.PASS, State.UNKNOWN),
    ],
    ids=[
        "whole", "none", "only on push", "no tests", "chores", "chores on pull requests", "releases only", "broken",
        "reusable workflow", "another's tox", "another's we know not what", "travis", "jenkins",
    ],
)  # fmt: skip
def test_ci(files: dict[str, str | bytes], ci: State, tests: State) -> None:
    assert judged("ci", files).state is ci
    assert judged("ci-tests", files).state is tests


@pytest.mark.parametrize("here", ["./", "$/"])
def test_a_workflow_of_our_own_that_is_called_is_looked_into(here: str) -> None:
    plan = "on: workflow_call\njobs:\n  a:\n    steps:\n      - run: echo\n"
    calls = f"name: CI\non: [pull_request]\njobs:\n  plan:\n    uses: {here}.github/workflows/plan.yml\n"
    calls += f"  rest:\n    uses: {here}.github/workflows/rest.yml\n"
    files = library({".github/workflows/ci.yml": calls, ".github/workflows/plan.yml": plan})
    tested = judged("ci-tests", {**files, ".github/workflows/rest.yml": plan.replace("echo", "pytest")})
    assert "calls `.github/workflows/rest.yml`, which runs the tests" in tested.found
    assert [(one.path, one.line) for one in tested.evidence] == [
        (".github/workflows/rest.yml", 5),
        (".github/workflows/ci.yml", 6),
    ]


def test_the_evidence_is_the_step_and_the_trigger() -> None:
    check = judged("ci-tests", library())
    lines = CI.splitlines()
    assert [(lines[e.line - 1].strip()) for e in check.evidence if e.line] == [
        "- run: pytest",
        "on: [push, pull_request]",
    ]


def test_a_test_step_is_preferred_to_a_check_script() -> None:
    workflow = "on: [pull_request]\njobs:\n  a:\n    steps:\n      - run: scripts/check\n      - run: scripts/test\n"
    check = judged("ci-tests", library({".github/workflows/ci.yml": workflow}))
    assert check.evidence[0].line == 6


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("SUCCESS", State.PASS),
        ("FAILURE", State.FAIL),
        ("ERROR", State.FAIL),
        ("PENDING", State.UNKNOWN),
        ("", State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)
def test_ci_state(state: str | None, expected: State) -> None:
    assert judged("ci-state", library(), facts(ci_state=state)).state is expected


def test_without_ci_there_is_no_state() -> None:
    files = library(without=[".github/workflows/ci.yml"])
    assert judged("ci-state", files, facts(ci_state="FAILURE")).state is State.NOT_APPLICABLE


_ON_TAGS = "name: Tests\non:\n  push:\n    tags: ['v*']\njobs:\n  a:\n    steps:\n      - run: pytest\n"


@pytest.mark.parametrize(
    ("path", "workflow", "state"),
    [
        ("release.yml", _ON_TAGS, State.WARN),
        ("cd.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: ./deploy\n", State.WARN),
        ("copilot-setup-steps.yml", "on: pull_request\njobs:\n  a:\n    steps:\n      - run: npm ci\n", State.WARN),
        ("dynamic-readme.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: ./write\n", State.WARN),
        ("cancel.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: a/cancel@v1\n", State.WARN),
        ("title.yml", "on: pull_request_target\njobs:\n  a:\n    steps:\n      - uses: a/title@v1\n", State.WARN),
        ("docker.yml", "on: pull_request\njobs:\n  a:\n    steps:\n      - run: docker build .\n", State.PASS),
    ],
)
def test_what_checks_no_change_is_no_ci(path: str, workflow: str, state: State) -> None:
    files = library({f".github/workflows/{path}": workflow}, without=[".github/workflows/ci.yml"])
    assert judged("ci", files).state is state


@pytest.mark.parametrize(
    ("on", "ci", "tests"),
    [
        ("pull_request_target", State.WARN, State.FAIL),
        ("[pull_request_target, workflow_dispatch]", State.WARN, State.FAIL),
        ("[pull_request_target, push]", State.PASS, State.WARN),
        ("[pull_request_target, pull_request]", State.PASS, State.PASS),
        ("[pull_request_target, merge_group]", State.PASS, State.PASS),
        ("{pull_request_target: {}, push: {tags: [v1]}}", State.WARN, State.WARN),
    ],
)
def test_tests_beside_the_secrets_count_for_nothing(on: str, ci: State, tests: State) -> None:
    files = _with("ci", on=on)
    assert judged("ci", files).state is ci
    assert judged("ci-tests", files).state is tests


def test_tests_beside_the_secrets_are_pointed_at_with_what_to_do() -> None:
    files = _with("ci", on="[pull_request_target]")
    for check in (judged("ci", files), judged("ci-tests", files)):
        assert check.found.startswith("`.github/workflows/ci.yml` tests pull requests on `pull_request_target` alone")
        assert [e.line for e in check.evidence] == [6, 2]


def test_an_unsafe_workflow_beside_a_safe_one_takes_nothing_away() -> None:
    files = _with("label", on="pull_request_target") | {".github/workflows/ci.yml": CI}
    assert judged("ci-tests", files).state is State.PASS
    pushed = _with("label", on="pull_request_target") | {".github/workflows/ci.yml": CI.replace(", pull_request", "")}
    assert judged("ci-tests", pushed).found == "`.github/workflows/ci.yml` runs the tests, but not on pull requests."


@pytest.mark.parametrize("forge", ["forgejo", "gitea"])
def test_workflows_of_another_forge_count(forge: str) -> None:
    files = library({f".{forge}/workflows/ci.yml": CI}, without=[".github/workflows/ci.yml"])
    assert judged("ci", files).found == f"{forge.capitalize()} Actions checks changes (`.{forge}/workflows/ci.yml`)."
    assert judged("ci-tests", files).state is State.PASS


def test_a_step_that_says_test_and_takes_its_command_from_a_matrix_tests() -> None:
    step = "      - name: Test ${{ matrix.name }}\n        run: ${{ matrix.runs.test }}\n"
    files = library({".github/workflows/ci.yml": CI.replace("      - run: pytest\n", step)})
    assert judged("ci-tests", files).state is State.PASS


def test_bazel_ci_runs_its_test_targets() -> None:
    settings = 'tasks:\n  ubuntu:\n    build_targets: ["//..."]\n    test_targets: ["//..."]\n'
    files = library({".bazelci/presubmit.yml": settings}, without=[".github/workflows/ci.yml"])
    assert judged("ci", files).state is State.PASS
    assert judged("ci-tests", files).state is State.PASS
    less = {**files, ".bazelci/presubmit.yml": settings.replace("test_targets", "other_targets")}
    assert judged("ci-tests", less).state is State.UNKNOWN
