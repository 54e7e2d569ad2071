"""What pool and worker say to each other: one question, one answer, errors as values."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from bot.model.entry import ArchiveLimits
from bot.model.errors import FinalError, Finality, RadarError, UserError, WorldError
from bot.model.snapshot import RepositoryFacts


class Question(Struct, kw_only=True):
    """Analyse one repository. `previous` is the last report, as it was encoded."""

    facts: RepositoryFacts
    limits: ArchiveLimits
    now: datetime
    has_archive: bool
    previous: bytes | None = None
    fingerprint_key: bytes = b""


class Failure(Struct, kw_only=True):
    """An error on its way through a pipe. `kind` is user, world, final or ours."""

    kind: str
    message: str
    next_step: str = ""
    retry_after_s: float | None = None
    finality: Finality | None = None


class Answer(Struct, kw_only=True):
    """The encoded report, or why there is none."""

    report: Raw | None = None
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


encode = msgspec.json.Encoder().encode
decode_question = msgspec.json.Decoder(Question).decode
decode_answer = msgspec.json.Decoder(Answer).decode
