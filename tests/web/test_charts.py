"""Charts: they say themselves in words, and carry no style that the policy forbids."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest

from bot.model.report import Week
from bot.web import charts
from tests.web.world import NOW

POINTS = [(NOW - timedelta(days=20 - place), score) for place, score in enumerate((60, None, 64, 71))]
DRAWN = {
    "ring": (charts.ring(78, "C"), "Score 78 of 100, grade C"),
    "ring without score": (charts.ring(None, ""), "No score yet"),
    "ring at nought": (charts.ring(0, "F"), "Score 0 of 100, grade F"),
    "ring with a hostile grade": (charts.ring(1, '"><script>'), 'Score 1 of 100, grade "><script>'),
    "bar": (charts.bar(0.4, "a", "four tenths"), "four tenths"),
    "bar beyond": (charts.bar(7, "a", "all"), "all"),
    "stacked": (charts.stacked([("A<b>", 0.6, "#fff"), ("C", 0.4, "stale")], "Parts"), "Parts: A<b> 60 %, C 40 %"),
    "trend": (charts.trend(POINTS), "Score from 60 on 2026-11-04 to 71 on 2026-11-07"),
    "trend of equal scores": (charts.trend([(NOW, 5), (NOW, 5)]), "Score from 5 on 2026-11-24 to 5 on 2026-11-24"),
    "sparkline": (charts.sparkline(POINTS), "Scores so far: 60, 64, 71"),
    "weeks": (
        charts.weeks([Week(starts="2026-11-16", human=3, bot=1), Week(starts="2026-11-23", human=0, bot=0)]),
        "Commits in 2 weeks: 3 by people, 1 by bots",
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_well_formed_and_says_itself(name: str) -> None:
    drawn, said = DRAWN[name]
    root = ElementTree.fromstring(str(drawn))
    assert root.attrib.get("aria-label") == said
    assert not re.search(r"\sstyle=|<script|\son\w+=", str(drawn))


def test_one_score_is_no_trend() -> None:
    assert charts.sparkline(POINTS[:2]) == ""
    assert charts.trend([(NOW, 70), (NOW, None)]) == ""
    assert charts.weeks([]) == ""
