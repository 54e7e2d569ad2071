"""What pool and worker say to each other: errors come through a pipe as they were."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.entry import ArchiveLimits
from bot.model.errors import FinalError, Finality, RadarError, UserError, WorldError
from bot.model.snapshot import RepositoryFacts
from bot.workers.messages import (
    Answer,
    Failure,
    Question,
    WorkerFault,
    decode_answer,
    decode_questions,
    encode_answer,
    encode_questions,
    error_of,
    failure_of,
)


@pytest.mark.parametrize(
    "error",
    [
        FinalError(Finality.ARCHIVE_REFUSED, "No.", next_step="Leave it."),
        FinalError(Finality.LIMIT_PASSED, "Too much."),
        WorldError("Away.", retry_after_s=7.5, next_step="Wait."),
        WorldError("Away."),
        UserError("A slip.", next_step="Write it so."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_itself_again_at_the_other_end(error: RadarError) -> None:
    body = encode_answer(Answer(failure=failure_of(error, "a traceback")))
    failure = decode_answer(body).failure
    assert failure is not None
    again = error_of(failure)
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert b"traceback" not in body


def test_too_little_memory_is_final_and_says_what_to_leave_out() -> None:
    error = error_of(failure_of(MemoryError(), "a traceback"))
    assert isinstance(error, FinalError)
    assert error.finality is Finality.LIMIT_PASSED
    assert "radar.yml" in error.next_step


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), ValueError("y")])
def test_a_fault_of_ours_brings_its_traceback(error: Exception) -> None:
    fault = error_of(failure_of(error, "Traceback: line 7"))
    assert isinstance(fault, WorkerFault)
    assert str(fault) == "Traceback: line 7"


def test_a_final_failure_without_its_kind_is_a_passed_limit() -> None:
    error = error_of(Failure(kind="final", message="No."))
    assert isinstance(error, FinalError)
    assert error.finality is Finality.LIMIT_PASSED


@given(st.binary())
def test_a_report_goes_through_as_it_is(report: bytes) -> None:
    assert decode_answer(encode_answer(Answer(report=report))) == Answer(report=report)


def test_a_question_is_itself_again() -> None:
    question = Question(
        facts=RepositoryFacts(id=7, owner="octo", name="demo"),
        limits=ArchiveLimits(max_files=3),
        now=datetime(2026, 5, 1, tzinfo=UTC),
        has_archive=True,
        previous=b"\0R\xff",
        fingerprint_key=b"\xfe",
        api_requests=1.25,
    )
    assert decode_questions(encode_questions([question, question])) == [question, question]
