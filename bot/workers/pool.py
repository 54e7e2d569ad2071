"""Runs analyses in worker processes, so that acknowledgements stay fast and a hung or hungry one can be killed.

Workers start when first needed and live on. One that takes too long, dies, or whose caller is cancelled is killed;
the next analysis starts a new one. Small archives that wait at the same time go to a worker together; where that ends
badly, each has a worker to itself afterwards.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import TypeAlias

from bot.model.entry import ArchiveLimits
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.snapshot import RepositoryFacts
from bot.workers.messages import Answer, Question, error_of
from bot.workers.waiting import Place, Waiting
from bot.workers.worker import Archive, Asked, Worker, WorkerDied

DEFAULT_MEMORY_BYTES = 2_000_000_000
"""Address space of one worker."""


@dataclass(slots=True, eq=False)
class _Job:
    asked: Asked
    answer: asyncio.Future[Answer]


_Group: TypeAlias = list[Place[_Job]]


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
        self._is_open = True
        self._free = size
        self._waiting: Waiting[_Job] = Waiting()
        self._timeout_s = timeout_s
        self._limits = limits
        self._memory_bytes = memory_bytes
        self._fingerprint_key = fingerprint_key
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._served: dict[asyncio.Task[None], _Group] = {}

    async def __aenter__(self) -> AnalysisPool:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        while group := self._waiting.take(1):
            _cancel(group)
        for task in self._served:
            task.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)
        for worker in self._idle:
            await worker.kill()
        self._idle.clear()

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The process ids of the workers that live now, busy ones last."""
        return tuple(worker.pid for worker in (*self._idle, *self._busy))

    async def analyze(
        self,
        facts: RepositoryFacts,
        archive: Archive,
        *,
        now: datetime,
        previous: bytes | None = None,
        api_requests: float = 0.0,
        is_urgent: bool = False,
    ) -> bytes:
        """The encoded report of one repository; `previous` is the last one, `api_requests` what reading it has cost.

        Raises FinalError (an archive refused, a limit passed), WorldError (a download that broke off, a worker that
        died), whatever the archive's chunks raise, and WorkerFault for a fault of ours.
        """
        question = Question(
            facts=facts,
            limits=self._limits,
            now=now,
            has_archive=archive is not None,
            previous=previous,
            fingerprint_key=self._fingerprint_key,
            api_requests=api_requests,
        )
        size_bytes = len(archive) if isinstance(archive, bytes) else 0 if archive is None else None
        job = _Job((question, archive), asyncio.get_running_loop().create_future())
        place = Place(job, size_bytes, is_urgent)
        self._waiting.add(place)
        self._dispatch()
        try:
            answer = await job.answer
        except asyncio.CancelledError:
            await self._give_up(place)
            raise
        if answer.failure is not None:
            raise error_of(answer.failure)
        return answer.report

    def _dispatch(self) -> None:
        while self._is_open and self._free and (group := self._waiting.take(self._free)):
            self._free -= 1
            task = asyncio.create_task(self._serve(group))
            self._served[task] = group
            task.add_done_callback(self._served.pop)

    async def _give_up(self, place: Place[_Job]) -> None:
        """Nobody wants its report any more. A worker that nobody at all waits for is killed."""
        if self._waiting.leave(place):
            return
        for task, group in self._served.items():
            if place in group and all(other.who.answer.done() for other in group):
                task.cancel()
                await asyncio.wait([task])
                return

    async def _serve(self, group: _Group) -> None:
        try:
            answers = await self._ask([place.who.asked for place in group])
        except asyncio.CancelledError:
            _cancel(group)
            raise
        except Exception as error:
            self._after_failure(group, error)
        else:
            self._tell(group, answers)
        finally:
            self._free += 1
            self._dispatch()

    def _tell(self, group: _Group, answers: list[Answer]) -> None:
        """Each its answer. One that passed a limit in company may have had too little because of the others."""
        for place, answer in reversed(list(zip(group, answers, strict=True))):
            if place.who.answer.done():
                continue
            if len(group) > 1 and answer.failure is not None and answer.failure.finality is Finality.LIMIT_PASSED:
                self._waiting.put_back(place)
            else:
                place.who.answer.set_result(answer)

    def _after_failure(self, group: _Group, error: Exception) -> None:
        """The one that a worker died of is told. Of several nobody knows which it was: each goes again, alone."""
        wanted = [place for place in group if not place.who.answer.done()]
        for place in reversed(wanted):
            if len(group) == 1:
                place.who.answer.set_exception(error)
            else:
                self._waiting.put_back(place)

    async def _ask(self, asked: list[Asked]) -> list[Answer]:
        worker = self._idle.pop() if self._idle else await Worker.start(self._memory_bytes)
        self._busy.add(worker)
        is_usable = False
        try:
            async with asyncio.timeout(self._timeout_s):
                answers = await worker.ask(asked)
            is_usable = True
        except TimeoutError:
            raise self._too_slow(worker) from None
        except WorkerDied as died:
            raise WorldError(f"The analysis process died ({died}).", next_step="It will be tried again.") from None
        finally:
            self._busy.discard(worker)
            if is_usable and worker.is_alive:
                self._idle.append(worker)
            else:
                await worker.kill()
        if worker.source_error is not None:
            raise worker.source_error
        return answers

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


def _cancel(group: _Group) -> None:
    for place in group:
        place.who.answer.cancel()
