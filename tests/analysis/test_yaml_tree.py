"""YAML that knows its lines, with bounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.yaml_tree import SETTINGS, Node, YamlProblem, parse_yaml


def _plain(node: Node) -> object:
    if node.kind == "map":
        return {key: _plain(value) for key, _, value in node.pairs()}
    return [_plain(item) for item in node.items] if node.kind == "list" else node.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("on: yes", {"on": "yes"}),
        ("a: true\nb: null\nc: ~\nd:", {"a": True, "b": None, "c": None, "d": None}),
        ('a: "1"', {"a": "1"}),
        ("a: 1.5e3", {"a": 1500.0}),
        ("- 1\n- x", [1, "x"]),
        ("base: &b {x: 1}\nuse: {<<: *b, y: 2}", {"base": {"x": 1}, "use": {"x": 1, "y": 2}}),
        (
            "a: &a {x: 1}\nb: &b {x: 2, z: 2}\nuse: {<<: [*a, *b], y: 2}",
            {"a": {"x": 1}, "b": {"x": 2, "z": 2}, "use": {"x": 1, "y": 2, "z": 2}},
        ),
        ("use: {<<: text, y: 2}", {"use": {"y": 2}}),
        ("a: 1\na: 2", {"a": 2}),
        ("1.0: a\n010: b", {"1.0": "a", "010": "b"}),
        ("true: 1", {"true": 1}),
        ("", None),
        ("# only a comment", None),
        ("a: 1\n---\nb: 2", {"a": 1}),
    ],
)
def test_values(text: str, value: object) -> None:
    assert _plain(parse_yaml(text)) == value


def test_every_node_knows_its_line() -> None:
    root = parse_yaml("a:\n  b:\n    - x\n    - y\n")
    items = root.get("a", "b")
    assert items is not None
    assert items.strings() == [("x", 3), ("y", 4)]
    assert [(key, line) for key, line, _ in root.pairs()] == [("a", 1)]
    assert root.get("a", "nope", "b") is None
    assert root.text("a") == ""


def test_the_own_key_stands_where_it_is_written_though_a_merge_has_it_too() -> None:
    root = parse_yaml("a: &a\n  x: 1\n  y: 1\nb:\n  <<: *a\n  x: 2\n")
    merged = root.get("b")
    assert merged is not None
    assert {key: line for key, line, _ in merged.pairs()} == {"x": 6, "y": 3}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: ]", 2),
        ("a: 1\n\tb: 2", 2),
        ("a: *gone", 1),
        ("b: 1\na: &a [*a]", 2),
        ("? [a]\n: b", 1),
        ("[" * 100 + "]" * 100, 1),
        ("a: " + "x" * SETTINGS.characters, 1),
        ("a: \x00", 1),
    ],
)
def test_problems_name_a_line(text: str, line: int) -> None:
    with pytest.raises(YamlProblem) as caught:
        parse_yaml(text)
    assert caught.value.line == line
    assert caught.value.message


def test_aliases_cannot_blow_up() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(YamlProblem, match="more than"):
        parse_yaml("\n".join(lines))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#\n \t,?%@`"), max_size=80) | st.text(max_size=80))
def test_any_text_parses_or_is_a_problem(text: str) -> None:
    try:
        root = parse_yaml(text)
    except YamlProblem as problem:
        root = Node("scalar", problem.line)
    assert root.line >= 1
