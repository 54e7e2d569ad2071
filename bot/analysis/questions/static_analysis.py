"""Is static security analysis configured? (catalogue entry 44)"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.analysis.finding import Finding, at, failed, not_applicable, passed
from bot.analysis.view import View
from bot.model.report import Evidence

_ACTIONS = (
    "github/codeql-action", "semgrep/", "returntocorp/semgrep", "SonarSource/", "sonarsource/", "snyk/actions",
    "aquasecurity/trivy-action", "securego/gosec", "anchore/scan-action", "zizmorcore/zizmor-action",
    "ShiftLeftSecurity/", "Checkmarx/", "veracode/", "microsoft/security-devops-action", "DavidAnson/njsscan",
    "ajinabraham/njsscan-action", "github/ossar-action", "PyCQA/bandit-action", "bridgecrewio/checkov-action",
    "ossf/scorecard-action", "facebook/infer", "Endor", "JetBrains/qodana-action", "deepsourcelabs/",
    "rustsec/audit-check", "actions-rust-lang/audit", "EmbarkStudios/cargo-deny-action",
    "golang/govulncheck-action", "pypa/gh-action-pip-audit",
)  # fmt: skip
_COMMANDS = re.compile(
    r"\b(?:codeql|semgrep|bandit|gosec|brakeman|govulncheck|trivy|snyk|cargo[- ](?:audit|deny)|pip-audit|zizmor"
    r"|checkov|tfsec|njsscan|sonar-scanner|npm audit|osv-scanner|staticcheck|infer|spotbugs|sobelow|psalm "
    r"--taint\S*)\b"
)
_FILES = (
    ".semgrep.yml", ".semgrep.yaml", "sonar-project.properties", ".bandit", ".deepsource.toml", "qodana.yaml",
    ".snyk", ".codeql.yml", "codeql-config.yml", ".github/codeql/codeql-config.yml", ".lgtm.yml", "deny.toml",
    ".checkov.yaml", ".codacy.yml", ".sonarcloud.properties", "trivy.yaml", ".github/zizmor.yml", "zizmor.yml",
    "spotbugs.xml",
)  # fmt: skip
_PACKAGES = frozenset(
    {("pypi", "bandit"), ("pypi", "semgrep"), ("gem", "brakeman"), ("npm", "eslint-plugin-security"),
     ("hex", "sobelow"), ("nuget", "SecurityCodeScan.VS2019"), ("maven", "com.github.spotbugs:spotbugs-maven-plugin"),
     ("pypi", "pip-audit"), ("pypi", "safety"), ("pypi", "njsscan"), ("gem", "bundler-audit")}
)  # fmt: skip
"""(ecosystem, name): Hex has a web server that is called like Python's analyser."""

_RUFF_BANDIT = re.compile(r'"S"|\bflake8-bandit\b|"S\d{3}"')
_CODEQL = {"C", "C++", "C#", "Go", "Java", "Kotlin", "JavaScript", "TypeScript", "Python", "Ruby", "Swift", "Rust"}


_REUSED = re.compile(
    r"/[^/@]*\b(?:codeql|semgrep|bandit|gosec|brakeman|govulncheck|trivy|zizmor|checkov)[^/@]*\.ya?ml@"
)
"""Reusable workflows of others that say in their name what they run."""

_MAX_USES = 300
"""Characters of a reference that are looked at."""

_CODEQL_RUN = re.compile(r"codeql", re.IGNORECASE)
"""Named first: it looks at the code itself."""

_UPLOADS = "github/codeql-action/upload-sarif"
"""Shows what another tool found; named only where no analyser is."""

_SEMGREP = {"PHP", "Scala", "Elixir", "Solidity"}
"""Further languages that Semgrep has rules for."""

_NONE = "No static security analysis is configured in the tree."


def judge(view: View) -> list[Finding]:
    """static-analysis."""
    return [_analysis(view)]


def _analysis(view: View) -> Finding:
    if not view.has_code:
        return not_applicable("static-analysis", "there is no code to analyse")
    runs = sorted(_runs(view), key=lambda run: (run[1].startswith(_UPLOADS), not _CODEQL_RUN.search(run[1])))
    if runs:
        where, said = runs[0]
        return passed("static-analysis", f"`{where.path}` runs {said.split('@')[0]}.", where)
    if path := view.tree.has(*_FILES):
        return passed("static-analysis", f"Set up in `{path}`.", at(path))
    if package := next((p for p in view.packages if (p.ecosystem, p.name) in _PACKAGES), None):
        return passed(
            "static-analysis", f"{package.name} is a dependency.", at(package.path, package.line, package.name)
        )
    for path in (
        ".pre-commit-config.yaml", ".gitlab-ci.yml", "tox.ini", "Makefile", "noxfile.py", ".golangci.yml",
        ".golangci.yaml", ".golangci.toml",
    ):  # fmt: skip
        text = view.text(path)[:100_000]
        if match := _COMMANDS.search(text):
            return passed(
                "static-analysis", f"`{path}` runs {match.group(0)}.", at(path, text.count("\n", 0, match.start()) + 1)
            )
    for path in view.tree.named("pyproject.toml", "ruff.toml", ".ruff.toml")[:3]:
        text = view.text(path)[:100_000]
        if "ruff" in text and (match := _RUFF_BANDIT.search(text)):
            return passed(
                "static-analysis",
                f"Ruff's security rules are on in `{path}`.",
                at(path, text.count("\n", 0, match.start()) + 1),
            )
    return _nothing(view)


def _runs(view: View) -> Iterator[tuple[Evidence, str]]:
    """Each step that runs an analyser, with what it runs."""
    for workflow in view.good_workflows:
        for job in workflow.jobs:
            if _REUSED.search(job.uses[:_MAX_USES]):
                yield at(workflow.path, job.line, job.uses[:80]), job.uses
        for step in workflow.steps:
            if step.uses.startswith(_ACTIONS):
                yield at(workflow.path, step.line, step.uses[:80]), step.uses
            elif step.run and (match := _COMMANDS.search(step.run[:20_000])):
                yield at(workflow.path, step.line, match.group(0)), match.group(0)


def _nothing(view: View) -> Finding:
    language = view.main_language
    if language == "HCL":
        advice = "Add a step that runs `trivy config` or checkov on pull requests."
    elif language in _CODEQL:
        advice = f"Switch on CodeQL's default setup (Settings, Code security): it knows {language} and needs no file."
    elif language in _SEMGREP:
        advice = f"Add a step that runs Semgrep on pull requests: it has rules for {language}."
    else:
        return not_applicable("static-analysis", f"no security analyser is known for {language or 'this'}")
    return failed("static-analysis", _NONE, action="Switch on static analysis", next_step=advice)
