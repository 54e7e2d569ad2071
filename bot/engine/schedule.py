"""When a cron expression strikes next, in its time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from bot.engine.configuration import split_zone


def next_cron_ms(cron: str, after_ms: int) -> int:
    """Milliseconds since 1970 of the first time after `after_ms`. `TZ=Zone` may stand in front; else UTC."""
    zone, expression = split_zone(cron)
    after = datetime.fromtimestamp(after_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return int(next(CronSim(expression, after)).timestamp() * 1000)
