"""YAML with line numbers: text stays as written, aliases and depth are bounded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.manifests.formats import yamltext
from bot.analysis.manifests.formats.document import MAX_DEPTH
from bot.analysis.manifests.formats.yamltext import BOUNDS, read_yaml
from bot.analysis.manifests.nouns import ManifestError
from bot.analysis.yaml_tree import Bounds


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("python: 3.10", {"python": "3.10"}),
        ("on: [push]", {"on": ["push"]}),
        ("a: yes", {"a": "yes"}),
        ("a: true\nb: False\nc: ~\nd:", {"a": True, "b": False, "c": None, "d": None}),
        ('a: "true"\nb: "null"', {"a": "true", "b": "null"}),
        ("true: 1\n~: 2\n3: 4", {"true": "1", "null": "2", "3": "4"}),
        ("a: !!python/object/apply:os.system [x]", {"a": ["x"]}),
        ("a: !!binary abc", {"a": "abc"}),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": "1"}, "c": {"b": "1"}}),
        ("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3", {"a": {"b": "1", "c": "2"}, "d": {"b": "1", "c": "3"}}),
        ("d:\n  <<: [{b: 1}, {b: 2, c: 2}]", {"d": {"b": "1", "c": "2"}}),
        (
            "a: &x {b: 1}\ne: &y {f: 2}\nd:\n  <<: [*x, *y]",
            {"a": {"b": "1"}, "e": {"f": "2"}, "d": {"b": "1", "f": "2"}},
        ),
        ("d: {c: 1, <<: {c: 2, e: 3}}", {"d": {"c": "1", "e": "3"}}),
        ("d: {<<: text}", {"d": {}}),
        ("", None),
        ("---\n", None),
    ],
)
def test_values(text: str, value: object) -> None:
    assert read_yaml(text).value == value


def test_lines_of_keys_and_items() -> None:
    document = read_yaml("a:\n  - b: 1\n    c: 2\n  - d\ne: {f: [g,\n  h]}\n")
    lines = [document.line(*steps) for steps in (("a",), ("a", 0, "c"), ("a", 1), ("e", "f", 1))]
    assert lines == [1, 3, 4, 6]
    assert read_yaml("a: 1\nb: 2\na: again\n").line("a") == 1


def test_what_is_merged_or_repeated_stands_where_it_was_written() -> None:
    document = read_yaml("a: &x\n  b: [1]\nc:\n  <<: *x\n  d: *x\n")
    assert document.value == {"a": {"b": ["1"]}, "c": {"d": {"b": ["1"]}, "b": ["1"]}}
    assert [document.line(*steps) for steps in (("c", "b"), ("c", "d"), ("c", "d", "b"))] == [2, 5, 5]


def test_of_a_stream_the_first_document_is_read() -> None:
    assert read_yaml("a: &x 1\n---\nb: ]\n").value == {"a": "1"}


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: b: c", "mapping values are not allowed", 1),
        ("a:\n\t- b", "cannot start any token", 2),
        ("? [a]\n: b", "key is a table or a list", 1),
        ("a: &x {b: 1}\n? *x\n: c", "key is a table or a list", 2),
        ("a: &a [*a]", r"alias \*a names nothing that is complete", 1),
        ("b: 1\na: *gone", r"alias \*gone names nothing|undefined alias", 2),
        ("[" * (MAX_DEPTH + 1), "nested deeper than 64 levels", 1),
    ],
)
def test_slips_are_told_with_their_line(text: str, message: str, line: int) -> None:
    with pytest.raises(ManifestError, match=message) as slip:
        read_yaml(text)
    assert slip.value.line == line


def test_aliases_are_counted() -> None:
    text = "a: &a x\nb: [" + "*a, " * BOUNDS.aliases
    assert len(str(read_yaml(text + "]\n").value)) > BOUNDS.aliases
    with pytest.raises(ManifestError, match="more than 200 aliases"):
        read_yaml(text + "*a]\n")


def test_values_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamltext, "BOUNDS", Bounds(values=20))
    assert read_yaml("- a\n" * 19).line(18) == 19
    with pytest.raises(ManifestError, match="more than 20 values"):
        read_yaml("- a\n" * 30)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab:-?*&!{}[],\"'|> \n~<#", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    line: int | None = 1
    try:
        read_yaml(text)
    except ManifestError as slip:
        line = slip.line
    assert line is None or 1 <= line <= text.count("\n") + 2
