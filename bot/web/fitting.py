"""What of a very long report its page shows: the page stays below 100 KB, the report's JSON has it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from bot.model.report import Check, Report

PAGE_MAX_BYTES = 100_000

KEPT_WHOLE = frozenset({"checks", "packages", "groups", "activity"})
"""Parts of a report that the page counts, draws, or pages itself."""

S = TypeVar("S", bound=Struct)


@dataclass(frozen=True)
class Measure:
    """How much of each list (entries) and of each text (characters) is shown."""

    entries: int
    letters: int


MEASURES = (Measure(500, 5_000), Measure(40, 600), Measure(12, 300), Measure(5, 160), Measure(2, 80))
"""Tried in this order until the page fits. Nearly every report fits with the first, which cuts nothing."""


def fitted(report: Report, measure: Measure) -> Report:
    """The report with the first entries of its lists and the beginning of its texts. Paths stay whole: they link."""
    return _cut_struct(report, measure, KEPT_WHOLE)


def fitted_checks(groups: Sequence[tuple[str, list[Check]]], measure: Measure) -> list[tuple[str, list[Check]]]:
    """The same of checks by group."""
    return [(group, [_cut_struct(one, measure) for one in found[: measure.entries]]) for group, found in groups]


def _cut_struct(value: S, measure: Measure, whole: frozenset[str] = frozenset()) -> S:
    cut = {name: _cut(name, getattr(value, name), measure) for name in value.__struct_fields__ if name not in whole}
    return msgspec.structs.replace(value, **cut)


def _cut(name: str, value: Any, measure: Measure) -> Any:
    if isinstance(value, Struct):
        return _cut_struct(value, measure)
    if isinstance(value, tuple):
        return tuple(_cut(name, one, measure) for one in value[: measure.entries])
    if isinstance(value, str) and len(value) > measure.letters and "path" not in name:
        return f"{value[: measure.letters].rstrip()}…"
    return value
