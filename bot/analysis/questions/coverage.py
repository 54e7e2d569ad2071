"""Is test coverage measured and reported? (catalogue entry 36)"""

from __future__ import annotations

import re

from bot.analysis.finding import Finding, at, failed, not_applicable, passed
from bot.analysis.view import View

_FILES = (
    ".coveragerc", "codecov.yml", ".codecov.yml", "codecov.yaml", ".codecov.yaml", ".github/codecov.yml",
    ".coveralls.yml", "coveralls.yml", ".nycrc", ".nycrc.json", ".c8rc.json", "sonar-project.properties",
    ".simplecov", "tarpaulin.toml", ".tarpaulin.toml", "coverlet.runsettings", ".lcovrc", "octocov.yml",
    ".octocov.yml", ".testcoverage.yml",
)  # fmt: skip
_PACKAGES = (
    "pytest-cov", "coverage", "nyc", "c8", "@vitest/coverage-v8", "@vitest/coverage-istanbul", "simplecov",
    "coverlet.collector", "coverlet.msbuild", "excoveralls", "codecov", "coveralls", "istanbul",
    "org.jacoco:jacoco-maven-plugin", "jest-coverage-badge",
)  # fmt: skip
_ACTIONS = (
    "codecov/codecov-action",
    "coverallsapp/github-action",
    "paambaati/codeclimate-action",
    "qltysh/qlty-action",
    "k1lowlib/octocov-action",
    "k1LoW/octocov-action",
    "SonarSource/",
)
_SAID = re.compile(
    r"--cov(?:erage)?\b|-coverprofile|\bcoverage (?:run|report|xml|html|combine)\b|cargo llvm-cov|cargo "
    r"tarpaulin|\[tool\.coverage"
    r"|--collect[: ].?XPlat|\bjacoco\b|collectCoverage"
    r"|\bkover\b|\bscoverage\b|\blcov\b|\bgcovr?\b|:cover\b|ForgeCoverage",
    re.IGNORECASE,
)
_LOOKED_AT = (
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "noxfile.py",
    "package.json",
    "makefile",
    "justfile",
    "build.gradle",
    "build.gradle.kts",
    "pom.xml",
    "jest.config.js",
    "jest.config.ts",
    "vitest.config.ts",
    "vite.config.ts",
    "taskfile.yml",
    ".travis.yml",
    ".gitlab-ci.yml",
)


def judge(view: View) -> list[Finding]:
    """coverage."""
    return [_coverage(view)]


def _coverage(view: View) -> Finding:
    if not view.size.test_code:
        return not_applicable("coverage", "there are no tests to measure")
    if path := view.tree.has(*_FILES):
        return passed("coverage", f"Set up in `{path}`.", at(path))
    for workflow in view.good_workflows:
        for step in workflow.steps:
            if step.uses.startswith(_ACTIONS) or (step.run and _SAID.search(step.run[:20_000])):
                return passed(
                    "coverage",
                    f"`{workflow.path}` reports it.",
                    at(workflow.path, step.line, (step.uses or step.name)[:80]),
                )
    if package := view.depends_on(*_PACKAGES):
        return passed("coverage", f"Measured by {package.name}.", at(package.path, package.line, package.name))
    for path in view.tree.named(*_LOOKED_AT)[:20]:
        text = view.text(path)[:200_000]
        if match := _SAID.search(text):
            return passed("coverage", f"Set up in `{path}`.", at(path, text.count("\n", 0, match.start()) + 1))
    return failed(
        "coverage",
        "Tests run without measuring what they reach.",
        action="Measure test coverage",
        next_step="Turn on coverage in the test command, and print or upload the figure in CI.",
    )
