"""Workflows and actions: what they use, at which ref."""

from __future__ import annotations

import pytest

from bot.model.report import Kind
from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

WORKFLOW = """
name: CI
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    container: node:20
    services:
      db:
        image: postgres:16
    steps:
      - uses: actions/checkout@v4
      - name: Python
        uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5
        with:
          python-version: 3.10
      - uses: ./.github/actions/local
      - uses: docker://alpine:3.20
      - run: echo
      - uses: github/codeql-action/init@v3
      - uses: actions/setup-node@v4
        with:
          node-version: ${{ matrix.node }}
  call:
    uses: acme/workflows/.github/workflows/ci.yml@main
  local:
    uses: ./.github/workflows/other.yml
"""


def test_workflows_tell_what_they_use() -> None:
    found = inventory({".github/workflows/ci.yml": WORKFLOW})
    assert rows(found) == [
        ("node", "20", "build", 6),
        ("postgres", "16", "build", 9),
        ("actions/checkout", "v4", "build", 11),
        ("actions/setup-python", "a26af69be951a213d495a4c3e4e4022e16d87065", "build", 13),
        ("alpine", "3.20", "build", 17),
        ("github/codeql-action/init", "v3", "build", 19),
        ("actions/setup-node", "v4", "build", 20),
        ("acme/workflows/.github/workflows/ci.yml", "main", "build", 24),
    ]
    assert purls(found)[5] == "pkg:githubactions/github/codeql-action@v3#init"
    assert runtimes(found) == [("Node.js", "20", 6), ("Python", "3.10", 15)]


def test_an_action_is_a_component_of_its_kind() -> None:
    found = inventory(
        {
            "action.yml": """
                name: Greet
                runs:
                  using: node20
                  main: dist/index.js
            """,
            "composite/action.yaml": """
                name: Both
                runs:
                  using: composite
                  steps:
                    - uses: actions/cache@v4
            """,
        }
    )
    assert [(one.name, one.kind, one.is_component) for one in found.manifests] == [
        ("Greet", Kind.ACTION, True),
        ("Both", Kind.ACTION, True),
    ]
    assert rows(found) == [("actions/cache", "v4", "build", 5)]
    assert runtimes(found) == [("Node.js", "20", 3)]


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("jobs: null\n", "`jobs` is null where a table is expected.", 1),
        ("name: x\njobs:\n  a:\n    steps: {}\n", "`jobs.a.steps` is a table where a list is expected.", 4),
        ("a: b: c\n", "YAML: mapping values are not allowed in this context.", 1),
        ("? [a]\n: b\n", "YAML: a key is a table or a list; only text is read.", 1),
        ("a:\n\t- b\n", "YAML: found character that cannot start any token.", 2),
    ],
)
def test_workflows_of_a_wrong_shape(text: str, message: str, line: int) -> None:
    (problem,) = inventory({".github/workflows/ci.yml": text}).problems
    assert (problem.message, problem.line) == (message, line)
