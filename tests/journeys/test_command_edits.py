"""Edited comments: only what is new runs, once, whoever edits, and the one reply is brought up to date."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from tests.fakehub.world import Repository
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage
from tests.journeys.talk import FINISHED, Asked, ask
from tests.journeys.test_commands import HELP, UP_TO_DATE, talkative


@dataclass(frozen=True, slots=True)
class Edit:
    """A comment's texts in their order, and the commands carried out in the end, each once.

    `shown`: those that the reply answers, where the comment no longer holds all of them.
    """

    texts: tuple[str, ...]
    carried_out: tuple[str, ...]
    shown: tuple[str, ...] = ()


SAID = {"help": HELP, "status": UP_TO_DATE, "unknown": "Did you mean"}
EDITS = {
    "one more": Edit(("/radar help", "/radar help\n/radar status"), ("help", "status")),
    "one more above": Edit(("/radar help", "/radar status\n\n/radar help"), ("help", "status")),
    "the same again": Edit(("/radar status", "/radar status\n/radar status"), ("status", "status")),
    "text around it": Edit(("/radar help", "Sorry:\n\n/radar help\n\nThanks! 🎉"), ("help",)),
    "in another case": Edit(("/radar help", "/RADAR Help."), ("help",)),
    "line ends": Edit(("/radar help\n/radar status", "/radar help\r\n/radar status\r\n"), ("help", "status")),
    "in another order": Edit(("/radar help\n/radar status", "/radar status\n/radar help"), ("help", "status")),
    "one of two gone": Edit(("/radar help\n/radar status", "/radar status"), ("help", "status"), ("status",)),
    "a slip taken away": Edit(("/radar help\n/radar stauts", "/radar help"), ("help", "unknown"), ("help",)),
    "gone and back": Edit(("/radar help", "Never mind.", "/radar help"), ("help",)),
    "into a quote and back": Edit(("/radar help", "> /radar help", "/radar help"), ("help",)),
    "out of a quote": Edit(("> /radar status", "/radar status"), ("status",)),
    "out of a fence": Edit(("```\n/radar status\n```", "/radar status"), ("status",)),
    "out of an HTML comment": Edit(("<!-- /radar status -->", "/radar status"), ("status",)),
    "a fence closed above it": Edit(("```\n/radar status", "```\n```\n/radar status"), ("status",)),
    "a slip mended": Edit(("/radar stauts", "/radar status"), ("unknown", "status"), ("status",)),
    "into prose": Edit(("What does it say?", "/radar status"), ("status",)),
    "a slip added": Edit(("/radar help", "/radar help\n/radar stauts"), ("help", "unknown")),
    "three edits": Edit(("/radar help", "/radar status", "/radar help\n/radar status"), ("help", "status")),
    "60,000 characters added": Edit(
        ("/radar help", "x" * 60_000 + "\n\n/radar help\n/radar status"), ("help", "status")
    ),
}


@pytest.fixture(scope="module")
def repository(stage: Stage) -> Repository:
    return talkative(stage)


@pytest.fixture(scope="module")
def asked(stage: Stage) -> dict[str, Asked]:
    """The first text of every case at once, over three installations: GitHub limits what each may write a minute."""
    places = [talkative(stage) for _ in range(3)]
    cases = enumerate(EDITS.items())
    return {name: ask(stage, places[number % len(places)], case.texts[0]) for number, (name, case) in cases}


def carried_out(question: Asked) -> Counter[str]:
    """The commands that the bot took from the comment."""
    sql = "select command from commands where comment_id = ?"
    return Counter(row["command"] for row in question.stage.bot.rows(sql, question.comment.id))


@pytest.mark.parametrize("name", EDITS)
def test_only_what_is_new_runs(asked: dict[str, Asked], name: str) -> None:
    question, case = asked[name], EDITS[name]
    question.read()
    for text in case.texts[1:]:
        question.edit(text)
    assert carried_out(question) == Counter(case.carried_out)
    shown = case.shown or case.carried_out
    end = {"confused" if "unknown" in shown else "rocket"}
    eventually(lambda: question.reactions & FINISHED == end, what="the end, and that alone")
    (reply,) = question.replies
    said = Counter(shown)
    said["help"] += said["unknown"]  # which is answered with the table, too
    assert {command: reply.body.count(SAID[command]) for command in SAID} == {
        command: said[command] for command in SAID
    }


def test_a_refresh_is_not_repeated_by_an_edit(stage: Stage, repository: Repository) -> None:
    question = ask(stage, repository, "/radar refresh", "writer")
    question.answer()
    read_once = stage.hub.ledger.counts["archive"]
    question.edit("Please:\n/radar refresh")
    question.edit("Please:\n/radar refresh\n/radar help")
    eventually(lambda: HELP in question.answer().body, what="the new command's answer")
    assert stage.hub.ledger.counts["archive"] == read_once


def test_what_somebody_else_writes_into_a_comment_is_not_its_authors_command(
    stage: Stage, repository: Repository
) -> None:
    """A writer edits an administrator's comment: it must not lend them the administrator's rights."""
    question = ask(stage, repository, "What a nice tool.", "boss")
    question.edit_by("writer", "What a nice tool.\n/radar batch")
    question.assert_silence()
    question.edit("What a nice tool!\n/radar help")
    assert HELP in question.answer().body
    assert carried_out(question) == Counter({"help": 1})


def test_a_reply_that_somebody_deleted_is_made_anew(stage: Stage, repository: Repository) -> None:
    question = ask(stage, repository, "/radar help")
    stage.hub.delete_comment(question.answer())
    question.edit("/radar help\n/radar status")
    eventually(lambda: question.replies, what="a new reply")
    (reply,) = question.replies
    assert UP_TO_DATE in reply.body
