"""The one comment that answers a comment, through its states."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.commands import answer
from bot.commands.markdown import Links
from bot.commands.parser import Verb
from bot.model.batch import Batch, BatchStatus
from bot.model.records import CommandRecord, CommandState
from bot.model.report import Report

MakeReport = Callable[..., Report]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def record(command: str, state: CommandState = CommandState.DONE, argument: str = "") -> CommandRecord:
    return CommandRecord(
        id="1", repository_id=1, issue_number=1, comment_id=1, command=command, author="eve", state=state,
        argument=argument, reason="You need write access.",
    )  # fmt: skip


def batch(status: BatchStatus, *, listed: bool = True, failed: int = 0) -> Batch:
    return Batch(
        id="b-1", installation_id=1, owner="acme", trigger="command", forks="all", force=False, status=status, error="",
        listed=listed, total=5, done=2, failed=failed, skipped=1, api_requests=1.0, created_at=NOW, finished_at=None,
    )  # fmt: skip


STATES = [
    (CommandState.QUEUED, "⏳ `/radar refresh` is queued."),
    (CommandState.WORKING, "⚙️ `/radar refresh` is under way"),
    (CommandState.REFUSED, "😕 `/radar refresh` was refused: You need write access."),
    (CommandState.FAILED, "😕 `/radar refresh` did not work: You need write access."),
    (CommandState.DONE, "🚀 Refreshed at [`0123456`]"),
]


@pytest.mark.parametrize(("state", "begins"), STATES)
def test_one_comment_goes_through_its_states(
    make_report: MakeReport, links: Links, state: CommandState, begins: str
) -> None:
    assert answer.render_command(record("refresh", state), make_report(), links).startswith(begins)


BATCHES = [
    ("queued", CommandState.QUEUED, None, "⏳ `/radar batch` is queued."),
    ("listing", CommandState.WORKING, batch(BatchStatus.RUNNING, listed=False), "⚙️ The batch is under way: 3 done."),
    ("running", CommandState.WORKING, batch(BatchStatus.RUNNING), "⚙️ The batch is under way: 3 of 5 done."),
    (
        "done",
        CommandState.DONE,
        batch(BatchStatus.COMPLETED),
        "🚀 Batch finished: 2 reports made, 0 failed, 1 skipped of 5.",
    ),
    ("done with failures", CommandState.DONE, batch(BatchStatus.COMPLETED, failed=1), "⚠️ Batch finished"),
    ("handed over", CommandState.DONE, None, "🚀 The batch is queued."),
]


@pytest.mark.parametrize(("name", "state", "found", "begins"), BATCHES, ids=[case[0] for case in BATCHES])
def test_a_batch_tells_its_progress(
    links: Links, name: str, state: CommandState, found: Batch | None, begins: str
) -> None:
    text = answer.render_command(record("batch", state), None, links, batch=found)
    assert text.startswith(begins)
    if found is not None:
        assert "https://radar.example.com/batches/b-1" in text


@pytest.mark.parametrize("verb", [Verb.REPORT, Verb.REFRESH, Verb.EXPLAIN])
def test_without_a_report_there_is_none_to_show(links: Links, verb: Verb) -> None:
    assert "There is no report yet" in answer.render_command(record(verb.value), None, links)


def test_an_unknown_command_is_answered_by_what_was_typed(links: Links) -> None:
    text = answer.render_command(record("unknown", argument="/radar refrsh"), None, links)
    assert "Did you mean `/radar refresh`?" in text
    assert "| `/radar help` |" in text
    assert "I do not know" in answer.render_command(record("something-newer", argument="x"), None, links)


def test_several_answers_stand_in_one_comment(links: Links) -> None:
    text = answer.render_answer(["first", "second"])
    assert text.split("\n\n")[:3] == ["first", "---", "second"]
    assert text.endswith("`/radar help`</sub>")
