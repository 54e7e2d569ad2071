"""One worker process as its parent sees it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.model.entry import ArchiveLimits
from bot.model.errors import WorldError
from bot.model.report import decode_report
from bot.model.snapshot import RepositoryFacts
from bot.workers.messages import Question
from bot.workers.worker import Asked, Worker, WorkerDied
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

_FACTS = RepositoryFacts(id=7, owner="octo", name="demo", head_sha="a" * 40)


def question(*, has_archive: bool = False) -> Question:
    return Question(facts=_FACTS, limits=ArchiveLimits(), now=datetime(2026, 5, 1, tzinfo=UTC), has_archive=has_archive)


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    made = await Worker.start(0)
    yield made
    await made.kill()


def _held(worker: Worker) -> Exception | None:
    return worker.source_error


async def test_it_answers_one_question_after_another(worker: Worker) -> None:
    for _ in range(2):
        (answer,) = await worker.ask([(question(), None)])
        assert decode_report(answer.report).repository.name == "demo"
    assert worker.is_alive


async def test_what_breaks_the_download_is_held_and_the_worker_goes_on(worker: Worker) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"\x1f\x8b"
        raise WorldError("GitHub closed the connection.")

    await worker.ask([(question(has_archive=True), broken())])
    assert str(_held(worker)) == "GitHub closed the connection."
    assert (await worker.ask([(question(), None)]))[0].report
    assert _held(worker) is None


async def test_an_archive_that_it_refuses_is_not_read_to_its_end(worker: Worker) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"this is no archive" * 100

    (answer,) = await worker.ask([(question(has_archive=True), endless())])
    assert answer.failure is not None
    assert answer.failure.kind == "world"
    assert sent < 10_000
    assert (await worker.ask([(question(), None)]))[0].report, "the rest of the archive is not taken for a question"


async def test_empty_chunks_are_no_end(worker: Worker) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"", b"no", b"", b" archive"):
            yield piece

    (answer,) = await worker.ask([(question(has_archive=True), pieces())])
    assert answer.failure is not None
    assert answer.failure.kind == "world"


async def test_several_at_once_are_answered_in_their_order(worker: Worker) -> None:
    whole: list[Asked] = [(question(has_archive=True), one) for one in (b"", b"no archive")]
    answers = await worker.ask([(question(), None), *whole, (question(), None)])
    assert [answer.failure.kind if answer.failure else "report" for answer in answers] == [
        "report",
        "world",
        "world",
        "report",
    ]
    assert (await worker.ask([(question(), None)]))[0].report


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_how_it_died_is_told(worker: Worker, number: signal.Signals) -> None:
    async def deadly() -> AsyncIterator[bytes]:
        os.kill(worker.pid, number)
        await asyncio.Event().wait()
        yield b""

    with pytest.raises(WorkerDied, match=f"signal {number.value}"):
        await worker.ask([(question(has_archive=True), deadly())])
    assert not worker.is_alive


async def test_killing_twice_is_no_error_and_leaves_nothing(worker: Worker) -> None:
    await worker.kill()
    assert not worker.is_alive
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
    await worker.kill()


async def test_it_stands_in_a_session_of_its_own(worker: Worker) -> None:
    assert os.getsid(worker.pid) == worker.pid != os.getsid(0)


async def test_it_ends_with_its_input(worker: Worker) -> None:
    worker.close()
    assert await asyncio.wait_for(worker.wait(), PATIENCE_S) == 0
