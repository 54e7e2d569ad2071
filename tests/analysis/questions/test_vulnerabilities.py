"""Dependabot's alerts."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import facts, judged, library


@pytest.mark.parametrize(
    ("alerts", "state"), [(0, State.PASS), (1, State.WARN), (2, State.WARN), (3, State.FAIL), (None, State.UNKNOWN)]
)
def test_vulnerabilities(alerts: int | None, state: State) -> None:
    check = judged("vulnerabilities", library(), facts(vulnerability_alerts=alerts))
    assert check.state is state
    if alerts == 1:
        assert check.found == "1 Dependabot alert is open."
