"""Check runs on HEAD: begun once, told once a report, and only what waits is listed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model.records import CheckRunState
from bot.storage import check_runs, installations, refreshes, reports, repositories
from bot.storage.check_runs import GIVEN_UP_AFTER, HELD, Begun
from bot.storage.database import Database, Session
from tests.storage.samples import NOW, installation, later, report, repository

pytestmark = pytest.mark.anyio

WRITE = {"checks": "write"}


async def seed(session: Session, *ids: int) -> None:
    """Repositories with a report each; the higher the id, the newer the push."""
    await installations.upsert(session, installation(permissions=WRITE), now=NOW)
    for id_ in ids:
        await repositories.upsert_many(session, 7, [repository(id_, f"r{id_}", pushed_at=later(id_))], now=NOW)
        await reported(session, id_)


async def reported(session: Session, id_: int, seconds: float = 0, sha: str = "a" * 40) -> None:
    await reports.complete(
        session,
        report(id_, sha, analyzed_at=later(seconds)),
        run_id=f"r{seconds}",
        trigger="install",
        now=later(seconds),
    )


async def begin(session: Session, id_: int = 42, **changes: Any) -> Begun:
    values: dict[str, Any] = {
        "external_id": "one",
        "head_sha": "a" * 40,
        "reported_at": NOW,
        "holder": "run",
        "now": NOW,
    }
    return await check_runs.begin(session, id_, **(values | changes))


async def publish(
    session: Session, id_: int = 42, seconds: float = 0, *, requests: int = 1, external_id: str = "one"
) -> None:
    await check_runs.published(
        session, id_, external_id=external_id, said="this", check_run_id=5, requests=requests, now=later(seconds)
    )


async def waiting(session: Session, *, holder: str = "run", seconds: float = 0) -> list[int]:
    return await check_runs.list_waiting(session, 7, holder=holder, now=later(seconds), limit=10)


async def test_it_is_begun_by_one_at_a_time(database: Database) -> None:
    async with database.write() as session:
        await seed(session, 42)
        assert await begin(session) is Begun.FRESH
        assert await begin(session) is Begun.AGAIN, "the same run tries again"
        assert await begin(session, holder="another") is Begun.TAKEN
        assert await begin(session, holder="another", now=NOW + HELD) is Begun.AGAIN, "who held it is gone"
        await publish(session)
        assert await begin(session) is Begun.DONE
        assert await begin(session, external_id="two", reported_at=later(5)) is Begun.FRESH, "a newer report"
        assert await begin(session) is Begun.SUPERSEDED
        await publish(session)  # too late: the row is about another report now
        known = await check_runs.get(session, 42)
        assert known is not None
        assert (known.state, known.external_id) == (CheckRunState.SENDING, "two")


async def test_what_waits(database: Database) -> None:
    async with database.write() as session:
        await seed(session, 41, 42, 43, 44, 45)
        assert await waiting(session) == [45, 44, 43, 42, 41], "newest pushes first"
        await begin(session, 45)
        await publish(session, 45)
        await check_runs.settle(session, 44, reported_at=NOW, reason="switched off")
        await refreshes.queue(session, [43], trigger="push", now=NOW)
        await repositories.upsert_many(session, 7, [repository(42, "r42", is_archived=True)], now=NOW)
        assert await waiting(session) == [41]
        assert await check_runs.list_installations_waiting(session) == [7]
        await repositories.remove(session, 7, [41], reason="removed", now=NOW)
        assert await waiting(session) == []
        assert await check_runs.list_installations_waiting(session) == []
        await reported(session, 44, 60)
        assert await waiting(session) == [44], "a newer report is to be told"
        await installations.upsert(session, installation(permissions={}), now=NOW)
        assert await check_runs.list_installations_waiting(session) == []


async def test_what_another_is_at_is_left_to_it(database: Database) -> None:
    async with database.write() as session:
        await seed(session, 42)
        await begin(session, holder="another")
        assert await waiting(session) == []
        assert await waiting(session, holder="another") == [42]
        assert await waiting(session, seconds=HELD.total_seconds()) == [42], "it was killed"


async def test_failures_go_last_and_are_given_up(database: Database) -> None:
    async with database.write() as session:
        await seed(session, 41, 42)
        await begin(session, 42)
        await check_runs.note_failure(session, 42, reason="GitHub is away.")
        assert await waiting(session) == [41, 42]
        for _ in range(GIVEN_UP_AFTER - 1):
            await check_runs.note_failure(session, 42, reason="GitHub is away.")
        assert await waiting(session) == [41]
        await begin(session, 41)
        await check_runs.note_failure(session, 41, reason="Forbidden.", is_final=True)
        assert await waiting(session) == []
        known = await check_runs.get(session, 41)
        assert known is not None
        assert (known.state, known.reason) == (CheckRunState.NONE, "Forbidden.")


async def test_settling_keeps_what_is_published_and_never_goes_back(database: Database) -> None:
    async with database.write() as session:
        await seed(session, 42)
        await begin(session)
        await publish(session)
        await check_runs.settle(session, 42, reported_at=later(60), reason="says the same")
        await check_runs.settle(session, 42, reported_at=later(30), reason="old news")
        known = await check_runs.get(session, 42)
        assert known is not None
        assert (known.state, known.said, known.reported_at, known.reason) == (
            CheckRunState.PUBLISHED,
            "this",
            later(60),
            "says the same",
        )


async def test_what_was_sent_counts_by_requests_and_installation(database: Database) -> None:
    async with database.write() as session:
        await seed(session, 41, 42)
        for id_, seconds, requests in ((41, 10, 3), (42, 5, 1)):
            await begin(session, id_)
            await publish(session, id_, seconds, requests=requests)
        assert await check_runs.sent_since(session, 7, NOW) == [later(5), *[later(10)] * 3]
        assert await check_runs.sent_since(session, 7, later(6)) == [later(10)] * 3
        assert await check_runs.sent_since(session, 8, NOW) == []
