"""Policy, updates, workflows, pins, credentials, alerts, analysis, signatures, branch rules, fuzzing."""

from __future__ import annotations

import msgspec
import pytest

from bot.analysis import analyze
from bot.model.report import State
from bot.model.snapshot import BranchRules, SecretFact, WorkflowFinding
from tests.analysis.builders import CI, NOW, README, commits, facts, judged, library, python_code, release, snapshot
from tests.analysis.builders import check as check_of

_RUNS = "on: push\njobs:\n  a:\n    steps:\n      - {}\n"
_KEY = "AKIAQ7ZXEXV3UPL5J6HM"


def _finding(rule: str, severity: str, confidence: str = "High") -> WorkflowFinding:
    return WorkflowFinding(
        rule=rule, severity=severity, confidence=confidence, path=".github/workflows/ci.yml", line=10, message="m"
    )


@pytest.mark.parametrize(
    ("more", "changes", "state"),
    [
        ({}, {}, State.FAIL),
        ({"SECURITY.md": "# Security\n\nWrite to a@example.org.\n"}, {}, State.PASS),
        ({".github/SECURITY.md": "# Security\n\nPlease be careful.\n"}, {}, State.WARN),
        ({"README.md": f"{README}\n## Reporting a vulnerability\n\nWrite to us.\n"}, {}, State.PASS),
        ({}, {"security_policy_enabled": True}, State.PASS),
        ({}, {"is_private": True}, State.NOT_APPLICABLE),
    ],
)
def test_security_policy(more: dict[str, str | bytes], changes: dict[str, object], state: State) -> None:
    assert judged("security-policy", library(more), facts(**changes)).state is state


_DEPENDABOT = "version: 2\nupdates:\n  - package-ecosystem: {name}\n    directory: /\n"


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        ({".github/dependabot.yml": _DEPENDABOT.format(name="pip")}, State.PASS),
        ({".github/dependabot.yml": _DEPENDABOT.format(name="uv")}, State.PASS),
        ({".github/dependabot.yml": _DEPENDABOT.format(name="npm")}, State.WARN),
        ({".github/dependabot.yml": "version: 2\nupdates: []\n"}, State.WARN),
        ({".github/dependabot.yml": "version: [\n"}, State.WARN),
        ({".github/dependabot.yml": "updates: null\n"}, State.WARN),
        ({"renovate.json5": "{}\n"}, State.PASS),
        ({"package.json": '{"name": "x", "renovate": {"extends": []}}'}, State.PASS),
    ],
)
def test_dependency_updates(more: dict[str, str | bytes], state: State) -> None:
    assert judged("dependency-updates", library(more)).state is state


def test_without_dependencies_there_is_nothing_to_update() -> None:
    files = library({"pyproject.toml": '[project]\nname = "tally"\nversion = "1"\n'})
    assert judged("dependency-updates", files).state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("findings", "state", "share"),
    [
        ((), State.PASS, 1.0),
        ((_finding("template-injection", "High"),), State.FAIL, 0.0),
        ((_finding("artipacked", "Medium"),), State.WARN, 0.5),
        ((_finding("artipacked", "Low"),), State.WARN, 0.8),
        ((_finding("artipacked", "High", "Low"),), State.PASS, 1.0),
        ((_finding("unpinned-uses", "High"),), State.PASS, 1.0),
        ((_finding("artipacked", "Informational"),), State.PASS, 1.0),
        (None, State.UNKNOWN, None),
    ],
)
def test_workflow_safety(findings: tuple[WorkflowFinding, ...] | None, state: State, share: float | None) -> None:
    check = judged("workflow-safety", library(), workflow_findings=findings)
    assert check.state is state
    assert check.share == share


def test_write_all_is_found_without_zizmor() -> None:
    files = library(
        {".github/workflows/ci.yml": CI.replace("permissions:\n  contents: read", "permissions: write-all")}
    )
    check = judged("workflow-safety", files, workflow_findings=None)
    assert check.state is State.WARN
    assert check.evidence[0].line == 3


