"""What `.gitattributes` says of its own files overrides our rules."""

from __future__ import annotations

import pytest

from bot.analysis.contents.attributes import NOTHING_SAID, Attributes, Overrides
from tests.cpu import cpu_s

TEXT = """
# a comment *.py linguist-vendored
*.rb linguist-language=Java
gen/** linguist-generated
gen/keep.go -linguist-generated
docs/* linguist-documentation=false
*.json linguist-detectable=true text eol=lf
third/** linguist-vendored
third/ours/** !linguist-vendored
"with space.txt" linguist-generated=true
* text=auto
!negative linguist-vendored
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.rb", Overrides(language="Java")),
        ("gen/a/b.go", Overrides(is_generated=True)),
        ("gen/keep.go", Overrides(is_generated=False)),
        ("docs/a.md", Overrides(is_documentation=False)),
        ("a.json", Overrides(is_detectable=True)),
        ("third/a.c", Overrides(is_vendored=True)),
        ("third/ours/a.c", Overrides()),
        ("with space.txt", Overrides(is_generated=True)),
        ("plain.py", NOTHING_SAID),
        ("negative", NOTHING_SAID),
    ],
)
def test_overrides(path: str, expected: Overrides) -> None:
    attributes = Attributes()
    attributes.add(".gitattributes", TEXT)
    assert attributes.of(path) == expected


def test_a_deeper_file_wins_and_speaks_only_of_its_folder() -> None:
    attributes = Attributes()
    attributes.add("lib/.gitattributes", "*.js -linguist-vendored\n")
    attributes.add(".gitattributes", "*.js linguist-vendored\n")
    assert attributes.of("lib/a.js").is_vendored is False
    assert attributes.of("lib/deep/a.js").is_vendored is False
    assert attributes.of("library/a.js").is_vendored is True


def test_hostile_patterns_take_no_time() -> None:
    attributes = Attributes()
    attributes.add(".gitattributes", "\n".join(["*a" * 100 + "b linguist-vendored", "[ linguist-vendored"] * 500))
    assert cpu_s(lambda: attributes.of("a" * 2000)) < 1
