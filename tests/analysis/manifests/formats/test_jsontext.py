"""JSON with line numbers, comments and trailing commas."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.manifests.formats.document import MAX_DEPTH
from bot.analysis.manifests.formats.jsontext import read_json
from bot.analysis.manifests.nouns import ManifestError

_TEXT = """{
  // a comment with "quotes"
  "a": [
    1, /* two
    lines */ -2.5e3,
    {"b": true},
  ],
  "c\\n\\"d": null,
  "a": "again"
}
"""


def test_values_and_lines() -> None:
    document = read_json(_TEXT)
    assert document.value == {"a": "again", 'c\n"d': None}
    assert document.line("a", 0) == 4
    assert document.line("a", 1) == 5
    assert document.line("a", 2, "b") == 6
    assert document.line('c\n"d') == 8
    assert document.line("a") == 3, "the first of two"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("1" * 40, float("1" * 40)),
        ('""', ""),
        ('"\\u00e9"', "é"),
        ("[]", []),
        ("{}", {}),
        ("[1,]", [1]),
        ('{"a":1,}', {"a": 1}),
        ("\ufeff[]", []),
        ("// x\n[] // y", []),
    ],
)
def test_values(text: str, value: object) -> None:
    assert read_json(text).value == value


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "ends before it is complete", 1),
        ("{\n\n", "ends before it is complete", 3),
        ('{"a"\n1}', "A comma or colon is missing before `1`", 2),
        ("[1\n2]", "A comma or colon is missing before `2`", 2),
        ("{\n1: 2}", "A key is expected before `1`", 2),
        ("[\n,]", "`,` is not expected here", 2),
        ("[}", "`}` is not expected here", 1),
        ('{"a":}', "`}` is not expected here", 1),
        ("]", "`]` stands where a value is expected", 1),
        ("[]\n[]", "Something follows the end", 2),
        ("[nope]", "`nope` is no JSON value", 1),
        ('["\\x"]', "wrong escape", 1),
        ('\n["a\n"]', "not valid JSON", 2),
        ("\n/* never closed", "not valid JSON", 2),
        ("[" * (MAX_DEPTH + 1), "nested deeper than 64 levels", 1),
    ],
)
def test_slips_are_told_with_their_line(text: str, message: str, line: int) -> None:
    with pytest.raises(ManifestError, match=message) as slip:
        read_json(text)
    assert slip.value.line == line


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(value=_VALUES, indent=st.none() | st.integers(0, 3), is_ascii=st.booleans())
def test_whatever_json_writes_is_read_back(value: object, indent: int | None, is_ascii: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii)
    if "\\u0000" in text or "\0" in text:
        return
    assert read_json(text).value == value


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='{}[],:"\\/*\n 1at', max_size=40))
def test_any_text_is_read_or_refused_within_its_lines(text: str) -> None:
    line: int | None = 1
    try:
        read_json(text)
    except ManifestError as slip:
        line = slip.line
    assert line is not None
    assert 1 <= line <= text.count("\n") + 1
