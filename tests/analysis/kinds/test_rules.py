"""In which order the kinds are looked for."""

from __future__ import annotations

import pytest

from bot.model.report import Kind
from tests.analysis.builders import library, report
from tests.analysis.kinds.cases import Case

BOTH = {
    "an action with a package": Case(library({"action.yml": "name: x\n"}), Kind.ACTION),
    "a template of a library": Case(library(), Kind.TEMPLATE, {"is_template": True}),
    "dotfiles with a package": Case(library(), Kind.CONFIGURATION, {"name": "dotfiles"}),
}


@pytest.mark.parametrize("name", BOTH)
def test_the_first_rule_that_finds_evidence_decides(name: str) -> None:
    assert BOTH[name].is_found()


def test_what_is_declared_is_not_doubted() -> None:
    made = report(library({".github/radar.yml": "kind: data\n"}))
    assert made.kind is Kind.DATA
    assert [(e.path, e.line, e.detail) for e in made.kind_evidence] == [(".github/radar.yml", 1, "declared")]


def test_without_evidence_it_is_not_known() -> None:
    assert Case({"a.txt": "x"}, Kind.UNKNOWN).is_found()
