"""What the bot did, as its pages list it: for each scope, filtered, page by page, on both databases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, insert

from bot.model.batch import ItemState
from bot.model.records import Run, RunState
from bot.storage import batches as stored_batches
from bot.storage import inbox, installations, repositories, sessions
from bot.storage import runs as stored_runs
from bot.storage.database import Database, Session
from bot.storage.tables import BatchRow, DeliveryRow
from bot.storage.views_activity import (
    BatchView,
    RunItem,
    batch,
    batch_items,
    batches,
    deliveries,
    delivery,
    delivery_body,
    run,
    runs,
    runs_of_deliveries,
)
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope
from tests.storage.samples import NOW, installation, later, repository
from tests.storage.samples import delivery as new_delivery

pytestmark = pytest.mark.anyio

_MOMENTS = (0, 10, 10, 10, 20, 30)
"""Three rows share a moment, so that pages are cut inside it."""


async def fill(database: Database) -> None:
    """Six deliveries, runs and batches, the odd ones of installation 8; Ada (1) administers 7."""
    async with database.write() as session:
        for id_ in (7, 8):
            await installations.upsert(session, installation(id_, f"octo{id_}"), now=NOW)
        await repositories.upsert_many(session, 7, [repository(42, "hello")], now=NOW)
        await session.execute(
            insert(DeliveryRow),
            [
                {
                    "guid": f"d{number}",
                    "event": "push" if number < 4 else "issues",
                    "installation_id": 7 + number % 2,
                    "repository_id": 42 if number == 2 else 43,
                    "received_at": later(at),
                    "size_bytes": 1,
                    "state": "ignored" if number == 4 else "sent",
                    "event_ids": [f"e{number}"] if number != 4 else [],
                }
                for number, at in enumerate(_MOMENTS)
            ],
        )
        for number, at in enumerate(_MOMENTS):
            await stored_runs.start(
                session,
                Run(
                    id=f"r{number}",
                    function_id="refresh" if number < 4 else "sweep",
                    started_at=later(at),
                    event_id=f"e{number}",
                    installation_id=7 + number % 2,
                    repository_id=42 if number == 2 else None,
                ),
            )
        await stored_runs.finish(session, "r2", RunState.FAILED, reason="away", now=later(13))
        await session.execute(
            insert(BatchRow),
            [
                {
                    "id": f"b{number}",
                    "installation_id": 7 + number % 2,
                    "trigger": "api",
                    "status": "completed" if number == 4 else "running",
                    "created_at": later(at),
                    "updated_at": later(at),
                }
                for number, at in enumerate(_MOMENTS)
            ],
        )
        await sessions.keep_access(session, 1, repositories={}, installations={7: True}, checked_at=NOW)


List = Callable[..., Awaitable[list[Any]]]
_LISTS: dict[str, tuple[List, str, str]] = {
    "deliveries": (deliveries, "guid", "received_at"),
    "runs": (runs, "id", "started_at"),
    "batches": (batches, "id", "created_at"),
}


async def whole(session: Session, name: str, scope: Scope, limit: int, **how: Any) -> list[str]:
    """The keys of all pages, one after the other."""
    read, key, moment = _LISTS[name]
    keys: list[str] = []
    before: tuple[datetime, str] | None = None
    while page := await read(session, scope, before=before, limit=limit, **how):
        assert len(page) <= limit
        keys += [getattr(one, key) for one in page]
        before = (getattr(page[-1], moment), getattr(page[-1], key))
    return keys


@pytest.mark.parametrize("limit", [1, 2, 4, 50])
@pytest.mark.parametrize("name", _LISTS)
async def test_pages_go_from_new_to_old_and_lose_nothing(database: Database, name: str, limit: int) -> None:
    await fill(database)
    async with database.read() as session:
        keys = await whole(session, name, EVERYTHING, limit)
    assert [int(key[1:]) for key in keys] == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize("name", _LISTS)
@pytest.mark.parametrize(
    ("scope", "numbers"),
    [
        (Scope(user_id=1), [4, 2, 0]),
        (Scope(user_id=2), []),
        (Scope(installation_id=8), [5, 3, 1]),
        (PUBLIC, []),
    ],
)
async def test_each_sees_what_they_administer(database: Database, name: str, scope: Scope, numbers: list[int]) -> None:
    await fill(database)
    async with database.read() as session:
        assert [int(key[1:]) for key in await whole(session, name, scope, 2)] == numbers


@pytest.mark.parametrize(
    ("name", "how", "numbers"),
    [
        ("deliveries", {"state": "ignored"}, [4]),
        ("deliveries", {"event": "push"}, [3, 2, 1, 0]),
        ("deliveries", {"event": "issues", "state": "sent"}, [5]),
        ("deliveries", {"repository": "OCTO/Hello"}, [2]),
        ("deliveries", {"repository": "octo/gone"}, []),
        ("runs", {"state": "failed"}, [2]),
        ("runs", {"function_id": "sweep"}, [5, 4]),
        ("runs", {"repository_id": 42}, [2]),
        ("runs", {"repository_id": 0}, []),
        ("batches", {"status": "completed"}, [4]),
        ("batches", {"status": "nonsense"}, []),
    ],
)
async def test_filters(database: Database, name: str, how: dict[str, Any], numbers: list[int]) -> None:
    await fill(database)
    async with database.read() as session:
        assert [int(key[1:]) for key in await whole(session, name, EVERYTHING, 2, **how)] == numbers


@pytest.mark.parametrize("few", [1, 2_000])  # a common state is met on the walk, a rare one looked up
async def test_a_state_is_found_however_common(database: Database, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.views_activity.FEW", few)
    await fill(database)
    async with database.read() as session:
        for state, numbers in (("sent", [5, 3, 2, 1, 0]), ("ignored", [4]), ("nonsense", [])):
            assert [int(key[1:]) for key in await whole(session, "deliveries", EVERYTHING, 2, state=state)] == numbers


async def test_deliveries_in_a_common_state_are_not_all_sorted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics")
    monkeypatch.setattr("bot.storage.views_activity.FEW", 1)
    await fill(database)
    async with database.read() as session:
        asked = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *call: asked.append(call[2:4]))
        await deliveries(session, EVERYTHING, state="sent")
        statement, values = asked[-1]
        connection = await session.connection()
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
    assert any("ix_deliveries_received" in str(step) for step in plan)
    assert not any("TEMP B-TREE" in str(step) for step in plan)


async def test_one_of_each_is_shown_to_those_who_administer_it(database: Database) -> None:
    await fill(database)
    ada = Scope(user_id=1)
    async with database.read() as session:
        for found, hidden in (
            (await delivery(session, ada, "d2"), await delivery(session, ada, "d1")),
            (await run(session, ada, "r2"), await run(session, ada, "r1")),
            (await batch(session, ada, "b2"), await batch(session, ada, "b1")),
        ):
            assert found is not None
            assert found.installation_id == 7
            assert hidden is None
        assert await delivery(session, EVERYTHING, "gone") is None
        assert await run(session, EVERYTHING, "gone") is None
        assert await batch(session, EVERYTHING, "gone") is None


async def test_a_run_names_its_repository_and_how_long_it_took(database: Database) -> None:
    await fill(database)
    async with database.read() as session:
        over, going = await run(session, EVERYTHING, "r2"), await run(session, EVERYTHING, "r1")
    assert over is not None
    assert (over.owner, over.name, over.state, over.reason, over.seconds) == ("octo", "hello", "failed", "away", 3.0)
    assert going is not None
    assert (going.owner, going.name, going.seconds) == (None, None, None)


async def test_the_runs_that_deliveries_started(database: Database) -> None:
    await fill(database)
    async with database.read() as session:
        found = await deliveries(session, EVERYTHING)
        started = await runs_of_deliveries(session, found)
        assert await runs_of_deliveries(session, []) == {}
        nothing = await runs_of_deliveries(session, [one for one in found if one.guid == "d4"])
    assert {guid: [one.id for one in of] for guid, of in started.items()} == {
        "d0": ["r0"], "d1": ["r1"], "d2": ["r2"], "d3": ["r3"], "d4": [], "d5": ["r5"]
    }  # fmt: skip
    assert nothing == {"d4": []}


async def test_what_followed_for_the_repository_of_a_delivery_is_told_too(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        cases = (("then", "d2", 60), ("of another", "x", 60), ("of another time", "d2", -99), ("one of many", "d3", 60))
        for name, guid, at in cases:
            run = Run(
                id=name,
                function_id="refresh",
                started_at=later(at),
                event_id="refresh",
                delivery_guid=guid,
                installation_id=7,
                repository_id=42,
            )
            await stored_runs.start(session, run)
    async with database.read() as session:
        found = [one for one in await deliveries(session, EVERYTHING) if one.guid in {"d2", "d3"}]
        started = await runs_of_deliveries(session, found)
    assert {guid: {one.id for one in of} for guid, of in started.items()} == {"d2": {"r2", "then"}, "d3": {"r3"}}


async def test_the_body_of_a_delivery(database: Database) -> None:
    async with database.write() as session:
        await inbox.store_many(session, [new_delivery("a", body=b'{"x": 1}')])
    async with database.read() as session:
        assert await delivery_body(session, "a") == b'{"x": 1}'
        assert await delivery_body(session, "z") is None


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_the_repositories_of_a_batch(database: Database, limit: int) -> None:
    async with database.write() as session:
        for id_ in ("b", "other"):
            await stored_batches.create(session, id_, installation_id=7, trigger="api", owner="octo", now=NOW)
        await stored_batches.add_items(session, "b", [(n, f"octo/{n}") for n in range(1, 6)], now=NOW)
        await stored_batches.add_items(session, "other", [(9, "octo/9")], now=NOW)
        for number, state in ((2, ItemState.DONE), (3, ItemState.FAILED), (4, ItemState.SKIPPED)):
            await stored_batches.mark_item(session, "b", number, state, reason="because", api_requests=1, now=later(1))
    async with database.read() as session:
        ids: list[int] = []
        while page := await batch_items(session, "b", after=ids[-1] if ids else 0, limit=limit):
            ids += [one.repository_id for one in page]
        assert ids == [1, 2, 3, 4, 5]
        (failed,) = await batch_items(session, "b", state="failed")
        assert (failed.full_name, failed.reason, failed.updated_at) == ("octo/3", "because", later(1))
        whole_batch = await batch(session, EVERYTHING, "b")
    assert whole_batch is not None
    assert (whole_batch.total, whole_batch.finished) == (5, 3)
    assert (whole_batch.done, whole_batch.failed, whole_batch.skipped) == (1, 1, 1)


def test_progress_and_duration_are_sums_of_their_parts() -> None:
    fields = dict.fromkeys(BatchView.__dataclass_fields__, 0)
    assert BatchView(**{**fields, "done": 2, "failed": 3, "skipped": 5}).finished == 10  # type: ignore[arg-type]  # figures
    values: dict[str, Any] = dict.fromkeys(RunItem.__dataclass_fields__)
    assert RunItem(**{**values, "started_at": NOW, "finished_at": later(0.5)}).seconds == 0.5
    assert RunItem(**{**values, "started_at": NOW}).seconds is None
