"""What the rules look at."""

from __future__ import annotations

import pytest

from bot.analysis.kinds import is_aside, is_main
from bot.model.report import Component, Kind
from tests.analysis.builders import report


@pytest.mark.parametrize(
    ("path", "aside"),
    [
        ("main.go", False),
        ("cmd/tool/main.go", False),
        ("examples/a/main.go", True),
        ("Tests/a.py", True),
        ("src/test.py", False),
        ("latest/a.py", False),
    ],
)
def test_what_only_accompanies_the_real_thing(path: str, aside: bool) -> None:
    assert is_aside(path) is aside


@pytest.mark.parametrize(("path", "main"), [("", True), ("packages/a", True), ("docs", False), ("e2e/app", False)])
def test_the_components_of_the_product(path: str, main: bool) -> None:
    assert is_main(Component(path=path, name="a", ecosystem="npm", kind=Kind.UNKNOWN, manifests=())) is main


def test_adding_a_workflow_does_not_change_the_kind() -> None:
    files: dict[str, str | bytes] = {f"docs/{n}.md": "# Page\n\nWords.\n" for n in range(6)}
    files |= {f"{n}.txt": "x" for n in "abcde"}
    workflows = {f".github/workflows/{n}.yml": "on: push\njobs: {}\n" for n in range(5)}
    assert report(files).kind is report({**files, **workflows}).kind is Kind.DOCS_SITE
