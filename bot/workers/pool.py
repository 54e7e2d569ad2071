"""Runs analyses in worker processes, so that acknowledgements stay fast and a hung or hungry one can be killed.

Workers start when first needed and live on. One that takes too long, dies, or whose caller is cancelled is killed;
the next analysis starts a new one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

import msgspec

from bot.model.entry import ArchiveLimits
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.report import Report, decode_report
from bot.model.snapshot import RepositoryFacts
from bot.workers.messages import Answer, Question, error_of
from bot.workers.worker import Worker, WorkerDied

DEFAULT_MEMORY_BYTES = 2_000_000_000
"""Address space of one worker."""


@dataclass(frozen=True, slots=True)
class AnalysisOutcome:
    """A report and how long it took, from the first byte of the archive to the last of the report."""

    report: Report
    duration_ms: int


class AnalysisPool:
    """`size` workers at most. Use it as an async context manager; leaving it kills the workers.

    `timeout_s` bounds one analysis with the reading of its archive. `fingerprint_key` keys the hashes that stand for
    secrets: give the same one at each start, or their hashes change.
    """

    def __init__(
        self,
        size: int,
        timeout_s: float,
        limits: ArchiveLimits,
        *,
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
        fingerprint_key: bytes = b"",
    ) -> None:
        self._places = asyncio.Semaphore(size)
        self._timeout_s = timeout_s
        self._limits = limits
        self._memory_bytes = memory_bytes
        self._fingerprint_key = fingerprint_key
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()

    async def __aenter__(self) -> AnalysisPool:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        workers = [*self._idle, *self._busy]
        self._idle.clear()
        self._busy.clear()
        for worker in workers:
            await worker.kill()

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The process ids of the workers that live now, busy ones last."""
        return tuple(worker.pid for worker in (*self._idle, *self._busy))

    async def analyze(
        self,
        facts: RepositoryFacts,
        chunks: AsyncIterator[bytes] | None,
        *,
        now: datetime,
        previous: bytes | None = None,
    ) -> AnalysisOutcome:
        """Analyses one repository; `chunks` are its archive, None where it is empty; `previous` the encoded report.

        Raises FinalError (an archive refused, a limit passed), WorldError (a download that broke off, a worker that
        died), whatever `chunks` raises, and WorkerFault for a fault of ours.
        """
        question = Question(
            facts=facts,
            limits=self._limits,
            now=now,
            has_archive=chunks is not None,
            previous=previous,
            fingerprint_key=self._fingerprint_key,
        )
        async with self._places:
            started = time.monotonic()
            answer = await self._ask(question, chunks)
            duration_ms = round((time.monotonic() - started) * 1000)
        if answer.failure is not None:
            raise error_of(answer.failure)
        report = decode_report(answer.report)
        return AnalysisOutcome(msgspec.structs.replace(report, analysis_duration_ms=duration_ms), duration_ms)

    async def _ask(self, question: Question, chunks: AsyncIterator[bytes] | None) -> Answer:
        worker = self._idle.pop() if self._idle else await Worker.start(self._memory_bytes)
        self._busy.add(worker)
        is_usable = False
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await worker.ask(question, chunks)
            is_usable = True
        except TimeoutError:
            raise self._too_slow(worker) from None
        except WorkerDied as died:
            raise WorldError(f"The analysis process died ({died}).", next_step="It will be tried again.") from None
        finally:
            is_ours = worker in self._busy
            self._busy.discard(worker)
            if is_usable and is_ours and worker.is_alive:
                self._idle.append(worker)
            elif is_ours:
                await worker.kill()
        if worker.source_error is not None:
            raise worker.source_error
        return answer

    def _too_slow(self, worker: Worker) -> WorldError | FinalError:
        if worker.waits_for_chunk:
            return WorldError(
                f"The archive did not arrive within {self._timeout_s:g} s.", next_step="It will be asked for again."
            )
        return FinalError(
            Finality.LIMIT_PASSED,
            f"The analysis took longer than {self._timeout_s:g} s.",
            next_step="Exclude large paths in .github/radar.yml, or raise RADAR_ANALYSIS_TIMEOUT_S.",
        )
