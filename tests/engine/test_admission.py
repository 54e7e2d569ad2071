"""What flow control makes of an event: who is started, in whose line, and who is cancelled."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.engine import admission, machine
from bot.engine.configuration import FunctionConfig, parse_functions
from bot.engine.protocol import Event

EVENT = Event(name="go", data={"kind": "command", "key": "k", "n": 7, "flag": False}, id="e", ts=1)


def config(**more: Any) -> FunctionConfig:
    (one,) = parse_functions([{"id": "f", "triggers": [{"event": "go"}], **more}]).values()
    return one


def place(event: Event = EVENT, **more: Any) -> admission.Place:
    return admission.place(config(**more), event)


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("event.data.n", 7),
        ("event.data.n * 100000", 43_200),
        ("0 - 99999", -43_200),
        ("event.data.kind", 0),
        ("1.9", 1),
    ],
)
def test_priority_makes_older_within_twelve_hours(expression: str, seconds: int) -> None:
    assert place(priority={"run": expression}).priority_ms == 1000 * seconds


def test_limits_of_a_function_are_its_own_and_those_of_a_scope_are_shared() -> None:
    limits = [{"limit": 2, "key": "event.data.key"}, {"limit": 3, "scope": "env", "key": "'all'"}, {"limit": 0}]
    found = place(concurrency=limits).limits
    other = admission.place(parse_functions([{"id": "g", "concurrency": limits}])["g"], EVENT).limits
    assert [limit for _, limit in found] == [2, 3], "0 is no limit"
    assert found[0] != other[0]
    assert found[1] == other[1]


@pytest.mark.parametrize(
    ("singleton", "is_one"),
    [(None, False), ({"mode": "skip"}, True), ({"mode": "skip", "key": "event.data.flag"}, False)],
)
def test_a_singleton_whose_key_is_false_is_none(singleton: Any, is_one: bool) -> None:
    assert bool(place(singleton=singleton).singleton_key) is is_one


def test_a_long_key_still_fits_its_column() -> None:
    long, other = "x" * 1000, "x" * 999 + "y"
    assert admission.seen_key("short") == "short"
    assert len(admission.seen_key(long)) == 64
    assert admission.seen_key(long) != admission.seen_key(other)


def test_an_idempotency_key_that_cannot_be_told_is_none() -> None:
    assert place(idempotency="event.data.key").idempotency_key == "f:k"
    assert place(idempotency="event.data.none").idempotency_key == ""
    assert place().idempotency_key == ""


def test_a_function_is_started_once_however_many_triggers_match() -> None:
    twice = config(triggers=[{"event": "go"}, {"event": "go", "expression": "event.data.n == 7"}])
    never = config(triggers=[{"event": "go", "expression": "event.data.n == 8"}])
    assert admission.Routes([twice]).starts(EVENT) == [twice]
    assert admission.Routes([never]).starts(EVENT) == []
    assert not admission.Routes([twice]).hear("other")


@pytest.mark.parametrize(
    ("name", "data", "now_ms", "is_cancelled"),
    [("stop", {"key": "k"}, 10, True), ("stop", {"key": "l"}, 10, False), ("stop", {"key": "k"}, 5_001, False),
     ("halt", {"key": "k"}, 10, False)],
    ids=["it", "another", "too late", "no such event"],
)  # fmt: skip
def test_who_is_cancelled(name: str, data: dict[str, Any], now_ms: int, is_cancelled: bool) -> None:
    one = config(cancel=[{"event": "stop", "if": "async.data.key == event.data.key", "timeout": "5s"}])
    run, event = machine.start("r", one.id, msgspec.json.encode(EVENT), now_ms=0), Event(name=name, data=data)
    found = [cancel for _, cancel in admission.Routes([one]).cancels(event)]
    assert any(admission.is_cancelled(cancel, run, event, now_ms) for cancel in found) is is_cancelled


def test_an_event_that_can_cancel_nothing_is_known_without_a_look_at_the_runs() -> None:
    """A filter that is false by the event alone costs nothing for each run."""
    one = config(cancel=[{"event": "change", "if": "async.data.n == event.data.n && async.data.kind == 'end'"}])
    routes = admission.Routes([one])
    assert routes.cancels(Event(name="change", data={"n": 7, "kind": "rename"})) == []
    assert routes.cancels(Event(name="change", data={"n": 7, "kind": "end"})) == [(one, one.cancel[0])]
