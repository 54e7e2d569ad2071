"""The pace of content: never above GitHub's limit in any minute or hour; each urgency leaves room to those above."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.github.pace import (
    DOCUMENTED,
    HOUR_S,
    MINUTE_S,
    ContentLimits,
    Urgency,
    content_urgency,
    current_urgency,
    spacing_s,
    wait_s,
)


def test_what_github_documents() -> None:
    assert (DOCUMENTED.per_minute, DOCUMENTED.per_hour) == (80, 500)


LIMITS = st.builds(ContentLimits, st.integers(0, 8), st.integers(0, 30))


@given(LIMITS, st.lists(st.tuples(st.floats(0, 900), st.sampled_from(Urgency)), max_size=80))
def test_no_window_ever_holds_more_than_is_allowed(limits: ContentLimits, wanted: list[tuple[float, Urgency]]) -> None:
    now, sent = 0.0, list[float]()
    for pause_s, urgency in wanted:
        now += pause_s
        now += wait_s(sent, now, limits, urgency)
        assert wait_s(sent, now, limits, urgency) <= 1e-6
        sent.append(now)
    for period_s, limit in ((MINUTE_S, limits.per_minute), (HOUR_S, limits.per_hour)):
        for start in sent:
            within = sum(start <= one < start + period_s for one in sent)
            assert not limit or within <= limit


@given(st.lists(st.floats(0, 4000), max_size=600).map(sorted), st.floats(4000, 5000))
def test_who_waits_most_urgently_waits_least(sent: list[float], now: float) -> None:
    reply, check, background = (wait_s(sent, now, DOCUMENTED, one) for one in Urgency)
    assert reply <= check <= background


def test_a_flood_in_the_background_leaves_room_for_checks_and_replies() -> None:
    sent = [0.0] * 56
    assert wait_s(sent, 1.0, DOCUMENTED, Urgency.BACKGROUND) == 60.0
    assert wait_s(sent, 1.0, DOCUMENTED, Urgency.CHECK) == 0
    sent += [1.0] * 12
    assert wait_s(sent, 2.0, DOCUMENTED, Urgency.CHECK) > 0
    assert wait_s(sent, 2.0, DOCUMENTED, Urgency.REPLY) == 0


def test_no_limit_is_no_wait() -> None:
    assert wait_s([0.0] * 10_000, 0.0, ContentLimits(0, 0), Urgency.BACKGROUND) == 0
    assert spacing_s(ContentLimits(0, 0), Urgency.REPLY) == 0


def test_a_block_inside_another_is_never_more_urgent() -> None:
    assert current_urgency() is Urgency.REPLY
    with content_urgency(Urgency.BACKGROUND):
        with content_urgency(Urgency.CHECK):
            assert current_urgency() is Urgency.BACKGROUND
        assert current_urgency() is Urgency.BACKGROUND
    assert current_urgency() is Urgency.REPLY