def test_advice_names_rule_and_place() -> None:
    check = judged("workflow-safety", library(), workflow_findings=(_finding("template-injection", "High"),))
    assert check.next_step.startswith("At `.github/workflows/ci.yml:10`: pass the expression through `env:`")


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


def test_a_credential_fails_and_is_never_shown() -> None:
    check = judged("secrets", library({"tally/keys.py": f'KEY = "{_KEY}"\n'}))
    assert check.state is State.FAIL
    assert check.evidence[0].line == 1
    assert _KEY not in str(check)


def test_a_credential_in_tests_warns() -> None:
    whole = snapshot(library())
    assert whole.contents is not None
    secret = SecretFact(kind="AWS access key", path="tests/keys.py", line=3, fingerprint="00")
    found = msgspec.structs.replace(whole, contents=msgspec.structs.replace(whole.contents, secrets=(secret,)))
    check = check_of(analyze(found, now=NOW), "secrets")
    assert check.state is State.WARN
    assert "tests/keys.py:3" in check.next_step


@pytest.mark.parametrize(
    ("alerts", "state"), [(0, State.PASS), (1, State.WARN), (2, State.WARN), (3, State.FAIL), (None, State.UNKNOWN)]
)
def test_vulnerabilities(alerts: int | None, state: State) -> None:
    check = judged("vulnerabilities", library(), facts(vulnerability_alerts=alerts))
    assert check.state is state
    if alerts == 1:
        assert check.found == "1 Dependabot alert is open."


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        (
            {".github/workflows/q.yml": _RUNS.format("uses: github/codeql-action/init@v3")},
            State.PASS,
        ),
        (
            {".github/workflows/q.yml": _RUNS.format("run: govulncheck ./...")},
            State.PASS,
        ),
        ({"sonar-project.properties": "x=y\n"}, State.PASS),
        ({"ruff.toml": '[lint]\nselect = ["S"]\n# ruff\n'}, State.PASS),
    ],
)
def test_static_analysis(more: dict[str, str | bytes], state: State) -> None:
    assert judged("static-analysis", library(more)).state is state


@pytest.mark.parametrize(
    ("more", "releases", "state"),
    [
        ({}, (release("v1.0.0", 9),), State.NOT_APPLICABLE),
        ({}, (release("v1.0.0", 9, "a.tar.gz"),), State.FAIL),
        ({}, (release("v1.0.0", 9, "a.tar.gz", "a.tar.gz.asc"),), State.PASS),
        ({".goreleaser.yaml": "signs:\n  - cmd: cosign\n"}, (release("v1.0.0", 9, "a.zip"),), State.PASS),
        ({}, (), State.NOT_APPLICABLE),
        ({}, None, State.UNKNOWN),
    ],
)
def test_signed_releases(more: dict[str, str | bytes], releases: object, state: State) -> None:
    assert judged("signed-releases", library(more), facts(releases=releases)).state is state


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        (None, State.UNKNOWN),
        (BranchRules(), State.FAIL),
        (BranchRules(requires_pull_request=True), State.WARN),
        (BranchRules(requires_pull_request=True, requires_status_checks=True, blocks_force_push=True), State.PASS),
    ],
)
def test_branch_rules(rules: BranchRules | None, state: State) -> None:
    assert judged("branch-rules", library(), facts(branch_rules=rules)).state is state


def test_one_person_needs_no_pull_requests() -> None:
    rules = BranchRules(requires_status_checks=True, blocks_force_push=True)
    told = facts(branch_rules=rules, commits=commits(("ada", 9, 80, 2)), pull_requests=())
    assert judged("branch-rules", library(), told).state is State.PASS


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        (
            {"pyproject.toml": '[project]\nname = "t"\nversion = "1"\n[dependency-groups]\nt = ["hypothesis"]\n'},
            State.PASS,
        ),
        ({"fuzz/fuzz_parse.py": "x = 1\n"}, State.PASS),
    ],
)
def test_fuzzing(more: dict[str, str | bytes], state: State) -> None:
    assert judged("fuzzing", library({"tally/more.py": python_code(120), **more})).state is state
