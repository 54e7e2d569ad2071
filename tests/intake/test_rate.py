"""A rate that fades."""

from __future__ import annotations

import pytest

from bot.intake.rate import Rate


def test_a_steady_stream_is_measured_and_its_end_noticed() -> None:
    rate = Rate()
    for tick in range(500):
        rate.add(10, tick / 100)
    assert rate.per_second(5.0) == pytest.approx(1000, rel=0.05)
    assert rate.per_second(6.0) < 150
    assert rate.per_second(60.0) == pytest.approx(0, abs=1e-9)


def test_nothing_yet() -> None:
    assert Rate().per_second(123.0) == 0
