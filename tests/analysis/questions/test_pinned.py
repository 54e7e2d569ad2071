"""Are actions and images pinned."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import CI, judged, library


@pytest.mark.parametrize(
    ("uses", "state"),
    [
        ("actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955", State.PASS),
        ("actions/checkout@v4", State.WARN),
        ("vendor/action@v1", State.WARN),
        ("vendor/action@main", State.FAIL),
        ("./local", State.PASS),
        ("docker://alpine:latest", State.FAIL),
        ("docker://alpine@sha256:" + "0" * 64, State.PASS),
    ],
)
def test_pinned_actions(uses: str, state: State) -> None:
    files = library({".github/workflows/ci.yml": f"{CI}      - uses: {uses}\n"})
    assert judged("pinned", files).state is state


def test_what_follows_a_branch_is_what_one_begins_with() -> None:
    files = library({".github/workflows/ci.yml": f"{CI}      - uses: a/b@v1\n      - uses: c/d@main\n"})
    check = judged("pinned", files)
    assert f"`.github/workflows/ci.yml:{check.evidence[0].line}`" in check.next_step
    assert check.evidence[0].detail == "c/d@main"
    assert check.next_step.count("ci.yml") == 1


def test_actions_of_this_repository_are_looked_into() -> None:
    composite = "runs:\n  using: composite\n  steps:\n    - uses: vendor/tool@main\n"
    check = judged("pinned", library({".github/actions/setup/action.yml": composite}))
    assert check.state is State.FAIL
    assert (check.evidence[0].path, check.evidence[0].line) == (".github/actions/setup/action.yml", 4)


@pytest.mark.parametrize(
    ("dockerfile", "state"),
    [
        ("FROM python:3.12\n", State.WARN),
        ("FROM python\n", State.FAIL),
        (f"FROM python:3.12@sha256:{'0' * 64}\n", State.PASS),
        (f"FROM --platform=linux/amd64 python:3.12@sha256:{'0' * 64} AS base\nFROM base\nFROM scratch\n", State.PASS),
        ("ARG BASE\nFROM $BASE\n", State.PASS),
    ],
)
def test_pinned_images(dockerfile: str, state: State) -> None:
    assert judged("pinned", library({"Dockerfile": dockerfile})).state is state


@pytest.mark.parametrize("uses", ["./.github/actions/a", "$/.github/actions/a", "${{ inputs.a }}"])
def test_what_stands_here_needs_no_pin(uses: str) -> None:
    files = library({".github/workflows/ci.yml": f"{CI}      - uses: {uses}\n"})
    assert judged("pinned", files).state is State.PASS
