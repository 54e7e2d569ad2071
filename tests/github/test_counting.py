"""Requests are counted by context."""

from __future__ import annotations

import asyncio

import pytest

from bot.github.counting import count_requests, note_request


def test_nested_counters_both_count() -> None:
    with count_requests() as outer:
        note_request()
        with count_requests() as inner:
            note_request()
        note_request()
    note_request()
    assert (outer.value, inner.value) == (3, 1)


@pytest.mark.anyio
async def test_concurrent_work_does_not_mix() -> None:
    async def work(requests: int) -> int:
        with count_requests() as counter:
            for _ in range(requests):
                await asyncio.sleep(0)
                note_request()
        return counter.value

    with count_requests() as whole:
        assert list(await asyncio.gather(work(1), work(2), work(3))) == [1, 2, 3]
    assert whole.value == 6
