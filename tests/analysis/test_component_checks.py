"""Results for each component of a monorepo."""

from __future__ import annotations

from bot.analysis.scoring import tally
from bot.model.report import State
from tests.analysis.builders import check, report

_JS = "export const one = () => 1;\n" * 80
FILES: dict[str, str | bytes] = {
    "package.json": '{"name": "root", "private": true, "license": "MIT", "workspaces": ["packages/*"]}',
    "package-lock.json": '{"name": "root", "lockfileVersion": 3, "packages": {}}',
    "packages/a/package.json": '{"name": "a", "license": "MIT", "dependencies": {"ws": "8"}}',
    "packages/a/i.js": _JS,
    "packages/a/i.test.js": _JS,
    "packages/a/README.md": "# a\n",
    "packages/b/package.json": '{"name": "b", "license": "Apache-2.0"}',
    "packages/b/i.js": _JS,
    "examples/c/package.json": '{"name": "c"}',
    "examples/c/i.js": _JS,
}


def test_each_main_component_is_asked() -> None:
    made = report(FILES)
    states = {(c.component, c.id): c.state for c in made.checks if c.component}
    assert states[("packages/a", "tests")] is State.PASS
    assert states[("packages/b", "tests")] is State.FAIL
    assert states[("packages/a", "readme")] is State.PASS
    assert states[("packages/b", "readme")] is State.WARN
    assert states[("packages/b", "licence")] is State.WARN
    assert states[("packages/a", "lockfile")] is State.PASS
    assert states[("packages/b", "lockfile")] is State.NOT_APPLICABLE
    assert not any(component.startswith("examples") for component, _ in states)


def test_they_are_told_and_not_scored() -> None:
    made = report(FILES)
    assert all(c.weight == 0 for c in made.checks if c.component)
    assert tally(c for c in made.checks if not c.component).score == made.score


def test_the_whole_names_the_untested_part() -> None:
    files = {**FILES, "packages/b/i.js": "export const one = () => 1;\n" * 300}
    assert "packages/b" in check(report(files), "tests").found


def test_examples_are_not_counted_as_components_of_a_monorepo() -> None:
    examples = {f"examples/e{n}/package.json": f'{{"name": "e{n}"}}' for n in range(20)}
    assert "monorepo of 2 components" in report({**FILES, **examples}).summary


def test_one_component_has_no_components() -> None:
    assert not any(c.component for c in report({"package.json": '{"name": "a"}', "i.js": _JS}).checks)


def test_charts_and_modules_owe_no_tests() -> None:
    parts = {f"{n}/main.tf": 'resource "x" "y" {}\n' * 300 for n in "ab"}
    versions = {f"{n}/versions.tf": 'terraform {\n  required_version = ">= 1"\n}\n' for n in "ab"}
    made = report({"package.json": '{"name": "p"}', "i.js": _JS * 20, "t/a.test.js": _JS, **parts, **versions})
    states = {(c.component, c.id): c.state for c in made.checks if c.component}
    assert states[("a", "tests")] is State.NOT_APPLICABLE
    assert "`a`" not in check(made, "tests").found
