"""TOML with line numbers."""

from __future__ import annotations

import pytest

from bot.analysis.manifests.formats.document import Steps
from bot.analysis.manifests.formats.tomltext import read_toml
from bot.analysis.manifests.nouns import ManifestError

_TEXT = """\
title = "x"
a.b = 1

[project]
name = "shop"
text = \"\"\"
[not.a.header]
key = "no key"
\"\"\"
dependencies = [
  "flask>=3",
  'django',
]
[project."optional.deps"]
dev = []
[[tool.index]]
url = "one"
[[tool.index]]
url = "two"
"""


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        (("title",), 1),
        (("a", "b"), 2),
        (("a",), 2),
        (("project",), 4),
        (("project", "name"), 5),
        (("project", "dependencies"), 10),
        (("project", "key"), 4),
        (("project", "optional.deps", "dev"), 15),
        (("tool", "index", 0, "url"), 17),
        (("tool", "index", 1, "url"), 19),
        (("not", "a"), None),
    ],
)
def test_lines_of_keys(steps: Steps, line: int | None) -> None:
    assert read_toml(_TEXT).line(*steps) == line


@pytest.mark.parametrize(
    ("text", "start", "line"),
    [("flask>=3", None, 11), ("django", None, 12), ("gone", None, 10), ("flask>=3", 12, 10)],
    ids=["double quotes", "single quotes", "not there: the key's line", "after the start"],
)
def test_lines_of_items(text: str, start: int | None, line: int) -> None:
    assert read_toml(_TEXT).item_line(("project", "dependencies"), text, start) == line


def test_an_item_of_an_unknown_key_has_no_line() -> None:
    assert read_toml(_TEXT).item_line(("gone",), "x") is None


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a = 1\nb = \n", "TOML: ", 2),
        ("a = 1\na = 2\n", "TOML: ", 2),
        ("a = " + "[" * 70, "nested deeper than 64 levels", None),
        ("a" + ".a" * 70 + " = 1", "nested deeper than 64 levels", None),
        ("a = \0", "NUL bytes", None),
    ],
)
def test_slips_are_told(text: str, message: str, line: int | None) -> None:
    with pytest.raises(ManifestError, match=message) as slip:
        read_toml(text)
    assert slip.value.line == line


def test_a_long_number_is_not_taken_for_nesting() -> None:
    assert read_toml("a = 1." + "0" * 100).value == {"a": 1.0}
