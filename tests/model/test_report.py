"""The report: the same bytes always, nothing back in that does not validate, a schema that others can read."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.report import (
    REPORT_SCHEMA_VERSION,
    Report,
    decode_report,
    encode_report,
    report_schema,
)
from tests.storage.samples import report


def test_a_report_comes_back_as_it_was() -> None:
    made = report()
    assert decode_report(encode_report(made)) == made
    assert made.schema_version == REPORT_SCHEMA_VERSION


@given(st.permutations(["b", "a", "c"]))
def test_the_same_report_gives_the_same_bytes(order: list[str]) -> None:
    groups = dict.fromkeys(order, 50)
    made = msgspec.structs.replace(
        report(), publish=msgspec.convert({"thresholds": {"groups": groups}}, type(report().publish))
    )
    assert encode_report(made) == encode_report(decode_report(encode_report(made)))
    assert b'"groups":{"a":50,"b":50,"c":50}' in encode_report(made)


def _plain() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(encode_report(report()))
    return value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("score", 101),
        ("score", -1),
        ("coverage", 1.1),
        ("status", "alive"),
        ("kind", "libary"),
        ("checks", [{"id": "x"}]),
        ("size", {"files": -1}),
        ("analyzed_at", "yesterday"),
        ("repository", None),
    ],
)
def test_what_the_schema_does_not_allow_is_refused(name: str, value: object) -> None:
    with pytest.raises(msgspec.ValidationError, match=name):
        decode_report(json.dumps({**_plain(), name: value}).encode())


@pytest.mark.parametrize("name", ["repository", "summary", "score", "status", "licence", "size"])
def test_what_every_report_has_may_not_be_missing(name: str) -> None:
    plain = _plain()
    del plain[name]
    with pytest.raises(msgspec.ValidationError, match=name):
        decode_report(json.dumps(plain).encode())


def test_a_report_of_a_later_version_with_more_fields_is_still_read() -> None:
    more = {**_plain(), "added_later": 1}
    assert decode_report(json.dumps(more).encode()) == report()


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff"])
def test_what_is_no_report_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_report(body)


def test_the_schema_names_every_field_and_its_bounds() -> None:
    schema = report_schema()
    assert schema["$ref"] == "#/$defs/Report"
    definitions = schema["$defs"]
    assert set(definitions["Report"]["properties"]) == set(Report.__struct_fields__)
    assert definitions["GroupScore"]["properties"]["coverage"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert {"Check", "Evidence", "Component", "Changes", "Thresholds"} <= set(definitions)
