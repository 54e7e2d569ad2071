"""What a function's registration says, parsed; and what this engine refuses, by name.

Shapes: `FunctionConfig` of the SDK's in-band sync (inngest `_internal/server_lib/registration.py`). Whatever is not in
the tables below is refused at start with the function's name and the words "needs an Inngest server".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cronsim import CronSim, CronSimError

from bot.engine.expressions import Expression, ExpressionError, expression

DEFAULT_RETRIES = 4  # Inngest's: five attempts where a function says nothing
PRIORITY_LIMIT_S = 12 * 3600  # Inngest clips the priority factor here
DEBOUNCE_MAX_S = 7 * 24 * 3600

_KNOWN = {
    "id", "name", "steps", "triggers", "cancel", "concurrency", "debounce", "idempotency", "priority", "throttle",
    "timeouts", "singleton",
}  # fmt: skip
_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DURATION = re.compile(r"(\d+)(ms|[smhdw])")


class ConfigurationError(ValueError):
    """A function's registration that this engine cannot run; the message names the function and the next step."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event by name, where `filter` holds; or a cron expression."""

    event: str = ""
    filter: Expression | None = None
    cron: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `limit` calls at once among those that share the key; `scope` is fn, env or account."""

    limit: int
    scope: str = "fn"
    key: Expression | None = None


@dataclass(frozen=True, slots=True)
class Throttle:
    """`limit` run starts in `period_ms`, smoothed, with up to `burst` more at once."""

    limit: int
    period_ms: int
    burst: int = 1
    key: Expression | None = None


@dataclass(frozen=True, slots=True)
class Debounce:
    """One run with the last event, `period_ms` after it, at most `timeout_ms` after the first."""

    period_ms: int
    timeout_ms: int | None = None
    key: Expression | None = None


@dataclass(frozen=True, slots=True)
class Singleton:
    """At most one run of the key; a second is skipped, or cancels the first."""

    mode: str
    key: Expression | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """An event that cancels runs for which `filter` holds, while they are younger than `timeout_ms`."""

    event: str
    filter: Expression | None = None
    timeout_ms: int | None = None


@dataclass(frozen=True, slots=True)
class FunctionConfig:
    """One function as registered. `attempts` counts the first."""

    id: str
    name: str
    attempts: int = DEFAULT_RETRIES + 1
    triggers: tuple[Trigger, ...] = ()
    concurrency: tuple[Limit, ...] = ()
    throttle: Throttle | None = None
    debounce: Debounce | None = None
    singleton: Singleton | None = None
    cancel: tuple[Cancel, ...] = ()
    priority: Expression | None = None
    idempotency: Expression | None = None
    start_timeout_ms: int | None = None
    finish_timeout_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one registration; every complaint names its function."""

    function: str
    raw: Mapping[str, Any] = field(repr=False)

    def refused(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            f"Function {self.function!r} uses {what}, which needs an Inngest server: "
            "set INNGEST_DEV, INNGEST_BASE_URL or the INNGEST keys, or do without it."
        )

    def wrong(self, what: str) -> ConfigurationError:
        return ConfigurationError(f"Function {self.function!r}: {what}.")

    def parts(self, raw: Mapping[str, Any], known: set[str], of: str) -> dict[str, Any]:
        given = {name: value for name, value in raw.items() if value not in (None, [], {})}
        for name in given:
            if name not in known:
                raise self.refused(f"{of}{name}")
        return given

    def expression(self, source: str | None) -> Expression | None:
        if not source:
            return None
        try:
            return expression(source)
        except ExpressionError as error:
            raise self.wrong(str(error)) from error

    def duration(self, text: str | None) -> int | None:
        if text is None:
            return None
        try:
            return duration_ms(text)
        except ValueError as error:
            raise self.wrong(str(error)) from error

    def need(self, text: str | None) -> int:
        value = self.duration(text)
        if value is None:
            raise self.wrong("a period is missing")
        return value


