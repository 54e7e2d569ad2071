"""What the filters offer: options with numbers, the chosen one selected, drawn once for the same figures."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markupsafe import Markup

from bot.storage.views_figures import NO_FIGURES, Tally, WorthyAction
from bot.web import choices
from bot.web.choices import chosen, drawn, options_of

KNOWN = replace(
    NO_FIGURES,
    languages=(Tally("C++", 1_200), Tally("a&b", 3), Tally("", 2)),
    actions=(WorthyAction("readme", "Write a <README>", "hours", 4, 2.5),),
    technologies=tuple(Tally(f"T{number}", 1) for number in range(150)),
)


def test_each_option_tells_how_many_it_finds() -> None:
    options = options_of(KNOWN)
    assert options["language"] == (
        '<option value="C++">C++ (1,200)</option>'
        '<option value="a&amp;b">a&amp;b (3)</option>'
        '<option value="none">None (2)</option>'
    )
    assert options["check"] == '<option value="readme">Write a &lt;README&gt; (4)</option>'
    assert options["grade"] == ""
    assert options["technology"].count("<option") == choices.LONGEST


def test_grades_go_from_the_best_and_kinds_read_as_words() -> None:
    grades = (Tally("C", 9), Tally("", 5), Tally("A", 1))
    options = options_of(replace(KNOWN, grades=grades, kinds=(Tally("docs-site", 8),)))
    assert re.findall(r">([^<]+)<", options["grade"]) == ["A (1)", "C (9)", "None (5)"]
    assert options["kind"] == '<option value="docs-site">Docs site (8)</option>'


CHOSEN = {
    "nothing": ("", '<option value="a&amp;b">one</option><option value="c">two</option>'),
    "one of them": ("c", '<option value="a&amp;b">one</option><option value="c" selected>two</option>'),
    "one that is escaped": ("a&b", '<option value="a&amp;b" selected>one</option><option value="c">two</option>'),
    "one that is not offered": (
        '"><script>',
        '<option value="a&amp;b">one</option><option value="c">two</option>'
        "<option selected>&#34;&gt;&lt;script&gt;</option>",
    ),
}


@pytest.mark.parametrize("name", CHOSEN)
def test_what_is_chosen_is_selected(name: str) -> None:
    value, expected = CHOSEN[name]
    made = chosen(drawn([("a&b", "one"), ("c", "two")]), value)
    assert isinstance(made, Markup)
    assert made == expected


def test_the_same_figures_are_drawn_once_and_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "KEPT", 2)
    monkeypatch.setattr(choices, "_kept", {})
    first, second, third = (replace(KNOWN, total=number) for number in range(3))
    drawn_once = options_of(first)
    assert options_of(second) is not drawn_once
    assert options_of(first) is drawn_once
    options_of(third)
    assert options_of(first) is drawn_once, "it was asked for after the second"
    assert len(choices._kept) == 2
