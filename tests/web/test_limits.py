"""The rate limit of API tokens: a window of a minute for each, told in the usual headers."""

from __future__ import annotations

import pytest

from bot.web.limits import Allowance, RateLimiter

MINUTE = 60.0


def test_a_token_is_refused_when_its_window_is_used_up_and_only_then() -> None:
    limiter = RateLimiter()
    taken = [limiter.take("a", 10 * MINUTE + second, per_minute=3) for second in (0, 1, 2, 3)]
    assert [(one.allowed, one.remaining) for one in taken] == [(True, 2), (True, 1), (True, 0), (False, 0)]
    assert limiter.take("b", 10 * MINUTE + 3, per_minute=3).allowed, "each has its own"
    assert limiter.take("a", 11 * MINUTE, per_minute=3).remaining == 2, "a new minute"


RESETS = {"at the beginning": (0.0, 60), "in the middle": (30.0, 30), "at the very end": (59.9, 1)}


@pytest.mark.parametrize("case", RESETS)
def test_when_the_window_begins_anew(case: str) -> None:
    second, reset_s = RESETS[case]
    assert RateLimiter().take("a", 10 * MINUTE + second, per_minute=3).reset_s == reset_s


@pytest.mark.parametrize("allowed", [True, False])
def test_the_headers_tell_when_to_come_again(allowed: bool) -> None:
    headers = Allowance(limit=3, remaining=0, reset_s=17, allowed=allowed).headers()
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"], headers["x-ratelimit-reset"]) == (
        "3",
        "0",
        "17",
    )
    assert headers.get("retry-after") == (None if allowed else "17")
