"""What a function's flow control makes of an event: its keys, its place in the queue, and what it cancels. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from bot.engine.configuration import PRIORITY_LIMIT_S, FunctionConfig, Limit, Trigger
from bot.engine.expressions import Expression
from bot.engine.machine import Run
from bot.engine.protocol import Event

_LONGEST_KEY = 400


@dataclass(slots=True, frozen=True)
class Place:
    """Where a run stands: its age less its priority, that priority, its (concurrency key, limit), its throttle.

    A singleton key of "" means that the run is no singleton.
    """

    order_ms: int
    priority_ms: int
    limits: tuple[tuple[str, int], ...]
    throttle_key: str
    singleton_key: str


class Routes:
    """Which functions an event starts, and whose runs it cancels."""

    def __init__(self, functions: Iterable[FunctionConfig]) -> None:
        self._triggers: dict[str, list[tuple[FunctionConfig, Trigger]]] = defaultdict(list)
        self._cancels: dict[str, list[FunctionConfig]] = defaultdict(list)
        for config in functions:
            for trigger in config.triggers:
                if trigger.event:
                    self._triggers[trigger.event].append((config, trigger))
            for name in {cancel.event for cancel in config.cancel}:
                self._cancels[name].append(config)

    def starts(self, event: Event) -> list[FunctionConfig]:
        """The functions whose trigger matches, each once."""
        scope = {"event": event.members()}
        triggers = self._triggers.get(event.name, ())
        found = {config.id: config for config, one in triggers if one.expression is None or one.expression.holds(scope)}
        return list(found.values())

    def cancels(self, event: Event) -> list[FunctionConfig]:
        """The functions whose runs the event may cancel."""
        return self._cancels.get(event.name, [])

    def hear(self, name: str) -> bool:
        """Whether such an event can have an effect."""
        return name in self._triggers or name in self._cancels


def place(config: FunctionConfig, event: Mapping[str, Any], created_ms: int) -> Place:
    """Where a run of this event stands."""
    factor = config.priority.run.value({"event": event}) if config.priority else 0
    factor = int(min(max(factor, -PRIORITY_LIMIT_S), PRIORITY_LIMIT_S)) if isinstance(factor, int | float) else 0
    limits = tuple((_limit_key(config.id, one, event), one.limit) for one in config.concurrency if one.limit)
    throttle_key = f"throttle:{config.id}:{_value(config.throttle.key, event)}" if config.throttle else ""
    singleton_key = _singleton_key(config, event)
    return Place(created_ms - 1000 * factor, 1000 * factor, limits, throttle_key, singleton_key)


def debounce_key(config: FunctionConfig, event: Event) -> str:
    """What the events that wait for each other share."""
    key = config.debounce.key if config.debounce else None
    return f"{config.id}:{_value(key, event.members())}"


def idempotency_key(config: FunctionConfig, event: Event) -> str:
    """What makes a second run the same; "" where the function has none, or it cannot be told for this event."""
    value = config.idempotency.value({"event": event.members()}) if config.idempotency else None
    return "" if value is None else f"{config.id}:{_short(value)}"


def is_cancelled_by(config: FunctionConfig, run: Run, event: Event, now_ms: int) -> bool:
    """Whether one of the function's cancellations applies to this run."""
    for cancel in config.cancel:
        is_in_time = cancel.timeout is None or now_ms <= run.created_ms + cancel.timeout
        if cancel.event == event.name and is_in_time:
            scope = {"event": msgspec.json.decode(run.event), "async": event.members()} if cancel.filter else {}
            if cancel.filter is None or cancel.filter.holds(scope):
                return True
    return False


def seen_key(key: str) -> str:
    """A key that fits its column."""
    return key if len(key) <= _LONGEST_KEY else sha256(key.encode()).hexdigest()


def _limit_key(function_id: str, limit: Limit, event: Mapping[str, Any]) -> str:
    """Limits of the scopes env and account are shared by every function that has the same value."""
    of_function = f":{function_id}:{limit.key.source if limit.key else ''}" if limit.scope == "fn" else ""
    return f"{limit.scope}{of_function}:{_value(limit.key, event)}"


def _singleton_key(config: FunctionConfig, event: Mapping[str, Any]) -> str:
    if config.singleton is None:
        return ""
    if config.singleton.key is not None and config.singleton.key.value({"event": event}) is False:
        return ""  # the key says that this run is none
    return f"{config.id}:{_value(config.singleton.key, event)}"


def _value(key: Expression | None, event: Mapping[str, Any]) -> str:
    return "" if key is None else _short(key.value({"event": event}))


def _short(value: Any) -> str:
    return seen_key(value if isinstance(value, str) else msgspec.json.encode(value).decode())
