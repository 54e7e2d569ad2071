"""The worker process: `python -m bot.workers.child` answers one question after another until its input ends.

It takes the archive's chunks as it needs them, so that a slow analysis slows the download and nothing piles up.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import sys
import traceback
from collections.abc import Iterator
from typing import BinaryIO

from bot.model.errors import WorldError
from bot.model.report import Report, decode_report, encode_report
from bot.sources.tarball import entries
from bot.workers import frames
from bot.workers.digest import analyze_stream
from bot.workers.messages import Answer, Question, decode_question, encode_answer, failure_of

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
        except EOFError:
            return 0
        if isinstance(frame, int):
            continue
        question = decode_question(frame)
        chunks = _Chunks(questions, has_ended=not question.has_archive)
        answer = _answer(question, chunks)
        try:
            answers.write(frames.pack(encode_answer(answer)))
            answers.flush()
            chunks.drain()
            del answer
            gc.collect()
        except (BrokenPipeError, EOFError):
            return 0


def _answer(question: Question, chunks: _Chunks) -> Answer:
    try:
        return Answer(report=encode_report(_report(question, chunks)))
    except Exception as error:
        return Answer(failure=failure_of(error, traceback.format_exc()))


def _report(question: Question, chunks: _Chunks) -> Report:
    stream = entries(chunks, question.limits) if question.has_archive else None
    return analyze_stream(
        question.facts,
        stream,
        now=question.now,
        previous=decode_report(question.previous) if question.previous else None,
        fingerprint_key=question.fingerprint_key,
    )


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
