"""Comment commands on GitHub: who asks what in which words, and what they meet there."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.fakehub.world import Repository
from tests.journeys.conftest import Stage
from tests.journeys.talk import Asked, ask

PEOPLE = {"reader": "read", "triager": "triage", "writer": "write", "maintainer": "maintain", "boss": "admin"}
FILES = {
    "README.md": "# Hello\n\nSays hello.\n",
    "package.json": '{"name": "hello", "license": "MIT", "dependencies": {"express": "^4.18.0"}}\n',
    "index.js": "console.log('hello')\n",
}
REPORT, HELP, UP_TO_DATE = "of 100", "| `/radar help` |", "The report is up to date"


def talkative(stage: Stage, *, private: bool = False) -> Repository:
    """A repository with people of every rank, and its report."""
    login = stage.account()
    made = stage.hub.add_repository(login, "talkative", FILES, private=private)
    for name, level in PEOPLE.items():
        stage.hub.grant(made, name, level)
    stage.hub.install(login)
    stage.bot.wait_report(made.full_name, made.git.head())
    return made


@dataclass(frozen=True, slots=True)
class Case:
    """A comment, whose it is, the reaction that it ends with, and what the reply says (and does not)."""

    body: str
    said: str
    user: str = "passer-by"
    reaction: str = "rocket"
    unsaid: str = "😕"


def confused(body: str, said: str, user: str = "passer-by", unsaid: str = REPORT) -> Case:
    return Case(body, said, user, "confused", unsaid)


QUOTED = "> On Monday Eve wrote:\n> > /radar batch\n> /radar refresh\n\n"
ASKED = {
    "alone": Case("/radar", REPORT),
    "report": Case("/radar report", REPORT),
    "status": Case("/radar status", UP_TO_DATE),
    "explain": Case("/radar explain ci", "**Why it matters**"),
    "explain, the check in code marks": Case("/radar explain `licence`", "**Why it matters**"),
    "help": Case("/radar help", HELP),
    "any case": Case("/RADAR  RePoRt.", REPORT),
    "an exclamation mark": Case("/radar help!", HELP),
    "CRLF": Case("Hello\r\n/radar help\r\n\r\nThanks\r\n", HELP),
    "CR alone": Case("Hello\r/radar help\rThanks", HELP),
    "blanks around": Case("\n\n   /radar \t help   \n\n", HELP),
    "Unicode around": Case("Grüße 🎉\n/radar help\n世界 \u202eمرحبا", HELP),
    "below a quoted reply": Case(f"{QUOTED}/radar help", HELP, unsaid="Refreshed"),
    "below a fence": Case("```sh\n/radar batch\n```\n/radar help", HELP, unsaid="batch was"),
    "below an HTML comment": Case("<!-- /radar batch -->\n\n/radar help", HELP, unsaid="batch was"),
    "below closed details": Case("<details>\n\n/radar batch\n\n</details>\n\n/radar help", HELP, unsaid="batch was"),
    "beside a link": Case("See [the docs](https://example.com).\n/radar help", HELP),
    "60,000 characters above": Case("x" * 60_000 + "\n\n/radar help", HELP),
    "60,000 characters below": Case("/radar help\n\n" + "wörter 🎉 " * 6_000, HELP),
    "60,000 open brackets above": Case("[" * 60_000 + "\n/radar help", HELP),
    "60,000 characters of quotes above": Case("> /radar batch\n" * 4_000 + "\n/radar help", HELP, unsaid="batch was"),
    "explain what there is not": confused(
        "/radar explain licences", "Did you mean `/radar explain licen", unsaid=REPORT
    ),
    "a slip": confused("/radar refrsh", "Did you mean `/radar refresh`?"),
    "another word for it": confused("/radar rerun", "Did you mean `/radar refresh`?"),
    "too many words": confused("/radar report please", "Did you mean `/radar report`?"),
    "explain without a check": confused("/radar explain", "Did you mean `/radar explain CHECK`?"),
    "nothing like a command": confused("/radar is a nice tool", HELP),
    "foreign text in a slip": confused("/radar @octocat #1", "`/radar @octocat #1`", unsaid=" @octocat #1 "),
    "several": Case("/radar status\n/radar explain ci\n\nand\n\n/radar help", UP_TO_DATE),
    "several, one of them a slip": confused("/radar help\n/radar stauts", "Did you mean `/radar status`?"),
    "refresh by a stranger": confused("/radar refresh", "was refused: it needs write access here and you have read"),
    "refresh by a reader": confused("/radar refresh", "was refused: it needs write access", "reader"),
    "refresh by triage": confused("/radar refresh", "was refused: it needs write access", "triager"),
    "batch by a writer": confused("/radar batch", "was refused: it needs admin access", "writer"),
    "batch by a maintainer": confused("/radar batch", "was refused: it needs admin access", "maintainer"),
    "one allowed, one not": confused("/radar help\n/radar batch", "was refused: it needs admin", "writer"),
}
SILENT = {
    "prose": "What does the radar say?",
    "in the middle of a line": "please /radar batch",
    "another word": "/radars batch",
    "a path": "/radar/batch",
    "a file": "/radar.yml",
    "a quoted reply": f"{QUOTED}I did that already.",
    "a lazy line of a quote": "> quoted\n/radar batch",
    "an alert": "> [!NOTE]\n> /radar batch",
    "a fence": "```\n/radar batch\n```",
    "a tilde fence": "~~~sh\n/radar batch\n~~~",
    "a fence within a longer one": "````\n```\n/radar batch\n```\n````",
    "a fence that never ends": "```\n/radar batch",
    "indented code": "    /radar batch",
    "inline code": "`/radar batch`",
    "code over lines": "`a\n/radar batch\nb`",
    "an HTML comment": "<!--\n/radar batch\n-->",
    "an HTML comment over paragraphs": "<!--\n\n/radar batch\n\n-->",
    "an HTML comment that never ends": "<!--\n\n/radar batch",
    "details": "<details>\n\n/radar batch\n\n</details>",
    "pre": "<pre>\n/radar batch\n</pre>",
    "a link": "[/radar batch](https://example.com)",
    "a link over lines": "[see\n/radar batch\nnow](https://example.com)",
    "an image's text": "![\n/radar batch](x.png)",
    "a list": "- /radar batch",
    "a task": "- [ ] /radar batch",
    "a table": "|a|\n|-|\n|/radar batch|",
    "a heading": "# /radar batch",
    "struck out": "~~/radar batch~~",
    "a footnote": "[^1]: note\n/radar batch",
    "an escape": "\\/radar batch",
    "an entity": "&#47;radar batch",
    "a zero-width space before it": "\u200b/radar batch",
    "look-alike letters": "/rаdar batch",
    "60,000 characters of quotes": "> /radar batch\n" * 4_000,
}
BOTS = {"another bot": "dependabot[bot]", "ourselves": "repo-radar[bot]"}


@pytest.fixture(scope="module")
def asked(stage: Stage) -> dict[str, Asked]:
    """Every case of the tables at once, over three installations: GitHub limits what each may write a minute."""
    for login in BOTS.values():
        stage.hub.world.account(login, "Bot")
    places = [talkative(stage) for _ in range(3)]
    comments = [(name, case.body, case.user) for name, case in ASKED.items()]
    comments += [(name, body, "boss") for name, body in SILENT.items()]
    comments += [(name, "/radar help", login) for name, login in BOTS.items()]
    return {
        name: ask(stage, places[number % len(places)], body, user) for number, (name, body, user) in enumerate(comments)
    }


@pytest.mark.parametrize("name", ASKED)
def test_a_command_is_answered(asked: dict[str, Asked], name: str) -> None:
    reply = asked[name].answer()
    case = ASKED[name]
    assert case.said in reply.body
    assert case.unsaid not in reply.body
    assert asked[name].reactions == {"eyes", case.reaction}


@pytest.mark.parametrize("name", [*SILENT, *BOTS])
def test_what_is_no_command_to_a_reader_is_left_alone(asked: dict[str, Asked], name: str) -> None:
    asked[name].assert_silence()


def test_several_commands_are_answered_in_their_order(asked: dict[str, Asked]) -> None:
    body = asked["several"].answer().body
    parts = [body.index(part) for part in (UP_TO_DATE, "**Why it matters**", HELP)]
    assert parts == sorted(parts)


def test_ten_commands_of_a_comment_are_carried_out_at_most(stage: Stage, asked: dict[str, Asked]) -> None:
    many = ask(stage, asked["alone"].repository, "/radar status\n" * 15)
    assert many.answer().body.count(UP_TO_DATE) == 10


def test_our_own_replies_start_nothing(asked: dict[str, Asked]) -> None:
    question = asked["help"]
    assert "/radar" in question.answer().body
    question.stage.hub.settle()
    assert len(question.issue.comments) == 2


def test_refresh_goes_through_its_states_in_one_comment(stage: Stage) -> None:
    repository = talkative(stage)
    question = ask(stage, repository, "/radar refresh", "writer")
    reply = question.answer()
    assert "🚀 Refreshed at " in reply.body
    assert question.reactions == {"eyes", "rocket"}
    assert any("queued" in before or "under way" in before for before in reply.edits)
    maintained = ask(stage, repository, "/radar refresh\n/radar help", "maintainer").answer()
    assert "🚀 Refreshed at " in maintained.body
    assert HELP in maintained.body


def test_batch_is_the_administrators(stage: Stage) -> None:
    repository = talkative(stage)
    later = stage.hub.add_repository(repository.owner, "later", {"a.py": "1\n"}, announce=False)
    reply = ask(stage, repository, "/radar batch", "boss").answer()
    assert "Batch finished" in reply.body
    assert reply.edits
    assert stage.bot.wait_report(later.full_name, later.git.head())


def test_a_refresh_that_fails_ends_confused_with_the_reason_and_the_next_step(stage: Stage) -> None:
    repository = talkative(stage)
    stage.hub.faults.add("blocked", f"/repos/{repository.full_name}/tarball")
    question = ask(stage, repository, "/radar refresh", "writer")
    reply = question.answer()
    assert question.reactions == {"eyes", "confused"}
    assert "`/radar refresh` did not work: GitHub blocks access to the archive" in reply.body
    assert f"[Details]({stage.bot.url}/repos/{repository.full_name})" in reply.body


def test_a_pull_requests_comments_are_heard_as_well(stage: Stage, asked: dict[str, Asked]) -> None:
    repository = asked["alone"].repository
    pull = stage.hub.open_pull(repository, "A change", {"a.js": "1\n"})
    comment = stage.hub.comment(repository, pull, "/radar status", "reader")
    assert UP_TO_DATE in Asked(stage, repository, pull, comment).answer().body


PRIVATE = {
    "report by a reader": Case("/radar report", REPORT, "reader"),
    "refresh by a writer": Case("/radar refresh", "🚀 Refreshed at ", "writer"),
    "report by a stranger": confused("/radar report", "needs read access here and you have none"),
    "help by a stranger": confused("/radar explain ci\n/radar status", "needs read access", unsaid="up to date"),
    "refresh by a reader": confused("/radar refresh", "needs write access here and you have read", "reader"),
}


def test_a_private_repository_answers_those_who_may_read_it(stage: Stage) -> None:
    repository = talkative(stage, private=True)
    questions = {name: ask(stage, repository, case.body, case.user) for name, case in PRIVATE.items()}
    for name, case in PRIVATE.items():
        reply = questions[name].answer()
        assert case.said in reply.body, name
        assert case.unsaid not in reply.body, name
        assert questions[name].reactions == {"eyes", case.reaction}, name
