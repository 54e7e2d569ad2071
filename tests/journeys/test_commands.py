"""Comment commands on GitHub: who asks what, and what they meet there."""

from __future__ import annotations

import re

import pytest

from bot.commands.markdown import MAX_COMMENT
from tests.fakehub.world import Comment, Issue, Repository
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage

FINISHED = {"rocket", "confused"}


@pytest.fixture(scope="module")
def repository(stage: Stage) -> Repository:
    """A public repository with people of every rank."""
    made = stage.installed(
        {
            "README.md": "# Hello @octocat #1\n\nSays hello to https://example.com/x.\n",
            "package.json": '{"name": "hello", "license": "MIT", "dependencies": {"express": "^4.18.0"}}\n',
            "index.js": "console.log('hello')\n",
        },
        name="talkative",
    )
    for login, level in (("reader", "read"), ("writer", "write"), ("boss", "admin")):
        stage.hub.grant(made, login, level)
    return made


def ask(stage: Stage, repository: Repository, body: str, user: str = "boss") -> tuple[Comment, Issue]:
    issue = stage.hub.open_issue(repository, "A question")
    return stage.hub.comment(repository, issue, body, user), issue


def answer(comment: Comment, issue: Issue) -> Comment:
    """Our reply, once the comment carries its last reaction."""
    eventually(lambda: {one.content for one in comment.reactions} & FINISHED, what=f"an end of {comment.body!r}")
    (reply,) = replies(issue)
    return reply


def replies(issue: Issue) -> list[Comment]:
    return [one for one in issue.comments if one.via_app]


def reactions(comment: Comment) -> set[str]:
    return {one.content for one in comment.reactions}


ASKED = [
    ("report", "/radar", "reader", "rocket", "### [org"),
    ("report by a stranger to a public repository", "/radar report", "passer-by", "rocket", "### [org"),
    ("any case and CRLF", "Hello\r\n/RADAR  Report.\r\n", "reader", "rocket", "### [org"),
    ("refresh", "/radar refresh", "writer", "rocket", "🚀 Refreshed at "),
    ("refresh by a reader", "/radar refresh", "reader", "confused", "was refused: it needs write access"),
    ("status", "/radar status", "reader", "rocket", "The report is up to date"),
    ("explain", "/radar explain ci", "reader", "rocket", "### "),
    ("explain what there is not", "/radar explain licences", "reader", "rocket", "Did you mean `/radar explain licen"),
    ("batch by a writer", "/radar batch", "writer", "confused", "was refused: it needs admin access"),
    ("batch", "/radar batch", "boss", "rocket", "Batch finished"),
    ("help", "/radar help", "reader", "rocket", "| `/radar refresh` |"),
    ("a slip", "/radar refrsh", "writer", "confused", "Did you mean `/radar refresh`?"),
    ("below a quote", "> /radar batch\n\n/radar report", "reader", "rocket", "### [org"),
    ("60,000 characters", "x" * 59_000 + "\n\n/radar help", "reader", "rocket", "| `/radar help` |"),
    ("Unicode", "Grüße 🎉\n/radar help\n世界", "reader", "rocket", "| `/radar help` |"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "user", "reaction", "said"), ASKED, ids=[case[0] for case in ASKED])
def test_a_command_is_answered(
    stage: Stage, repository: Repository, name: str, body: str, user: str, reaction: str, said: str
) -> None:
    comment, issue = ask(stage, repository, body, user)
    reply = answer(comment, issue)
    assert said in reply.body
    assert reaction in reactions(comment)
    assert "eyes" in reactions(comment)
    assert len(reply.body) < MAX_COMMENT


SILENT = [
    ("prose", "What does radar say?"),
    ("code", "```\n/radar batch\n```"),
    ("a quoted reply", "> /radar refresh\n\nI did that already."),
    ("an HTML comment", "<!--\n/radar batch\n-->"),
    ("details", "<details>\n\n/radar batch\n\n</details>"),
    ("a link", "[/radar batch](https://example.com)"),
    ("in the middle", "please /radar batch"),
]


def test_what_a_reader_does_not_see_as_a_command_is_left_alone(stage: Stage, repository: Repository) -> None:
    asked = [(*ask(stage, repository, body), name) for name, body in SILENT]
    last, its_issue = ask(stage, repository, "/radar help")
    answer(last, its_issue)
    stage.hub.settle()
    for comment, issue, name in asked:
        assert replies(issue) == [], name
        assert reactions(comment) == set(), name


def test_several_commands_have_one_reply(stage: Stage, repository: Repository) -> None:
    comment, issue = ask(stage, repository, "/radar refresh\n/radar explain ci\n\nand\n\n/radar help", "boss")
    reply = answer(comment, issue)
    for part in ("🚀 Refreshed", "**Why it matters**", "| `/radar help` |"):
        assert part in reply.body


def test_the_reply_is_one_comment_edited_through_its_states(stage: Stage, repository: Repository) -> None:
    comment, issue = ask(stage, repository, "/radar refresh", "writer")
    reply = answer(comment, issue)
    assert any("queued" in before or "under way" in before for before in reply.edits)
    assert f"<!-- repo-radar:comment-{comment.id} -->" in reply.body


def test_an_edit_runs_only_what_is_new(stage: Stage, repository: Repository) -> None:
    comment, issue = ask(stage, repository, "/radar help", "boss")
    first = answer(comment, issue)
    stage.hub.edit_comment(comment, "/radar help\n\n/radar status")
    eventually(lambda: "The report is up to date" in first.body, what="the new command's answer")
    assert first.body.count("| Comment | What it does |") == 1
    assert len(replies(issue)) == 1


def test_the_bots_own_words_and_other_bots_start_nothing(stage: Stage, repository: Repository) -> None:
    comment, issue = ask(stage, repository, "/radar help", "boss")
    answer(comment, issue)
    stage.hub.settle()
    assert len(replies(issue)) == 1, "the reply names /radar and was not answered itself"


def test_a_reply_pings_nobody(stage: Stage, repository: Repository) -> None:
    comment, issue = ask(stage, repository, "/radar report", "reader")
    prose = re.sub(r"`[^`]*`|\]\([^)]*\)", "", answer(comment, issue).body)
    assert not re.search(r"@\w|(?<!\\)#\d", prose)


def test_a_private_repositorys_stranger_learns_nothing(stage: Stage) -> None:
    login = stage.account()
    private = stage.hub.add_repository(login, "secret", {"README.md": "# s\n"}, private=True)
    stage.hub.install(login)
    stage.bot.wait_report(private.full_name, private.git.head())
    comment, issue = ask(stage, private, "/radar report", "stranger")
    eventually(lambda: "confused" in reactions(comment), what="a refusal")
    assert all("score" not in reply.body.lower() and "grade" not in reply.body for reply in replies(issue))


def test_a_deleted_reply_is_made_anew(stage: Stage, repository: Repository) -> None:
    comment, issue = ask(stage, repository, "/radar help", "boss")
    first = answer(comment, issue)
    stage.hub.delete_comment(first)
    stage.hub.edit_comment(comment, "/radar help\n/radar status")
    eventually(lambda: any("up to date" in reply.body for reply in replies(issue)), what="a new reply")
    assert len(replies(issue)) == 1
