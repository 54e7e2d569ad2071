"""Is `.github/radar.yml` valid?"""

from __future__ import annotations

from bot.model.report import State
from tests.analysis.builders import judged, library

PATH = ".github/radar.yml"


def test_without_a_file_there_is_nothing_to_be_wrong() -> None:
    check = judged("radar-config", library())
    assert check.state is State.NOT_APPLICABLE
    assert "defaults apply" in check.reason


def test_a_valid_file_passes_and_costs_nothing() -> None:
    check = judged("radar-config", library({PATH: "kind: library\n"}))
    assert (check.state, check.weight) == (State.PASS, 0)
    assert (check.evidence[0].path, check.evidence[0].line) == (PATH, 1)


def test_every_slip_has_its_line_and_says_what_to_write() -> None:
    check = judged("radar-config", library({PATH: "kind: librari\n\nexlude: []\n"}))
    assert check.state is State.WARN
    assert check.found.startswith(f"2 slips in `{PATH}`: ")
    assert [one.line for one in check.evidence] == [1, 3]
    assert "Did you mean `library`?" in check.evidence[0].detail
    assert f"`{PATH}:1`" in check.next_step
    assert f"`{PATH}:3`" in check.next_step
