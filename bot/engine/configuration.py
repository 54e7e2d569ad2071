"""What a function's registration says, read as declared here; whatever else it says is refused by name.

Shapes: `FunctionConfig` of the SDK's in-band sync (inngest `_internal/server_lib/registration.py`). A field that these
structs do not have needs an Inngest server, and the start fails with the function's name and those words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct, field

from bot.engine.expressions import Expression
from bot.engine.schedule import next_cron_ms

DEFAULT_RETRIES = 4  # Inngest's: five attempts where a function says nothing
PRIORITY_LIMIT_S = 12 * 3600  # the server clips the priority factor here
_DEBOUNCE_MAX_MS = 7 * 86_400_000
NEVER_MS = 1 << 53

_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DURATION = re.compile(r"(\d+)(ms|[smhdw])")
_UNKNOWN = re.compile(r"unknown field `(\w+)`")
_Value = TypeVar("_Value")


class ConfigurationError(ValueError):
    """A function's registration that this engine cannot run; the message names the function and the next step."""


class Duration(int):
    """Milliseconds; `1h30m`, `10s` or `7d` on the wire."""


class _Wire(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Part of a registration."""


class Trigger(_Wire, frozen=True):
    """An event by name, where `expression` holds; or a cron expression, `TZ=Zone` in front of it where not UTC."""

    event: str = ""
    expression: Expression | None = None
    cron: str = ""

    def __post_init__(self) -> None:
        if "*" in self.event:
            raise ValueError("Object contains unknown field `wildcard`")
        if self.cron:
            next_cron_ms(self.cron, 0)


class Limit(_Wire, frozen=True):
    """At most `limit` calls at once among those that share the key; 0 is no limit."""

    limit: int
    scope: Literal["fn", "env", "account"] = "fn"
    key: Expression | None = None


class Throttle(_Wire, frozen=True):
    """`limit` run starts in `period`, smoothed, with up to `burst` more at once."""

    limit: int
    period: Duration
    burst: int = 1
    key: Expression | None = None


class Debounce(_Wire, frozen=True):
    """One run with the last event, `period` after it, at most `timeout` after the first."""

    period: Duration
    timeout: Duration = Duration(NEVER_MS)
    key: Expression | None = None

    def __post_init__(self) -> None:
        if self.period > _DEBOUNCE_MAX_MS:
            raise ValueError("a debounce of more than seven days")


class Singleton(_Wire, frozen=True):
    """At most one run of the key; a second is skipped, or cancels the first."""

    mode: Literal["skip", "cancel"]
    key: Expression | None = None


class Cancel(_Wire, frozen=True):
    """An event that cancels runs for which `filter` holds, while they are younger than `timeout`."""

    event: str
    filter: Expression | None = field(name="if", default=None)
    timeout: Duration = Duration(NEVER_MS)


class Timeouts(_Wire, frozen=True):
    """How long a run may wait for its first call, and go on after it."""

    start: Duration = Duration(NEVER_MS)
    finish: Duration = Duration(NEVER_MS)


class Priority(_Wire, frozen=True):
    """Seconds by which a run is treated as older than it is."""

    run: Expression


class Retries(_Wire, frozen=True):
    """Attempts beyond the first."""

    attempts: int = DEFAULT_RETRIES


class Step(_Wire, frozen=True):
    """The entry step: Python's SDK registers exactly one."""

    id: str = ""
    name: str = ""
    retries: Retries = Retries()
    runtime: Any = None


class FunctionConfig(_Wire, frozen=True):
    """One function as registered."""

    id: str
    name: str = ""
    steps: dict[str, Step] = {}
    triggers: tuple[Trigger, ...] = ()
    concurrency: tuple[Limit, ...] = ()
    throttle: Throttle | None = None
    debounce: Debounce | None = None
    singleton: Singleton | None = None
    cancel: tuple[Cancel, ...] = ()
    priority: Priority | None = None
    idempotency: Expression | None = None
    timeouts: Timeouts = Timeouts()

    @property
    def attempts(self) -> int:
        """How often a job is tried, the first time included."""
        return 1 + max((step.retries.attempts for step in self.steps.values()), default=DEFAULT_RETRIES)


def parse_functions(raw: Sequence[Mapping[str, Any]]) -> dict[str, FunctionConfig]:
    """The functions of a registration by id. Raises ConfigurationError for the first that cannot run here."""
    return {str(one["id"]): _parse(str(one["id"]), one) for one in raw}


def duration_ms(text: str) -> int:
    """Milliseconds of `1h30m`, `10s`, `7d` …. Raises ValueError."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is no duration such as 90s, 5m or 1h30m")
    return sum(int(number) * _UNIT_MS[unit] for number, unit in parts)


def _parse(function_id: str, raw: Mapping[str, Any]) -> FunctionConfig:
    try:
        return msgspec.convert(_without_nothing(raw), FunctionConfig, dec_hook=_read)
    except msgspec.ValidationError as error:
        unknown = _UNKNOWN.search(str(error))
        if unknown is None:
            raise ConfigurationError(f"Function {function_id!r}: {error}.") from error
        raise ConfigurationError(
            f"Function {function_id!r} uses {unknown[1]}, which needs an Inngest server: "
            "set INNGEST_DEV, INNGEST_BASE_URL or the INNGEST keys, or do without it."
        ) from error


def _read(kind: type[_Value], value: Any) -> Any:
    return Expression(value) if kind is Expression else Duration(duration_ms(value))


def _without_nothing(value: Any) -> Any:
    """JSON without what is null or empty: the same as not said."""
    if isinstance(value, Mapping):
        parts = {name: _without_nothing(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in (None, "", [], {})}
    return [_without_nothing(part) for part in value] if isinstance(value, list) else value
