"""What a function's flow control makes of an event: its keys, its place in the queue, and what it cancels. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from bot.engine.configuration import PRIORITY_LIMIT_S, Cancel, FunctionConfig, Limit, Trigger
from bot.engine.expressions import Expression, Scope, scope_of
from bot.engine.machine import Run
from bot.engine.protocol import Event
from bot.engine.ready import Gate

_LONGEST_KEY = 400


@dataclass(slots=True, frozen=True)
class Place:
    """Where a run stands: its priority, the gates that each of its calls passes, those of its first call besides.

    `idempotency_key` makes a second run the same, `singleton_key` one at the same time; "" where nothing does.
    """

    priority_ms: int
    limits: tuple[Gate, ...]
    throttles: tuple[Gate, ...]
    singleton_key: str
    idempotency_key: str


class Routes:
    """Which functions an event starts, and whose runs it may cancel."""

    def __init__(self, functions: Iterable[FunctionConfig]) -> None:
        self._triggers: dict[str, list[tuple[FunctionConfig, Trigger]]] = defaultdict(list)
        self._cancels: dict[str, list[tuple[FunctionConfig, Cancel]]] = defaultdict(list)
        for config in functions:
            for trigger in config.triggers:
                if trigger.event:
                    self._triggers[trigger.event].append((config, trigger))
            for cancel in config.cancel:
                self._cancels[cancel.event].append((config, cancel))

    def starts(self, event: Event) -> list[FunctionConfig]:
        """The functions whose trigger matches, each once."""
        found = {}
        for config, trigger in self._triggers.get(event.name, ()):
            if trigger.expression is None or trigger.expression.holds(_scope(event)):
                found[config.id] = config
        return list(found.values())

    def cancels(self, event: Event) -> list[tuple[FunctionConfig, Cancel]]:
        """The cancellations that the event may bring: none whose filter is false whatever the run."""
        found = self._cancels.get(event.name)
        if not found:
            return []
        alone = scope_of({"async": msgspec.structs.asdict(event)})
        return [(config, one) for config, one in found if one.filter is None or one.filter.value(alone) is not False]

    def hear(self, name: str) -> bool:
        """Whether such an event can have an effect."""
        return name in self._triggers or name in self._cancels


def place(config: FunctionConfig, event: Event) -> Place:
    """Where a run of this event stands. Raises ValueError for what is no JSON."""
    scope = _scope(event)
    factor = config.priority.run.value(scope) if config.priority else 0
    factor = int(min(max(factor, -PRIORITY_LIMIT_S), PRIORITY_LIMIT_S)) if isinstance(factor, int | float) else 0
    limits = tuple((_limit_key(config.id, one, scope), one.limit) for one in config.concurrency if one.limit)
    throttles = [(f"throttle:{config.id}:{_value(one.key, scope)}", one) for one in (config.throttle,) if one]
    once = config.idempotency.value(scope) if config.idempotency else None
    idempotency_key = "" if once is None else f"{config.id}:{_short(once)}"  # none also where it cannot be told
    return Place(1000 * factor, limits, tuple(throttles), _singleton_key(config, scope), idempotency_key)


def debounce_key(config: FunctionConfig, event: Event) -> str:
    """What the events that wait for each other share."""
    return f"{config.id}:{_value(config.debounce.key if config.debounce else None, _scope(event))}"


def is_cancelled(cancel: Cancel, run: Run, event: Event, now_ms: int) -> bool:
    """Whether this cancellation of its function applies to the run."""
    if now_ms > run.created_ms + cancel.timeout:
        return False
    if cancel.filter is None:
        return True
    both = {"event": msgspec.json.decode(run.event), "async": msgspec.structs.asdict(event)}
    return cancel.filter.holds(scope_of(both))


def seen_key(key: str) -> str:
    """A key that fits its column."""
    return key if len(key) <= _LONGEST_KEY else sha256(key.encode()).hexdigest()


def _scope(event: Event) -> Scope:
    return scope_of({"event": msgspec.structs.asdict(event)})


def _limit_key(function_id: str, limit: Limit, scope: Scope) -> str:
    """Limits of the scopes env and account are shared by every function that has the same value."""
    of_function = f":{function_id}:{limit.key.source if limit.key else ''}" if limit.scope == "fn" else ""
    return f"{limit.scope}{of_function}:{_value(limit.key, scope)}"


def _singleton_key(config: FunctionConfig, scope: Scope) -> str:
    """Empty also where the key's value is false: it says that this run is none."""
    if config.singleton is None:
        return ""
    key = config.singleton.key
    return "" if key is not None and key.value(scope) is False else f"{config.id}:{_value(key, scope)}"


def _value(key: Expression | None, scope: Scope) -> str:
    return "" if key is None else _short(key.value(scope))


def _short(value: Any) -> str:
    return seen_key(value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode())
