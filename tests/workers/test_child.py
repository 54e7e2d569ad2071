"""The worker process from outside: frames in, frames out, nothing else."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from datetime import UTC, datetime

import pytest
from msgspec import structs

from bot.model.entry import ArchiveLimits
from bot.model.report import decode_report
from bot.model.snapshot import RepositoryFacts
from bot.workers import frames
from bot.workers.messages import Answer, Question, decode_answer, encode_questions
from tests.patience import PATIENCE_S


def _archive(name: str = "a.py", size: int = 9) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        info = tarfile.TarInfo(f"octo-demo-aaaaaaa/{name}")
        info.size = size
        tar.addfile(info, io.BytesIO(b"print(1)\n" * size))
    return packed.getvalue()


def _question(*, has_archive: bool = True) -> Question:
    return Question(
        facts=RepositoryFacts(id=7, owner="octo", name="demo", head_sha="a" * 40),
        limits=ArchiveLimits(),
        now=datetime(2026, 5, 1, tzinfo=UTC),
        has_archive=has_archive,
    )


def _asked(*questions: Question) -> bytes:
    return frames.pack(encode_questions(questions))


def _talk(given: bytes, **environment: str) -> tuple[list[Answer], subprocess.CompletedProcess[bytes]]:
    done = subprocess.run(
        [sys.executable, "-m", "bot.workers.child"],
        input=given,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )
    stream = io.BytesIO(done.stdout)
    answers = []
    while stream.tell() < len(done.stdout):
        frame = frames.read_frame(stream)
        assert isinstance(frame, bytes)
        answers.append(decode_answer(frame))
    return answers, done


def test_each_question_has_one_answer_and_the_end_of_input_ends_it() -> None:
    packed = frames.pack(_archive())
    broken = frames.pack(b"no archive") + frames.pack(b"x" * 99)
    answers, done = _talk(
        _asked(_question()) + packed + frames.signal(frames.END)
        + _asked(_question()) + broken + frames.signal(frames.END)
        + _asked(_question()) + packed[:4] + packed[4:] + frames.signal(frames.ABORT)
        + _asked(_question(has_archive=False))
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kinds = ["report" if one.failure is None else one.failure.kind for one in answers]
    assert kinds == ["report", "world", "report", "report"]
    assert [decode_report(one.report).size.files for one in answers if one.report] == [1, 1, 0]


def test_several_questions_are_answered_in_their_order_whatever_becomes_of_one() -> None:
    packed = frames.pack(_archive())
    answers, done = _talk(
        _asked(_question(), _question(), _question(has_archive=False), _question())
        + packed + frames.signal(frames.END)
        + frames.pack(b"no archive") + frames.pack(b"x" * 99) + frames.signal(frames.END)
        + packed + frames.signal(frames.ABORT)
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ["report" if one.failure is None else one.failure.kind for one in answers] == [
        "report",
        "world",
        "report",
        "report",
    ]
    assert [decode_report(one.report).size.files for one in answers if one.report] == [1, 0, 1]


def test_a_report_tells_what_it_cost() -> None:
    question = structs.replace(_question(has_archive=False), api_requests=1.02)
    ((answer,), _) = _talk(_asked(question))
    report = decode_report(answer.report)
    assert report.api_requests == 1.02
    assert report.analysis_duration_ms >= 1


def test_an_aborted_download_is_the_worlds_trouble() -> None:
    answers, _ = _talk(_asked(_question()) + frames.pack(_archive()[:30]) + frames.signal(frames.ABORT))
    (answer,) = answers
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.message) == ("world", "The download broke off.")


@pytest.mark.parametrize("given", [b"", b"\0\0", frames.signal(frames.END), frames.pack(b"{}")[:5]])
def test_without_a_whole_question_it_ends_quietly(given: bytes) -> None:
    answers, done = _talk(given)
    assert (answers, done.returncode, done.stderr) == ([], 0, b"")


def test_memory_beyond_its_limit_is_final() -> None:
    body = _archive("big.py", 40_000_000)
    question = Question(
        facts=RepositoryFacts(id=7, owner="octo", name="demo"),
        limits=ArchiveLimits(max_file_bytes=10**9),
        now=datetime(2026, 5, 1, tzinfo=UTC),
        has_archive=True,
    )
    given = _asked(question) + frames.pack(body) + frames.signal(frames.END)
    answers, _ = _talk(given, **{frames.MEMORY_VARIABLE: "400000000"})
    (answer,) = answers
    assert answer.failure is not None
    assert (answer.failure.kind, "memory" in answer.failure.message) == ("final", True)
