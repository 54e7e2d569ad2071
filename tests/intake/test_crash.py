"""`kill -9` at any moment loses nothing that was acknowledged, and sends nothing under two ids."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.intake.receive import Receiver
from bot.model.delivery import DeliveryState, NewDelivery
from bot.storage import inbox
from bot.storage.database import Database
from bot.storage.inbox_direct import count_staged
from tests.intake import crash_child
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]
KILLED_AFTER = (3, 40, 77)
"""Acknowledgements after which a process is killed."""
A_RUN = 400


def start(url: str, sent: Path, first: int, count: int, lease_s: float = 0.2) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.intake.crash_child", url, str(sent), str(first), str(count), str(lease_s)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(process: subprocess.Popen[str], count: int) -> set[int]:
    """What the process had acknowledged when it was killed, after at least `count`."""
    assert process.stdout is not None
    acknowledged = {int(process.stdout.readline()) for _ in range(count)}
    process.kill()
    rest = process.stdout.read()  # communicate() would pass over what readline() has taken in already
    process.communicate(timeout=PATIENCE_S)
    lines = rest.split("\n")[:-1]  # a last line without its end was cut off
    return acknowledged | {int(line) for line in lines}


async def until_settled(database: Database, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await states(database))[DeliveryState.SENT] < count:
            await asyncio.sleep(0.05)


ANOTHER = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


async def until_alone(database: Database) -> None:
    """PostgreSQL goes on for a moment with what a process that was killed had asked for."""
    async with asyncio.timeout(PATIENCE_S):
        while database.dialect == "postgresql":
            async with database.read() as session:
                if not await session.scalar(ANOTHER):
                    return
            await asyncio.sleep(0.01)


async def until_moved(database: Database) -> None:
    """A process that was killed may leave staged deliveries; the next one moves them."""
    async with asyncio.timeout(PATIENCE_S):
        while await count_staged(database):
            await asyncio.sleep(0.05)


async def states(database: Database) -> dict[DeliveryState, int]:
    async with database.read() as session:
        return await inbox.counts(session)


async def test_a_killed_process_loses_nothing_and_doubles_nothing(database: Database, url: str, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    acknowledged: set[int] = set()
    for number, count in enumerate(KILLED_AFTER):
        process = start(url, sent, number * A_RUN, A_RUN)
        acknowledged |= await asyncio.to_thread(kill_after, process, count)
        await until_alone(database)
    last = start(url, sent, len(KILLED_AFTER) * A_RUN, 1)
    assert last.stdout is not None
    acknowledged.add(int(await asyncio.to_thread(last.stdout.readline)))
    await until_moved(database)
    async with database.read() as session:
        assert await inbox.known_guids(session, map(str, acknowledged)) == set(map(str, acknowledged))
    held = sum((await states(database)).values())
    await until_settled(database, held)
    await asyncio.to_thread(last.communicate, "", PATIENCE_S)
    assert last.returncode == 0
    assert held >= len(acknowledged)
    ids = sent.read_text().split()
    assert len(set(ids)) == held
    assert {int(id_.split(":")[1]) for id_ in ids} >= acknowledged


async def test_two_processes_share_the_work_and_send_nothing_twice(
    database: Database, url: str, tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    both = [start(url, sent, number * 150, 150, lease_s=3600) for number in range(2)]
    await until_settled(database, 300)
    for process in both:
        await asyncio.to_thread(process.communicate, "", PATIENCE_S)
        assert process.returncode == 0
    ids = sent.read_text().split()
    assert len(set(ids)) == 300
    if database.dialect == "postgresql":
        assert len(ids) == 300


async def test_on_sqlite_a_process_takes_over_at_once_what_another_had_borrowed(
    database: Database, url: str, tmp_path: Path
) -> None:
    """There the one before it is dead or about to end; should both send, the engine drops the second by its id."""
    if database.dialect != "sqlite":
        pytest.skip("only SQLite belongs to one process")
    async with Receiver(database) as receiver:
        for number in range(8):
            await receiver.store(
                NewDelivery(
                    guid=str(number), event="push", body=crash_child.push(number), received_at=crash_child.now()
                )
            )
    async with database.write(durable=False) as session:
        assert len(await inbox.borrow(session, list(map(str, range(8))), now=crash_child.now(), lease_s=3600)) == 8
    sent = tmp_path / "sent"
    process = start(url, sent, 8, 0)
    await until_settled(database, 8)
    await asyncio.to_thread(process.communicate, "", PATIENCE_S)
    assert process.returncode == 0
    assert len(sent.read_text().split()) == 8
