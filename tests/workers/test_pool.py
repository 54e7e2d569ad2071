"""The pool: reports come back, errors come back as they were, and a worker that misbehaves is replaced."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import tarfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model.entry import ArchiveLimits
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.report import decode_report
from bot.model.snapshot import RepositoryFacts
from bot.workers.messages import Answer, failure_of
from bot.workers.pool import AnalysisPool
from bot.workers.worker import Asked, Worker
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FACTS = RepositoryFacts(id=7, owner="octo", name="demo", head_sha="a" * 40, default_branch="main")
TREE = {"README.md": b"# Demo\n", "demo.py": b"# hello\nprint(1)\n\n", "LICENSE": b"MIT License\n"}


def archive(files: dict[str, bytes] = TREE) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"octo-demo-aaaaaaa/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


async def chunks(body: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


def pool(size: int = 1, timeout_s: float = PATIENCE_S, limits: ArchiveLimits | None = None) -> AnalysisPool:
    return AnalysisPool(size, timeout_s, limits or ArchiveLimits())


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_report_comes_back_and_the_worker_lives_on() -> None:
    async with pool() as workers:
        body = await workers.analyze(FACTS, chunks(archive()), now=NOW, api_requests=1.5)
        first = workers.worker_pids
        again = decode_report(await workers.analyze(FACTS, archive(), now=NOW, previous=body))
        assert workers.worker_pids == first
    report = decode_report(body)
    assert report.repository.name == "demo"
    assert report.analyzed_at == NOW
    assert [(each.name, each.code, each.comment, each.blank) for each in report.languages] == [("Python", 1, 1, 1)]
    assert report.analysis_duration_ms > 0
    assert report.api_requests == 1.5
    assert report.changes is None
    assert again.changes is not None
    assert not any(map(is_running, first))


async def test_an_empty_repository_needs_no_archive() -> None:
    async with pool() as workers:
        report = decode_report(await workers.analyze(FACTS, None, now=NOW))
    assert report.size.files == 0


async def test_several_run_at_once_and_the_rest_waits() -> None:
    async with pool(size=2) as workers, asyncio.TaskGroup() as group:
        tasks = [group.create_task(workers.analyze(FACTS, chunks(archive()), now=NOW)) for _ in range(5)]
        await tasks[0]
        assert len(workers.worker_pids) <= 2
    assert len({task.result()[:40] for task in tasks}) == 1


class Watched:
    """What each worker was asked, by the names of repositories; `breaks` are those that a worker dies of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, breaks: tuple[str, ...] = ()) -> None:
        self.asked: list[tuple[str, ...]] = []
        ask = Worker.ask

        async def watched(worker: Worker, asked: Sequence[Asked]) -> list[Answer]:
            names = tuple(question.facts.name for question, _ in asked)
            self.asked.append(names)
            if set(names) & set(breaks):
                os.kill(worker.pid, signal.SIGKILL)
            return await ask(worker, asked)

        monkeypatch.setattr(Worker, "ask", watched)


def facts(name: str) -> RepositoryFacts:
    return RepositoryFacts(id=7, owner="octo", name=name, head_sha="a" * 40, default_branch="main")


async def test_small_ones_that_wait_share_a_worker_and_urgent_ones_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    async with pool() as workers, asyncio.TaskGroup() as group:
        for name in "abcd":
            group.create_task(workers.analyze(facts(name), archive(), now=NOW))
        group.create_task(workers.analyze(facts("push"), archive(), now=NOW, is_urgent=True))
        large = group.create_task(workers.analyze(facts("large"), chunks(archive()), now=NOW))
        tasks = [group.create_task(workers.analyze(facts(name), archive(), now=NOW)) for name in "ef"]
    assert watched.asked == [("a",), ("push",), ("b", "c", "d"), ("large",), ("e", "f")]
    assert decode_report(large.result()).repository.name == "large"
    assert [decode_report(task.result()).repository.name for task in tasks] == ["e", "f"]


async def test_where_a_shared_worker_dies_each_has_one_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch, breaks=("bad",))
    names = ("first", "a", "bad", "b")
    async with pool() as workers:
        outcomes = await asyncio.gather(
            *(workers.analyze(facts(name), archive(), now=NOW) for name in names), return_exceptions=True
        )
    assert watched.asked == [("first",), ("a", "bad", "b"), ("a",), ("bad",), ("b",)]
    assert [type(one) for one in outcomes] == [bytes, bytes, WorldError, bytes]


async def test_what_passed_a_limit_in_company_is_tried_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ask, asked_names = Worker.ask, list[tuple[str, ...]]()

    async def hungry(worker: Worker, asked: Sequence[Asked]) -> list[Answer]:
        asked_names.append(tuple(question.facts.name for question, _ in asked))
        answers = await ask(worker, asked)
        return [answers[0], *(Answer(failure=failure_of(MemoryError(), "")) for _ in answers[1:])]

    monkeypatch.setattr(Worker, "ask", hungry)
    async with pool() as workers:
        bodies = await asyncio.gather(*(workers.analyze(facts(name), archive(), now=NOW) for name in "abc"))
    assert asked_names == [("a",), ("b", "c"), ("c",)]
    assert [decode_report(body).repository.name for body in bodies] == [*"abc"]


