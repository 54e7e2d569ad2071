"""The worker process: `python -m bot.workers.child` answers questions until its input ends.

It takes an archive's chunks as it needs them, so that a slow analysis slows the download and nothing piles up.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import sys
import traceback
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from msgspec import structs

from bot.model.errors import WorldError
from bot.model.report import decode_report, encode_report
from bot.sources.tarball import entries
from bot.workers import frames
from bot.workers.digest import Digest, audits_of
from bot.workers.messages import Answer, Failure, Question, decode_questions, encode_answer, failure_of
from bot.workers.zizmor import Audit

NICENESS = 10
"""Acknowledgements and pages come first where processors are few."""


def main() -> int:
    """Runs until the pool closes our input, which also happens when it dies."""
    questions, answers = _take_pipes()
    _limit_memory(int(os.environ.get(frames.MEMORY_VARIABLE, "0")))
    _rest_collector()
    os.nice(NICENESS)
    while True:
        try:
            frame = frames.read_frame(questions)
            if isinstance(frame, int):
                continue
            last = _answer_all(decode_questions(frame), questions, answers)
            last.drain()
            gc.collect()
        except (BrokenPipeError, EOFError):
            return 0


def _answer_all(asked: Sequence[Question], questions: BinaryIO, answers: BinaryIO) -> _Chunks:
    """Read all, let zizmor run once, answer each; the last archive, which may not be read to its end yet."""
    chunks = _Chunks(questions, has_ended=True)
    read: list[Digest | Failure] = []
    for question in asked:
        chunks.drain()
        chunks = _Chunks(questions, has_ended=not question.has_archive)
        read.append(_digest(question, chunks))
    digests = [one for one in read if isinstance(one, Digest)]
    audits = iter(audits_of(digests))
    for question, one in zip(asked, read, strict=True):
        answer = _answer(question, one, next(audits)) if isinstance(one, Digest) else Answer(failure=one)
        answers.write(frames.pack(encode_answer(answer)))
    answers.flush()
    return chunks


def _digest(question: Question, chunks: _Chunks) -> Digest | Failure:
    try:
        stream = entries(chunks, question.limits) if question.has_archive else None
        return Digest(question.facts, stream, fingerprint_key=question.fingerprint_key)
    except EOFError:
        raise
    except Exception as error:
        return failure_of(error, traceback.format_exc())


def _answer(question: Question, digest: Digest, audit: Audit) -> Answer:
    try:
        previous = decode_report(question.previous) if question.previous else None
        report = digest.report(audit, now=question.now, previous=previous)
        duration_ms = max(1, round(digest.took_s * 1000))
        cost = round(question.api_requests, 3)
        return Answer(
            report=encode_report(structs.replace(report, analysis_duration_ms=duration_ms, api_requests=cost))
        )
    except Exception as error:
        return Answer(failure=failure_of(error, traceback.format_exc()))


class _Chunks:
    """The archive's chunks up to END. Raises WorldError where the pool says that the download broke off."""

    def __init__(self, questions: BinaryIO, *, has_ended: bool) -> None:
        self._questions = questions
        self._has_ended = has_ended

    def __iter__(self) -> Iterator[bytes]:
        while not self._has_ended:
            frame = frames.read_frame(self._questions)
            if not isinstance(frame, int):
                yield frame
                continue
            self._has_ended = True
            if frame == frames.ABORT:
                raise WorldError("The download broke off.", next_step="It will be asked for again.")

    def drain(self) -> None:
        """Reads past what the analysis did not need, so that the next frame is a question again."""
        while not self._has_ended:
            self._has_ended = isinstance(frames.read_frame(self._questions), int)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our pipes; afterwards nothing that a library prints can get between the frames."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    questions = os.fdopen(os.dup(0), "rb", buffering=1 << 18)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return questions, answers


def _rest_collector() -> None:
    """No garbage collection during an analysis: it makes few cycles, and looking for them costs a sixth of its time.

    What is imported is never looked at again; cycles are collected when an answer has been given.
    """
    gc.disable()
    gc.freeze()


def _limit_memory(limit_bytes: int) -> None:
    """Best effort: some systems (macOS) do not let a process limit its address space."""
    if limit_bytes:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, hard))


if __name__ == "__main__":
    sys.exit(main())
