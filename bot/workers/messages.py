"""What pool and worker say to each other: some questions, an answer to each, errors as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from bot.model.entry import ArchiveLimits
from bot.model.errors import FinalError, Finality, RadarError, UserError, WorldError
from bot.model.snapshot import RepositoryFacts

_REPORT = b"R"
_FAILURE = b"F"


class Question(Struct, kw_only=True):
    """Analyse one repository. `previous` is the last report, as it was encoded.

    `api_requests` is what reading it has cost so far, for the report.
    """

    facts: RepositoryFacts
    limits: ArchiveLimits
    now: datetime
    has_archive: bool
    previous: bytes | None = None
    fingerprint_key: bytes = b""
    api_requests: float = 0.0


class Failure(Struct, kw_only=True):
    """An error on its way through a pipe. `kind` is user, world, final or ours."""

    kind: str
    message: str
    next_step: str = ""
    retry_after_s: float | None = None
    finality: Finality | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The encoded report, or why there is none: exactly one of the two."""

    report: bytes = b""
    failure: Failure | None = None


class WorkerFault(RuntimeError):
    """A fault of ours inside a worker; the message is its traceback."""


def failure_of(error: BaseException, traceback: str) -> Failure:
    """The error as a value; `traceback` is told only where the fault is ours."""
    if isinstance(error, FinalError):
        return Failure(kind="final", message=error.message, next_step=error.next_step, finality=error.finality)
    if isinstance(error, WorldError):
        return Failure(
            kind="world", message=error.message, next_step=error.next_step, retry_after_s=error.retry_after_s
        )
    if isinstance(error, UserError):
        return Failure(kind="user", message=error.message, next_step=error.next_step)
    if isinstance(error, MemoryError):
        return Failure(
            kind="final",
            message="The analysis needs more memory than a worker may use.",
            next_step="Exclude large paths in .github/radar.yml.",
            finality=Finality.LIMIT_PASSED,
        )
    return Failure(kind="ours", message=traceback)


def error_of(failure: Failure) -> RadarError | WorkerFault:
    """The error that `failure` stands for."""
    if failure.kind == "final":
        finality = failure.finality or Finality.LIMIT_PASSED
        return FinalError(finality, failure.message, next_step=failure.next_step)
    if failure.kind == "world":
        return WorldError(failure.message, next_step=failure.next_step, retry_after_s=failure.retry_after_s)
    if failure.kind == "user":
        return UserError(failure.message, next_step=failure.next_step)
    return WorkerFault(failure.message)


def encode_answer(answer: Answer) -> bytes:
    """One byte that tells which it is, then the report as it is or the failure as JSON."""
    if answer.failure is not None:
        return _FAILURE + msgspec.json.encode(answer.failure)
    return _REPORT + answer.report


def decode_answer(body: bytes) -> Answer:
    """The answer in `body`."""
    if body[:1] == _REPORT:
        return Answer(report=body[1:])
    return Answer(failure=msgspec.json.decode(body[1:], type=Failure))


def encode_questions(questions: Sequence[Question]) -> bytes:
    """As JSON."""
    return msgspec.json.encode(questions)


decode_questions = msgspec.json.Decoder(list[Question]).decode
