"""The languages that share an extension."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.contents.ambiguous import READ_BYTES, choose, rules
from bot.analysis.contents.facts import lookups


def test_every_shared_extension_of_the_rules_is_known() -> None:
    table = lookups()
    for key, rows in rules().items():
        candidates = table.by_filename[key[1:]] if key.startswith("=") else table.by_extension[key]
        assert {language for language, _ in rows} <= set(candidates) | {"Text", "JSON", "XML", "INI"}, key
        assert [pattern for _, pattern in rows[:-1] if not pattern] == [], f"{key}: rows after an empty pattern"


def test_every_pattern_is_linear_time() -> None:
    for rows in rules().values():
        for _, pattern in rows:
            re2.compile(f"(?m){pattern}".encode())


@pytest.mark.parametrize(
    ("key", "candidates", "content", "language"),
    [
        (".h", ("C", "C++", "Objective-C"), b"@interface A\n@end\n", "Objective-C"),
        (".h", ("C", "C++", "Objective-C"), b"template <class T> struct A {};\n", "C++"),
        (".h", ("C", "C++", "Objective-C"), b"int f(void);\n", "C"),
        (".h", ("C", "C++"), b"@interface A\n@end\n", "C"),
        (".nosuch", ("Zig", "YAML", "JSON"), b"", "JSON"),
        (".nosuch", ("Zig", "XML", "Text"), b"", "XML"),
        (".nosuch", ("Zig", "Ada"), b"", "Zig"),
    ],
    ids=["a rule", "another", "the last rule", "not among the candidates", "preferred", "their order", "the first"],
)
def test_choice(key: str, candidates: tuple[str, ...], content: bytes, language: str) -> None:
    assert choose(key, candidates, content) == language


def test_only_the_beginning_is_read() -> None:
    sign = b"\n@interface A\n@end\n"
    candidates = ("C", "C++", "Objective-C")
    assert choose(".h", candidates, b" " * (READ_BYTES - len(sign)) + sign) == "Objective-C"
    assert choose(".h", candidates, b" " * READ_BYTES + sign) == "C"


@settings(max_examples=150, deadline=None)
@given(key=st.sampled_from(sorted(rules())), content=st.binary(max_size=300), data=st.data())
def test_the_choice_is_always_a_candidate(key: str, content: bytes, data: st.DataObject) -> None:
    table = lookups()
    known = table.by_filename[key[1:]] if key.startswith("=") else table.by_extension[key]
    candidates = tuple(data.draw(st.lists(st.sampled_from(known), min_size=1, unique=True)))
    assert choose(key, candidates, content) in candidates
