"""Is a linter or formatter set up."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import CI, judged, library

_POM = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId><version>1</version>"
    "<build><plugins><plugin><groupId>{}</groupId><artifactId>{}</artifactId></plugin></plugins></build></project>"
)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        ({".editorconfig": "root = true\n"}, State.WARN),
        ({"pyproject.toml": '[project]\nname = "tally"\n\n[tool.ruff.lint]\nselect = ["E"]\n'}, State.PASS),
        ({"setup.cfg": "[flake8]\nmax-line-length = 99\n"}, State.PASS),
        ({".eslintrc.json": "{}\n"}, State.PASS),
        ({"package.json": '{"name": "x", "devDependencies": {"prettier": "3"}}'}, State.PASS),
        ({".github/workflows/ci.yml": CI + "      - run: cargo fmt --check\n"}, State.PASS),
        ({"Makefile": "lint:\n\tshellcheck run.sh\n"}, State.PASS),
    ],
)
def test_lint(more: dict[str, str | bytes], state: State) -> None:
    assert judged("lint", library(more)).state is state


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"pom.xml": _POM.format("com.diffplug.spotless", "spotless-maven-plugin")}, State.PASS),
        ({".github/workflows/ci.yml": CI + "      - uses: haskell-actions/hlint-run@v2\n"}, State.PASS),
        ({"Makefile": "lint-all:\n\tmylinter .\n"}, State.PASS),
        ({"requirements-dev.txt": "codespell==2.3\n"}, State.FAIL),
        ({"examples/web/package.json": '{"name": "x", "devDependencies": {"oxlint": "1"}}'}, State.FAIL),
    ],
    ids=["by technology", "an action", "a target", "spelling only", "an example's"],
)
def test_where_else_linters_are_seen(more: dict[str, str | bytes], state: State) -> None:
    assert judged("lint", library(more)).state is state


def test_a_few_lines_of_script_beside_texts_need_no_linter() -> None:
    texts: dict[str, str | bytes] = {f"docs/{n}.md": "# Page\n\nWords.\n" for n in range(6)}
    assert judged("lint", {**texts, "check.sh": "echo 1\n" * 20}).state is State.NOT_APPLICABLE
