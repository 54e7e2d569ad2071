"""When a cron expression strikes next, in its time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError


def next_cron_ms(cron: str, after_ms: int) -> int:
    """Milliseconds since 1970 of the first time after `after_ms`. Raises ValueError for what is no cron expression.

    `TZ=Europe/Paris 0 9 * * *` is in that zone, as Inngest writes it; else UTC.
    """
    zone, expression = ("UTC", cron) if not cron.startswith("TZ=") else cron[3:].split(" ", 1)
    try:
        after = datetime.fromtimestamp(after_ms / 1000, UTC).astimezone(ZoneInfo(zone))
        return int(next(CronSim(expression.strip(), after)).timestamp() * 1000)
    except (CronSimError, StopIteration, KeyError) as error:
        raise ValueError(f"{cron!r} is no cron expression") from error
