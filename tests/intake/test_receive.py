"""A delivery is answered when it is on disk, and concurrent ones share a commit."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.intake.receive import Receiver
from bot.model.errors import WorldError
from bot.storage import inbox
from bot.storage.database import Database
from bot.storage.inbox_direct import count_staged, stage
from tests.patience import PATIENCE_S
from tests.storage.samples import NOW, delivery

T = TypeVar("T")

pytestmark = pytest.mark.anyio


class Watched(Database):
    """A database that counts commits, and can be told to fail or to wait."""

    commits = 0
    trouble: Exception | None = None
    gate: asyncio.Event | None = None

    @asynccontextmanager
    async def write(self, *, durable: bool = True) -> AsyncIterator[AsyncSession]:
        await self._before()
        async with super().write(durable=durable) as session:
            yield session
        self.commits += 1

    async def write_direct(self, work: Callable[[sqlite3.Connection], T]) -> T:
        await self._before()
        result = await super().write_direct(work)
        self.commits += 1
        return result

    async def execute_direct(self, statement: str, values: Sequence[object]) -> None:
        await self._before()
        await super().execute_direct(statement, values)
        self.commits += 1

    async def _before(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
async def watched(url: str) -> AsyncIterator[Watched]:
    made = Watched(url)
    yield made
    await made.close()


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    """A SQLite file, the one kind that bursts are staged on."""
    made = Database(f"sqlite:///{tmp_path / 'burst.db'}")
    await made.migrate()
    yield made
    await made.close()


async def held(database: Database) -> int:
    async with database.read() as session:
        return sum((await inbox.counts(session)).values())


async def test_a_stored_delivery_is_there_when_store_returns(watched: Watched) -> None:
    async with Receiver(watched) as receiver:
        assert await receiver.store(delivery("a", body=b'{"a": 1}')) is True
        async with watched.read() as session:
            assert await inbox.body(session, "a") == b'{"a": 1}'


async def test_a_guid_already_held_is_no_news(watched: Watched) -> None:
    woken: list[int] = []
    async with Receiver(watched, on_stored=lambda: woken.append(1)) as receiver:
        assert [await receiver.store(delivery("a")), await receiver.store(delivery("a"))] == [True, False]
    assert len(woken) == 1
    assert await held(watched) == 1


async def test_concurrent_deliveries_share_commits(watched: Watched) -> None:
    async with Receiver(watched) as receiver:
        answers = await asyncio.gather(*(receiver.store(delivery(str(number))) for number in range(200)))
    assert answers == [True] * 200
    assert await held(watched) == 200
    assert watched.commits <= 4


async def until_held(database: Database, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await held(database) < count:
            await asyncio.sleep(0.01)


async def test_a_burst_is_staged_and_then_in_the_inbox(file: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.intake.receive.QUIET_S", PATIENCE_S)
    monkeypatch.setattr("bot.intake.receive.POURS_PER_SECOND", 0.001)
    woken = asyncio.Event()
    async with Receiver(file, on_stored=woken.set) as receiver:
        await asyncio.gather(*(receiver.store(delivery(str(number))) for number in range(600)))
        assert (await count_staged(file), await held(file)) == (600, 0)
        monkeypatch.setattr("bot.intake.receive.QUIET_S", 0.01)
        assert await receiver.store(delivery("7")) is False
        await until_held(file, 600)
        assert woken.is_set()
        monkeypatch.setattr("bot.intake.receive.POURS_PER_SECOND", 1e9)
        assert await receiver.store(delivery("7")) is False
    assert (await count_staged(file), await held(file)) == (0, 600)


@pytest.mark.parametrize(("bound", "value"), [("MOST_STAGED", 30), ("STAGED_AT_MOST_S", 0.0)])
async def test_more_or_longer_than_may_be_staged_is_moved_while_it_pours(
    file: Database, monkeypatch: pytest.MonkeyPatch, bound: str, value: float
) -> None:
    monkeypatch.setattr("bot.intake.receive.QUIET_S", PATIENCE_S)
    monkeypatch.setattr("bot.intake.receive.POURS_PER_SECOND", 0.001)
    monkeypatch.setattr(f"bot.intake.receive.{bound}", value)
    async with Receiver(file) as receiver:
        for start in range(0, 2400, 600):
            await asyncio.gather(*(receiver.store(delivery(str(number))) for number in range(start, start + 600)))
        await until_held(file, 600)


async def test_what_a_process_before_us_has_staged_comes_to_the_inbox(file: Database) -> None:
    await stage(file, [delivery("left"), delivery("over", body=b"[2]")])
    async with Receiver(file):
        await until_held(file, 2)
    async with file.read() as session:
        assert await inbox.body(session, "over") == b"[2]"


async def test_a_stop_moves_what_is_staged(file: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.intake.receive.QUIET_S", PATIENCE_S)
    monkeypatch.setattr("bot.intake.receive.POURS_PER_SECOND", 0.001)
    async with Receiver(file) as receiver:
        await asyncio.gather(*(receiver.store(delivery(str(number))) for number in range(1200)))
    assert (await count_staged(file), await held(file)) == (0, 1200)


async def test_what_cannot_be_moved_is_kept_and_tried_again(file: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.intake.receive.MOVE_PAUSE_S", 0.05)
    await file.write_direct(lambda connection: connection.execute("ALTER TABLE deliveries RENAME TO away"))
    async with Receiver(file) as receiver:
        assert all(await asyncio.gather(*(receiver.store(delivery(str(number))) for number in range(20))))
        await asyncio.sleep(0.15)
        await file.write_direct(lambda connection: connection.execute("ALTER TABLE away RENAME TO deliveries"))
        await until_held(file, 20)
    assert await count_staged(file) == 0


async def test_a_stop_leaves_what_cannot_be_moved_to_the_next_start(file: Database) -> None:
    await stage(file, [delivery("a")])
    await file.write_direct(lambda connection: connection.execute("ALTER TABLE deliveries RENAME TO away"))
    async with asyncio.timeout(PATIENCE_S), Receiver(file):
        pass
    assert await count_staged(file) == 1


async def test_the_same_guid_twice_in_one_commit_is_new_once(watched: Watched) -> None:
    async with Receiver(watched) as receiver:
        answers = await asyncio.gather(*(receiver.store(delivery("same")) for _ in range(10)))
    assert sorted(answers) == [False] * 9 + [True]


async def test_trouble_reaches_everyone_who_waits_and_passes(watched: Watched) -> None:
    watched.trouble = WorldError("The disk is full.")
    async with Receiver(watched) as receiver:
        answers = await asyncio.gather(
            *(receiver.store(delivery(str(number))) for number in range(5)), return_exceptions=True
        )
        assert [type(answer) for answer in answers] == [WorldError] * 5
        watched.trouble = None
        assert await receiver.store(delivery("later"))
    assert await held(watched) == 1


async def test_one_that_cannot_be_stored_takes_no_other_along(watched: Watched) -> None:
    poison = delivery("x", received_at=NOW.replace(tzinfo=None))
    async with Receiver(watched) as receiver:
        answers = await asyncio.gather(
            receiver.store(delivery("a")), receiver.store(poison), receiver.store(delivery("b")), return_exceptions=True
        )
    assert answers[0] is True
    assert isinstance(answers[1], Exception)
    assert answers[2] is True
    assert await held(watched) == 2


async def test_a_slow_database_is_answered_in_time(watched: Watched) -> None:
    watched.gate = asyncio.Event()
    async with Receiver(watched, timeout_s=0.05) as receiver:
        with pytest.raises(WorldError, match="too long"):
            await receiver.store(delivery("a"))
        watched.gate.set()


async def test_while_a_database_hangs_everybody_is_answered_and_nothing_is_held(watched: Watched) -> None:
    watched.gate = asyncio.Event()
    async with Receiver(watched, timeout_s=0.05) as receiver:
        for number in range(5):
            with pytest.raises(WorldError, match="too long"):
                await receiver.store(delivery(str(number)))
            assert receiver._waiting == []
        receiver._timeout_s = 60.0
        watched.gate.set()
        is_back = False
        while not is_back:  # the commit that hung takes a moment to end
            with suppress(WorldError):
                await receiver.store(delivery("later"))
                is_back = True
    assert await held(watched) == 2, "the one whose commit hung, and the last"


async def test_leaving_finishes_what_was_accepted(watched: Watched) -> None:
    watched.gate = asyncio.Event()
    async with Receiver(watched) as receiver:
        waiting = [asyncio.create_task(receiver.store(delivery(str(number)))) for number in range(20)]
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(watched.gate.set)
    assert await asyncio.gather(*waiting) == [True] * 20
    assert await held(watched) == 20
    with pytest.raises(WorldError, match="stopping"):
        await receiver.store(delivery("late"))


async def test_a_client_that_hangs_up_disturbs_nobody(watched: Watched) -> None:
    watched.gate = asyncio.Event()
    async with Receiver(watched) as receiver:
        gone = asyncio.create_task(receiver.store(delivery("gone")))
        stays = asyncio.create_task(receiver.store(delivery("stays")))
        await asyncio.sleep(0)
        gone.cancel()
        watched.gate.set()
        assert await stays is True
