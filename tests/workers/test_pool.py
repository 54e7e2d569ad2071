"""The pool: reports come back, errors come back as they were, and a worker that misbehaves is replaced."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import tarfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model.entry import ArchiveLimits
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.report import encode_report
from bot.model.snapshot import RepositoryFacts
from bot.workers.pool import AnalysisPool

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


def pool(size: int = 1, timeout_s: float = 30, limits: ArchiveLimits | None = None) -> AnalysisPool:
    return AnalysisPool(size, timeout_s, limits or ArchiveLimits())


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_report_comes_back_and_the_worker_lives_on() -> None:
    async with pool() as workers:
        outcome = await workers.analyze(FACTS, chunks(archive()), now=NOW)
        first = workers.worker_pids
        again = await workers.analyze(FACTS, chunks(archive()), now=NOW, previous=encode_report(outcome.report))
        assert workers.worker_pids == first
    assert outcome.report.repository.name == "demo"
    assert outcome.report.analyzed_at == NOW
    assert [(each.name, each.code, each.comment, each.blank) for each in outcome.report.languages] == [
        ("Python", 1, 1, 1)
    ]
    assert outcome.duration_ms == outcome.report.analysis_duration_ms > 0
    assert outcome.report.changes is None
    assert again.report.changes is not None
    assert not any(map(is_running, first))


async def test_an_empty_repository_needs_no_archive() -> None:
    async with pool() as workers:
        outcome = await workers.analyze(FACTS, None, now=NOW)
    assert outcome.report.size.files == 0


async def test_several_run_at_once_and_the_rest_waits() -> None:
    async with pool(size=2) as workers, asyncio.TaskGroup() as group:
        tasks = [group.create_task(workers.analyze(FACTS, chunks(archive()), now=NOW)) for _ in range(5)]
        await tasks[0]
        assert len(workers.worker_pids) <= 2
    assert len({encode_report(task.result().report)[:40] for task in tasks}) == 1


async def test_errors_of_reading_come_back_as_they_are_and_the_worker_lives_on() -> None:
    limits = ArchiveLimits(max_bytes=1_000_000)
    bomb = archive({"zeros": bytes(20_000_000)})
    async with pool(limits=limits) as workers:
        with pytest.raises(FinalError) as refused:
            await workers.analyze(FACTS, chunks(bomb, 100), now=NOW)
        first = workers.worker_pids
        with pytest.raises(WorldError, match="cut off"):
            await workers.analyze(FACTS, chunks(archive()[:-20]), now=NOW)
        outcome = await workers.analyze(FACTS, chunks(archive()), now=NOW)
        assert workers.worker_pids == first
    assert refused.value.finality is Finality.ARCHIVE_REFUSED
    assert refused.value.next_step
    assert outcome.report.languages


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
        assert (await workers.analyze(FACTS, chunks(archive()), now=NOW)).report.languages


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
    await asyncio.wait_for(worker.wait(), 10)
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
    async with AnalysisPool(1, 60, limits, memory_bytes=500_000_000) as workers:
        with pytest.raises(FinalError) as caught:
            await workers.analyze(FACTS, chunks(body, 1 << 20), now=NOW)
    assert caught.value.finality is Finality.LIMIT_PASSED
    assert "memory" in caught.value.message
