"""The report as SARIF 2.1.0 (OASIS standard, errata 01), for code scanning and editors: one result a place.

Only checks that warn or fail become results. A finding without a place in the tree points at the README, the first
manifest or the root, because GitHub's code scanning takes no result without a location.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from bot.analysis.weights import RULES, Rule
from bot.model.report import Check, Evidence, Report, State

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_GRAVE_WEIGHT = 8


def to_sarif(report: Report) -> str:
    """One SARIF log with one run, as indented JSON that ends with a newline."""
    indexes = {rule.id: index for index, rule in enumerate(RULES)}
    home = _home(report)
    results = [
        _result(report, check, evidence, indexes[check.id])
        for check in report.checks
        if check.state in {State.WARN, State.FAIL} and check.id in indexes
        for evidence in _locations(check, home)
    ]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Repo Radar",
                "semanticVersion": report.ruleset_version,
                "rules": [_rule(rule) for rule in RULES],
            }
        },
        "automationDetails": {"id": "repo-radar/"},
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    if report.repository.url and report.repository.head_sha:
        provenance = {"repositoryUri": report.repository.url, "revisionId": report.repository.head_sha}
        if report.repository.default_branch:
            provenance["branch"] = report.repository.default_branch
        run["versionControlProvenance"] = [provenance]
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why} Looks at {rule.looks_at}."},
        "defaultConfiguration": {"level": "error" if rule.weight >= _GRAVE_WEIGHT else "warning"},
        "properties": {"tags": [rule.group.value], "weight": rule.weight, "catalogueEntry": rule.number},
    }


def _result(report: Report, check: Check, evidence: Evidence, index: int) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(evidence.path)}}
    if evidence.line:
        location["region"] = {"startLine": evidence.line}
    details = f" {evidence.detail}." if evidence.detail else ""
    step = f" {check.next_step}" if check.next_step else ""
    identity = "\0".join((check.id, check.component, evidence.path, evidence.detail))
    return {
        "ruleId": check.id,
        "ruleIndex": index,
        "level": _level(check),
        "message": {"text": f"{check.found}{details}{step}"},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"repoRadar/v1": hashlib.sha256(identity.encode()).hexdigest()},
    }


def _level(check: Check) -> str:
    if check.state is State.WARN:
        return "warning" if check.weight else "note"
    return "error" if check.weight >= _GRAVE_WEIGHT else "warning"


def _locations(check: Check, home: str) -> Iterator[Evidence]:
    """The places of a finding in the tree, one home for a finding without any."""
    seen = set()
    for evidence in check.evidence:
        if evidence.path and (evidence.path, evidence.line) not in seen:
            seen.add((evidence.path, evidence.line))
            yield evidence
    if not seen:
        yield Evidence(path=home)


def _home(report: Report) -> str:
    readme = next((d.path for d in report.documents if d.kind == "readme" and d.source == "file"), "")
    manifest = next((path for component in report.components for path in component.manifests), "")
    return readme or manifest or "."