def duration_ms(text: str) -> int:
    """Milliseconds of `1h30m`, `10s`, `7d` …. Raises ValueError."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is no duration such as 90s, 5m or 1h30m")
    return sum(int(number) * _UNIT_MS[unit] for number, unit in parts)


def parse_functions(raw: Sequence[Mapping[str, Any]]) -> dict[str, FunctionConfig]:
    """The functions of a registration by id. Raises ConfigurationError for the first that cannot run here."""
    return {str(one["id"]): _parse(_Reader(str(one["id"]), one)) for one in raw}


def _parse(reader: _Reader) -> FunctionConfig:
    given = reader.parts(reader.raw, _KNOWN, "")
    timeouts = reader.parts(given.get("timeouts", {}), {"start", "finish"}, "timeouts.")
    return FunctionConfig(
        id=reader.function,
        name=str(given.get("name") or reader.function),
        attempts=_attempts(reader, given.get("steps", {})),
        triggers=tuple(_trigger(reader, one) for one in given.get("triggers", [])),
        concurrency=tuple(_limit(reader, one) for one in given.get("concurrency", []) if one.get("limit")),
        throttle=_throttle(reader, given["throttle"]) if "throttle" in given else None,
        debounce=_debounce(reader, given["debounce"]) if "debounce" in given else None,
        singleton=_singleton(reader, given["singleton"]) if "singleton" in given else None,
        cancel=tuple(_cancel(reader, one) for one in given.get("cancel", [])),
        priority=reader.expression(given.get("priority", {}).get("run")),
        idempotency=reader.expression(given.get("idempotency")),
        start_timeout_ms=reader.duration(timeouts.get("start")),
        finish_timeout_ms=reader.duration(timeouts.get("finish")),
    )


def _attempts(reader: _Reader, steps: Mapping[str, Mapping[str, Any]]) -> int:
    if len(steps) > 1:
        raise reader.refused("more than one entry step")
    retries = [step["retries"]["attempts"] for step in steps.values() if step.get("retries")]
    return (int(retries[0]) if retries else DEFAULT_RETRIES) + 1


def _trigger(reader: _Reader, raw: Mapping[str, Any]) -> Trigger:
    given = reader.parts(raw, {"event", "expression", "cron"}, "trigger.")
    if "cron" in given:
        try:
            next(CronSim(split_zone(given["cron"])[1], datetime(2026, 1, 1)))  # noqa: DTZ001 - only parsed here
        except (CronSimError, StopIteration) as error:
            raise reader.wrong(f"{given['cron']!r} is no cron expression") from error
        return Trigger(cron=given["cron"])
    if "*" in given["event"]:
        raise reader.refused(f"the wildcard trigger {given['event']!r}")
    return Trigger(event=given["event"], filter=reader.expression(given.get("expression")))


def split_zone(cron: str) -> tuple[str, str]:
    """`TZ=Europe/Paris 0 9 * * *` as zone and expression; UTC where none is named."""
    if cron.startswith("TZ="):
        zone, _, rest = cron[3:].partition(" ")
        return zone, rest.strip()
    return "UTC", cron


def _limit(reader: _Reader, raw: Mapping[str, Any]) -> Limit:
    given = reader.parts(raw, {"limit", "key", "scope"}, "concurrency.")
    return Limit(limit=int(given["limit"]), scope=given.get("scope", "fn"), key=reader.expression(given.get("key")))


def _throttle(reader: _Reader, raw: Mapping[str, Any]) -> Throttle:
    given = reader.parts(raw, {"limit", "period", "burst", "key"}, "throttle.")
    key = reader.expression(given.get("key"))
    return Throttle(max(1, int(given["limit"])), reader.need(given.get("period")), int(given.get("burst", 1)), key)


def _debounce(reader: _Reader, raw: Mapping[str, Any]) -> Debounce:
    given = reader.parts(raw, {"period", "timeout", "key"}, "debounce.")
    period_ms = reader.need(given.get("period"))
    if period_ms > DEBOUNCE_MAX_S * 1000:
        raise reader.wrong("a debounce of more than seven days")
    return Debounce(period_ms, reader.duration(given.get("timeout")), reader.expression(given.get("key")))


def _singleton(reader: _Reader, raw: Mapping[str, Any]) -> Singleton:
    given = reader.parts(raw, {"mode", "key"}, "singleton.")
    if given.get("mode") not in {"skip", "cancel"}:
        raise reader.refused(f"singleton mode {given.get('mode')!r}")
    return Singleton(given["mode"], reader.expression(given.get("key")))


def _cancel(reader: _Reader, raw: Mapping[str, Any]) -> Cancel:
    given = reader.parts(raw, {"event", "if", "timeout"}, "cancel.")
    return Cancel(given["event"], reader.expression(given.get("if")), reader.duration(given.get("timeout")))
