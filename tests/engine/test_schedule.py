"""When a cron expression strikes next, in its zone and through the change of its clocks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.engine.schedule import next_cron_ms


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("cron", "after", "strikes"),
    [
        ("*/5 * * * *", "2026-11-24T10:00:00", "2026-11-24T10:05:00"),
        ("*/5 * * * *", "2026-11-24T10:04:59.999", "2026-11-24T10:05:00"),
        ("0 * * * *", "2026-12-31T23:30:00", "2027-01-01T00:00:00"),
        ("TZ=Europe/Paris 0 9 * * *", "2026-11-24T07:59:00", "2026-11-24T08:00:00"),
        ("TZ=Europe/Paris 0 9 * * *", "2026-07-01T00:00:00", "2026-07-01T07:00:00"),
        ("TZ=Europe/Paris 30 2 * * *", "2026-03-28T12:00:00", "2026-03-29T01:00:00"),  # 02:30 is not that night
    ],
)
def test_the_next_time(cron: str, after: str, strikes: str) -> None:
    assert next_cron_ms(cron, _ms(after)) == _ms(strikes)


@pytest.mark.parametrize("cron", ["", "sometimes", "* * * *", "61 * * * *", "TZ=Nowhere/Land 0 9 * * *", "0 0 31 2 *"])
def test_what_is_no_cron_expression(cron: str) -> None:
    with pytest.raises(ValueError, match="no cron expression"):
        next_cron_ms(cron, _ms("2026-11-24T10:00:00"))
