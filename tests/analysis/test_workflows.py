"""Workflows as triggers, jobs and steps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.workflows import WORKFLOW_PATH, read_action_steps, read_workflow

_TEXT = """name: CI
on:
  push: {branches: [main]}
  pull_request:
permissions: write-all
jobs:
  test:
    name: Unit
    container: python:3.12
    services:
      db: {image: "postgres:16"}
    steps:
      - name: Get it
        uses: actions/checkout@v4
      - run: |
          pytest
  call:
    uses: octo/shared/.github/workflows/x.yml@v1
    permissions: {}
"""


def test_a_workflow() -> None:
    workflow = read_workflow("w.yml", _TEXT)
    assert workflow.name == "CI"
    assert workflow.triggers == {"push": 3, "pull_request": 4}
    assert workflow.runs_on_pull_requests
    assert workflow.runs_on_pushes
    assert workflow.pull_request_line == 4
    assert workflow.writes_all == 5
    test, call = workflow.jobs
    assert (test.id, test.name, test.line) == ("test", "Unit", 7)
    assert test.images == (("python:3.12", 9), ("postgres:16", 11))
    assert [(step.name, step.uses, step.run, step.line) for step in test.steps] == [
        ("Get it", "actions/checkout@v4", "", 14),
        ("", "", "pytest\n", 15),
    ]
    assert (call.uses, call.has_permissions) == ("octo/shared/.github/workflows/x.yml@v1", True)


@pytest.mark.parametrize(
    ("on", "names"),
    [
        ("push", ["push"]),
        ("[push, pull_request]", ["push", "pull_request"]),
        ("{merge_group: {}}", ["merge_group"]),
        ("null", []),
    ],
)
def test_triggers_come_in_three_shapes(on: str, names: list[str]) -> None:
    assert list(read_workflow("w.yml", f"on: {on}\njobs: {{a: {{steps: []}}}}\n").triggers) == names


@pytest.mark.parametrize(
    ("text", "line"),
    [("on: [push\njobs: {}\n", 2), ("on: push\n", 1), ("", 1), ("jobs: null\n", 1), ("- a\n", 1)],
)
def test_what_is_no_workflow_comes_back_with_its_problem(text: str, line: int) -> None:
    workflow = read_workflow("w.yml", text)
    assert workflow.problem
    assert workflow.jobs == ()
    assert workflow.problem_line is not None
    assert workflow.problem_line >= line


def test_steps_of_a_composite_action() -> None:
    steps = read_action_steps("runs:\n  using: composite\n  steps:\n    - uses: a/b@v1\n    - run: echo\n")
    assert [step.uses or step.run for step in steps] == ["a/b@v1", "echo"]
    assert read_action_steps("runs: {using: node20}\n") == ()
    assert read_action_steps("runs: [") == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".github/workflows/ci.yml", True),
        (".github/workflows/ci.yaml", True),
        (".github/workflows/deep/ci.yml", False),
        ("sub/.github/workflows/ci.yml", False),
        (".github/workflows/readme.md", False),
    ],
)
def test_paths(path: str, expected: bool) -> None:
    assert bool(WORKFLOW_PATH.match(path)) is expected


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.sampled_from(["jobs", "steps", "uses", "run", "on", "x", "null", "~", "1"]),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
            | st.dictionaries(
                st.sampled_from(["jobs", "steps", "uses", "run", "on", "services", "container", "permissions"]),
                inner,
                max_size=4,
            ).map(lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}")
        ),
        max_leaves=12,
    )
)
def test_no_shape_makes_it_fail(text: str) -> None:
    workflow = read_workflow("w.yml", text)
    assert workflow.path == "w.yml"
    assert read_action_steps(text) is not None


@pytest.mark.parametrize(
    ("on", "only_tags"),
    [
        ("{push: {tags: ['v*']}}", True),
        ("{push: {tags: ['v*'], branches: [main]}}", False),
        ("{push: {branches: [main]}}", False),
        ("push", False),
        ("[push, pull_request]", False),
        ("{push: {tags: ['v*']}, pull_request: {}}", False),
    ],
)
def test_a_workflow_of_tags_alone(on: str, only_tags: bool) -> None:
    text = f"on: {on}\njobs:\n  a:\n    steps: []\n"
    assert read_workflow(".github/workflows/a.yml", text).runs_on_tags_only is only_tags
