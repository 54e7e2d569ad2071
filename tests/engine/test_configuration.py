"""What a registration may say: read as meant, or refused by name at start."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import inngest
import pytest
from inngest._internal.server_lib import FunctionConfig as Wire  # noqa: TID251 - the wire's other end

from bot.engine.configuration import ConfigurationError, duration_ms, parse_functions
from bot.engine.expressions import scope_of


def _registered(**options: Any) -> list[dict[str, Any]]:
    """The wire's form of one function, as the SDK sends it."""
    client = inngest.Inngest(app_id="app", is_production=False)

    async def handler(ctx: inngest.Context) -> None: ...

    options.setdefault("trigger", inngest.TriggerEvent(event="go"))
    function = client.create_function(fn_id="f", **options)(handler)
    config = function.get_config("http://x/api/inngest")
    configs: list[Wire] = [config.main, *([config.on_failure] if config.on_failure else [])]
    return [_dict(one) for one in configs]


def _dict(config: Wire) -> dict[str, Any]:
    body = config.to_dict()
    assert isinstance(body, dict)
    return dict(body)


def test_everything_at_once() -> None:
    async def failed(ctx: inngest.Context) -> None: ...

    functions = parse_functions(
        _registered(
            retries=1,
            name="My function",
            on_failure=failed,
            idempotency="event.data.key",
            priority=inngest.Priority(run="event.data.p"),
            concurrency=[inngest.Concurrency(limit=3, key="event.data.i"), inngest.Concurrency(limit=0)],
            throttle=inngest.Throttle(limit=850, period=timedelta(minutes=1), key="event.data.i"),
            debounce=inngest.Debounce(period=timedelta(seconds=5), timeout=timedelta(minutes=1)),
            singleton=inngest.Singleton(mode="skip"),
            cancel=[inngest.Cancel(event="stop", if_exp="async.data.x == event.data.x", timeout=timedelta(days=1))],
            timeouts=inngest.Timeouts(start=timedelta(hours=1), finish=timedelta(hours=2)),
            trigger=[inngest.TriggerEvent(event="go"), inngest.TriggerCron(cron="TZ=Europe/Paris 0 9 * * 1-5")],
        )
    )
    one = functions["app-f"]
    assert (one.name, one.attempts) == ("My function", 2)
    assert [limit.limit for limit in one.concurrency] == [3, 0]
    assert one.throttle is not None
    assert (one.throttle.limit, one.throttle.period, one.throttle.burst) == (850, 60_000, 1)
    assert one.debounce is not None
    assert (one.debounce.period, one.debounce.timeout) == (5_000, 60_000)
    assert one.singleton is not None
    assert one.cancel[0].timeout == 86_400_000
    assert (one.timeouts.start, one.timeouts.finish) == (3_600_000, 7_200_000)
    assert [trigger.event or trigger.cron for trigger in one.triggers] == ["go", "TZ=Europe/Paris 0 9 * * 1-5"]
    failure = functions["app-f-failure"]
    assert failure.attempts == 1
    assert failure.triggers[0].expression is not None
    assert failure.triggers[0].expression.holds(scope_of({"event": {"data": {"function_id": "app-f"}}}))


def test_five_attempts_where_nothing_is_said() -> None:
    assert parse_functions(_registered())["app-f"].attempts == 5


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"batch_events": inngest.Batch(max_size=5, timeout=1000)}, "batchEvents"),
        ({"rate_limit": inngest.RateLimit(limit=1, period=timedelta(seconds=1))}, "rateLimit"),
        ({"trigger": inngest.TriggerEvent(event="app/*")}, "wildcard"),
        ({"trigger": inngest.TriggerCron(cron="* * * * *", jitter="30s")}, "jitter"),
    ],
    ids=["batch", "rate limit", "wildcard", "jitter"],
)
def test_refused_at_start(options: dict[str, Any], what: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_functions(_registered(**options))
    for words in ("'app-f'", what, "needs an Inngest server"):
        assert words in str(caught.value)


def test_what_nobody_has_heard_of_is_refused_too() -> None:
    with pytest.raises(ConfigurationError, match="needs an Inngest server"):
        parse_functions([{**_registered()[0], "quantum": {"spin": 1}}])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"idempotency": "event.data. =="}, "no CEL expression"),
        ({"trigger": inngest.TriggerCron(cron="sometimes")}, "no cron expression"),
        ({"debounce": inngest.Debounce(period=timedelta(days=8))}, "seven days"),
    ],
    ids=["cel", "cron", "debounce"],
)
def test_slips_name_the_function(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        parse_functions(_registered(**options))
    assert "'app-f'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "ms"), [("10s", 10_000), ("1h30m", 5_400_000), ("7d", 604_800_000), ("1w", 604_800_000), ("5ms", 5)]
)
def test_durations(text: str, ms: int) -> None:
    assert duration_ms(text) == ms


@pytest.mark.parametrize("text", ["", "10", "s", "1y", "1h 30m", "-1s"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        duration_ms(text)
