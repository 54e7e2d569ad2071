"""Is static security analysis configured? (catalogue entry 44)"""

from __future__ import annotations

import re

from bot.analysis.finding import Finding, at, failed, not_applicable, passed
from bot.analysis.view import View

_ACTIONS = (
    "github/codeql-action", "semgrep/", "returntocorp/semgrep", "SonarSource/", "sonarsource/", "snyk/actions",
    "aquasecurity/trivy-action", "securego/gosec", "anchore/scan-action", "zizmorcore/zizmor-action",
    "ShiftLeftSecurity/", "Checkmarx/", "veracode/", "microsoft/security-devops-action", "DavidAnson/njsscan",
    "ajinabraham/njsscan-action", "github/ossar-action", "PyCQA/bandit-action", "bridgecrewio/checkov-action",
    "ossf/scorecard-action", "facebook/infer", "Endor", "JetBrains/qodana-action", "deepsourcelabs/",
    "step-security/", "rustsec/audit-check", "actions-rust-lang/audit", "EmbarkStudios/cargo-deny-action",
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
_PACKAGES = (
    "bandit",
    "semgrep",
    "brakeman",
    "eslint-plugin-security",
    "sobelow",
    "SecurityCodeScan.VS2019",
    "com.github.spotbugs:spotbugs-maven-plugin",
    "pip-audit",
    "safety",
    "njsscan",
)
_RUFF_BANDIT = re.compile(r'"S"|\bflake8-bandit\b|"S\d{3}"')
_CODEQL = {"C", "C++", "C#", "Go", "Java", "Kotlin", "JavaScript", "TypeScript", "Python", "Ruby", "Swift", "Rust"}


_NONE = "No static security analysis is configured in the tree."


def judge(view: View) -> list[Finding]:
    """static-analysis."""
    return [_analysis(view)]


def _analysis(view: View) -> Finding:
    if not view.has_code:
        return not_applicable("static-analysis", "there is no code to analyse")
    for workflow in view.good_workflows:
        for step in workflow.steps:
            if step.uses.startswith(_ACTIONS):
                return passed(
                    "static-analysis",
                    f"`{workflow.path}` runs {step.uses.split('@')[0]}.",
                    at(workflow.path, step.line, step.uses[:80]),
                )
            if step.run and (match := _COMMANDS.search(step.run[:20_000])):
                return passed(
                    "static-analysis",
                    f"`{workflow.path}` runs {match.group(0)}.",
                    at(workflow.path, step.line, match.group(0)),
                )
    if path := view.tree.has(*_FILES):
        return passed("static-analysis", f"Set up in `{path}`.", at(path))
    if package := view.depends_on(*_PACKAGES):
        return passed(
            "static-analysis", f"{package.name} is a dependency.", at(package.path, package.line, package.name)
        )
    for path in (".pre-commit-config.yaml", ".gitlab-ci.yml", "tox.ini", "Makefile", "noxfile.py"):
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
    language = next((lang.name for lang in view.languages if lang.name in _CODEQL), "")
    if view.main_language == "HCL":
        advice = "Add a step that runs `trivy config` or checkov on pull requests."
        return failed("static-analysis", _NONE, action="Switch on static analysis", next_step=advice)
    advice = (
        f"Switch on CodeQL's default setup (Settings, Code security): it knows {language} and needs no file."
        if language
        else "Add Semgrep, or the analyser of your language, to CI."
    )
    return failed(
        "static-analysis",
        _NONE,
        action="Switch on static analysis",
        next_step=advice,
    )
