"""SARIF 2.1.0: the rules of the published schema that our log touches, checked by hand and with a schema of them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import pytest

from bot.analysis import analyze
from bot.analysis.formats import to_sarif
from bot.analysis.weights import RULES
from bot.model.report import State
from tests.analysis.builders import NOW, facts, library, report
from tests.analysis.golden.samples import SAMPLES

_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "additionalProperties": False,
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "name": {"type": "string"},
                                                "shortDescription": _TEXT,
                                                "fullDescription": _TEXT,
                                                "help": _TEXT,
                                                "defaultConfiguration": {
                                                    "type": "object",
                                                    "additionalProperties": False,
                                                    "properties": {"level": _LEVEL},
                                                },
                                                "properties": {
                                                    "type": "object",
                                                    "properties": {
                                                        "tags": {
                                                            "type": "array",
                                                            "uniqueItems": True,
                                                            "items": {"type": "string"},
                                                        }
                                                    },
                                                },
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "automationDetails": {"type": "object", "properties": {"id": {"type": "string"}}},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "versionControlProvenance": {
                        "type": "array",
                        "uniqueItems": True,
                        "items": {
                            "type": "object",
                            "required": ["repositoryUri"],
                            "additionalProperties": False,
                            "properties": {
                                "repositoryUri": {"type": "string", "format": "uri"},
                                "revisionId": {"type": "string"},
                                "branch": {"type": "string"},
                            },
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "locations"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": _LEVEL,
                                "message": _TEXT,
                                "locations": {
                                    "type": "array",
                                    "minItems": 1,
                                    "uniqueItems": True,
                                    "items": {
                                        "type": "object",
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "required": ["artifactLocation"],
                                                "additionalProperties": False,
                                                "properties": {
                                                    "artifactLocation": {
                                                        "type": "object",
                                                        "required": ["uri"],
                                                        "properties": {
                                                            "uri": {"type": "string", "format": "uri-reference"}
                                                        },
                                                    },
                                                    "region": {
                                                        "type": "object",
                                                        "required": ["startLine"],
                                                        "properties": {"startLine": {"type": "integer", "minimum": 1}},
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""Those parts of https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json that we
use, with the same types, required keys and bounds, and closed against keys that the standard does not have."""


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_validates(name: str) -> None:
    log = json.loads(to_sarif(analyze(SAMPLES[name](), now=NOW)))
    jsonschema_rs.validator_for(SCHEMA, validate_formats=True).validate(log)


def test_results_are_the_checks_that_warn_or_fail() -> None:
    made = report(library(without=["LICENSE"]), facts(licence_spdx=None))
    results = json.loads(to_sarif(made))["runs"][0]["results"]
    expected = {check.id for check in made.checks if check.state in {State.WARN, State.FAIL}}
    assert {result["ruleId"] for result in results} == expected
    for result in results:
        assert RULES[result["ruleIndex"]].id == result["ruleId"]


def test_lines_and_paths_are_kept_and_encoded() -> None:
    made = report(library({".github/workflows/a b.yml": "on: push\njobs:\n  a:\n    steps:\n      - uses: x/y@main\n"}))
    results = json.loads(to_sarif(made))["runs"][0]["results"]
    place = next(r for r in results if r["ruleId"] == "pinned")["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == ".github/workflows/a b.yml"
    assert " " not in place["artifactLocation"]["uri"]
    assert place["region"]["startLine"] == 5


def test_fingerprints_outlive_a_moved_line() -> None:
    moved = "on: push\n# more\njobs:\n  a:\n    steps:\n      - uses: x/y@main\n"
    prints = []
    for text in (moved.replace("# more\n", ""), moved):
        results = json.loads(to_sarif(report(library({".github/workflows/a.yml": text}))))["runs"][0]["results"]
        prints.append(next(r for r in results if r["ruleId"] == "pinned")["partialFingerprints"])
    assert prints[0] == prints[1]


def test_a_local_checkout_has_no_provenance() -> None:
    log = json.loads(to_sarif(analyze(SAMPLES["local-checkout"](), now=NOW)))
    assert "versionControlProvenance" not in log["runs"][0]
