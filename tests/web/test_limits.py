"""The rate limit of API tokens: a window of a minute for each, told in the usual headers, shared by processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.storage.database import Database, Session
from bot.web.limits import SHARE, Allowance, RateLimiter
from tests.databases import KINDS, migrated, migrated_url

MINUTE = 60.0


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path, postgresql_uri: str) -> AsyncIterator[Database]:
    """A migrated database of either kind."""
    async with migrated(await migrated_url(request.param, tmp_path, postgresql_uri)) as made:
        yield made


@pytest.mark.anyio
async def test_a_token_is_refused_when_its_window_is_used_up_and_only_then(database: Database) -> None:
    limiter = RateLimiter(database)
    taken = [await limiter.take("a", 10 * MINUTE + second, per_minute=3) for second in (0, 1, 2, 3)]
    assert [(one.allowed, one.remaining) for one in taken] == [(True, 2), (True, 1), (True, 0), (False, 0)]
    assert (await limiter.take("b", 10 * MINUTE + 3, per_minute=3)).allowed, "each has its own"
    assert (await limiter.take("a", 11 * MINUTE, per_minute=3)).remaining == 2, "a new minute"


@pytest.mark.anyio
@pytest.mark.parametrize("per_minute", [1, 19, 100])
async def test_several_processes_share_the_rate_on_postgresql(
    tmp_path: Path, postgresql_uri: str, per_minute: int
) -> None:
    async with migrated(await migrated_url("postgresql", tmp_path, postgresql_uri)) as database:
        processes = [RateLimiter(database) for _ in range(3)]
        allowed = 0
        for number in range(per_minute * 3):
            allowed += (await processes[number % 3].take("a", 10 * MINUTE, per_minute=per_minute)).allowed
        assert allowed == per_minute
        alone = RateLimiter(database)
        wasted = (len(processes) - 1) * max(1, per_minute // SHARE)
        await processes[0].take("b", 10 * MINUTE, per_minute=per_minute)
        rest = [await alone.take("b", 10 * MINUTE, per_minute=per_minute) for _ in range(per_minute)]
        assert sum(one.allowed for one in rest) >= per_minute - 1 - wasted


@pytest.mark.anyio
async def test_most_requests_cost_no_write(
    tmp_path: Path, postgresql_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with migrated(await migrated_url("postgresql", tmp_path, postgresql_uri)) as database:
        writes: list[bool] = []
        write = database.write

        def counted(**how: bool) -> AbstractAsyncContextManager[Session]:
            writes.append(True)
            return write(**how)

        monkeypatch.setattr(database, "write", counted)
        limiter = RateLimiter(database)
        for _ in range(300):
            await limiter.take("a", 10 * MINUTE, per_minute=300)
        assert len(writes) == SHARE


RESETS = {"at the beginning": (0.0, 60), "in the middle": (30.0, 30), "at the very end": (59.9, 1)}


@pytest.mark.anyio
@pytest.mark.parametrize("case", RESETS)
async def test_when_the_window_begins_anew(case: str) -> None:
    second, reset_s = RESETS[case]
    database = Database("sqlite://")
    assert (await RateLimiter(database).take("a", 10 * MINUTE + second, per_minute=3)).reset_s == reset_s
    await database.close()


@pytest.mark.parametrize("allowed", [True, False])
def test_the_headers_tell_when_to_come_again(allowed: bool) -> None:
    headers = Allowance(limit=3, remaining=0, reset_s=17, allowed=allowed).headers()
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"], headers["x-ratelimit-reset"]) == (
        "3",
        "0",
        "17",
    )
    assert headers.get("retry-after") == (None if allowed else "17")