async def test_one_that_is_given_up_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    async with pool() as workers:
        tasks = {name: asyncio.create_task(workers.analyze(facts(name), archive(), now=NOW)) for name in "abcd"}
        await tasks["a"]
        for name in "bd":
            tasks[name].cancel()
        assert decode_report(await tasks["c"]).repository.name == "c"
        assert len(watched.asked) == 2
        assert decode_report(await workers.analyze(facts("e"), archive(), now=NOW)).repository.name == "e"
    assert tasks["b"].cancelled()


async def test_leaving_the_pool_ends_those_who_wait() -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield archive()[:50]
        await asyncio.Event().wait()

    async with pool() as workers:
        tasks = [asyncio.create_task(workers.analyze(FACTS, endless(), now=NOW)) for _ in range(3)]
        while not workers.worker_pids:
            await asyncio.sleep(0.01)
        pids = workers.worker_pids
    done, waiting = await asyncio.wait(tasks, timeout=PATIENCE_S)
    assert (len(done), waiting) == (3, set())
    assert all(task.cancelled() for task in tasks)
    assert not any(map(is_running, pids))


async def test_errors_of_reading_come_back_as_they_are_and_the_worker_lives_on() -> None:
    limits = ArchiveLimits(max_bytes=1_000_000)
    bomb = archive({"zeros": bytes(20_000_000)})
    async with pool(limits=limits) as workers:
        with pytest.raises(FinalError) as refused:
            await workers.analyze(FACTS, chunks(bomb, 100), now=NOW)
        first = workers.worker_pids
        with pytest.raises(WorldError, match="cut off"):
            await workers.analyze(FACTS, chunks(archive()[:-20]), now=NOW)
        report = decode_report(await workers.analyze(FACTS, chunks(archive()), now=NOW))
        assert workers.worker_pids == first
    assert refused.value.finality is Finality.ARCHIVE_REFUSED
    assert refused.value.next_step
    assert report.languages


async def test_an_error_of_the_download_is_raised_as_it_is() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield archive()[:50]
        raise WorldError("GitHub closed the connection.", retry_after_s=7)

    async with pool() as workers:
        with pytest.raises(WorldError, match="closed the connection") as caught:
            await workers.analyze(FACTS, broken(), now=NOW)
        first = workers.worker_pids
        await workers.analyze(FACTS, chunks(archive()), now=NOW)
        assert workers.worker_pids == first
    assert caught.value.retry_after_s == 7


async def test_a_worker_that_dies_is_told_and_replaced() -> None:
    async with pool() as workers:

        async def deadly() -> AsyncIterator[bytes]:
            yield archive()[:50]
            os.kill(workers.worker_pids[0], signal.SIGKILL)
            yield archive()[50:]
            await asyncio.Event().wait()

        with pytest.raises(WorldError, match="signal 9"):
            await workers.analyze(FACTS, deadly(), now=NOW)
        assert workers.worker_pids == ()
        assert decode_report(await workers.analyze(FACTS, chunks(archive()), now=NOW)).languages


async def test_an_analysis_that_takes_too_long_is_final_and_its_worker_killed() -> None:
    async with pool(timeout_s=0.01) as workers:
        with pytest.raises(FinalError) as caught:
            await workers.analyze(FACTS, chunks(archive()), now=NOW)
        assert workers.worker_pids == ()
    assert caught.value.finality is Finality.LIMIT_PASSED
    assert "RADAR_ANALYSIS_TIMEOUT_S" in caught.value.next_step


async def test_a_download_that_stands_still_is_retried() -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield archive()[:50]
        await asyncio.Event().wait()

    async with pool(timeout_s=0.2) as workers:
        with pytest.raises(WorldError, match="did not arrive"):
            await workers.analyze(FACTS, stalled(), now=NOW)
        assert workers.worker_pids == ()


async def test_cancelling_kills_the_worker() -> None:
    reached = asyncio.Event()
    pids: tuple[int, ...] = ()

    async with pool() as workers:

        async def endless() -> AsyncIterator[bytes]:
            nonlocal pids
            yield archive()[:50]
            pids = workers.worker_pids
            reached.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(workers.analyze(FACTS, endless(), now=NOW))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert workers.worker_pids == ()
    assert len(pids) == 1
    assert not is_running(pids[0])


async def test_a_worker_ends_with_its_input() -> None:
    from bot.workers.worker import Worker

    worker = await Worker.start(0)
    worker.close()
    await asyncio.wait_for(worker.wait(), PATIENCE_S)
    assert not worker.is_alive


async def test_a_worker_knows_no_key_and_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads what strangers wrote: if that ever takes it over, there is nothing to find in its environment."""
    names = ("GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET", "RADAR_SECRET_KEY", "INNGEST_SIGNING_KEY", "DATABASE_URL")
    for name in names:
        monkeypatch.setenv(name, "the-secret-of-the-operator")
    async with pool() as workers:
        await workers.analyze(FACTS, chunks(archive()), now=NOW)
        (pid,) = workers.worker_pids
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    assert b"PATH=" in environment
    assert b"the-secret-of-the-operator" not in environment


async def test_more_memory_than_allowed_is_final() -> None:
    body = archive({"big.py": b"xx\n" * 8_000_000})
    limits = ArchiveLimits(max_file_bytes=10**9)
    async with AnalysisPool(1, PATIENCE_S, limits, memory_bytes=500_000_000) as workers:
        with pytest.raises(FinalError) as caught:
            await workers.analyze(FACTS, chunks(body, 1 << 20), now=NOW)
    assert caught.value.finality is Finality.LIMIT_PASSED
    assert "memory" in caught.value.message
