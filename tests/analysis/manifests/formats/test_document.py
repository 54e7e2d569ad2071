"""A read document: values by steps, lines of keys and items, bounds."""

from __future__ import annotations

import pytest

from bot.analysis.manifests.formats.document import MAX_CHARACTERS, Document, Steps, bounded
from bot.analysis.manifests.nouns import MISSING, ManifestError

_DOCUMENT = Document(
    {"a": [{"b": None}, 7], "c": "text"},
    {("a",): 2, ("a", 0): 3, ("a", 0, "b"): 4, ("c",): 9},
)


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        ((), {"a": [{"b": None}, 7], "c": "text"}),
        (("a", 1), 7),
        (("a", 0, "b"), None),
        (("c",), "text"),
        (("d",), MISSING),
        (("a", 2), MISSING),
        (("a", "0"), MISSING),
        (("c", 0), MISSING),
        (("a", 0, "b", "c"), MISSING),
    ],
)
def test_values(steps: Steps, value: object) -> None:
    assert _DOCUMENT.get(*steps) == value


@pytest.mark.parametrize(
    ("steps", "line"),
    [((), None), (("a",), 2), (("a", 0, "b"), 4), (("a", 0, "x"), 3), (("a", 9, "x"), 2), (("d",), None)],
)
def test_the_line_of_a_key_or_of_what_stands_around_it(steps: Steps, line: int | None) -> None:
    assert _DOCUMENT.line(*steps) == line


def test_a_byte_order_mark_falls_away() -> None:
    assert bounded("\ufeffa") == "a"
    assert bounded("a\ufeff") == "a\ufeff"


def test_what_is_too_long_or_no_text_is_refused() -> None:
    assert len(bounded("a" * MAX_CHARACTERS)) == MAX_CHARACTERS
    with pytest.raises(ManifestError, match="longer than 1,000,000 characters"):
        bounded("a" * (MAX_CHARACTERS + 1))
    with pytest.raises(ManifestError, match="NUL bytes"):
        bounded("a\0b")
