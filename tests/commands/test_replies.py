"""Replies: what they say, and that nothing in them comes alive."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from bot.commands import answer, check_run, replies
from bot.commands.markdown import MAX_COMMENT, Links
from bot.commands.parser import Command, Verb, parse
from bot.commands.replies import RefreshState
from bot.model.discretion import HIDDEN, discreet
from bot.model.records import CommandRecord, CommandState
from bot.model.report import Check, Group, Report, State

MakeReport = Callable[..., Report]
SHA = "0123456789abcdef0123456789abcdef01234567"
render = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render
ALLOWED = {
    "p", "h3", "strong", "em", "a", "code", "ol", "ul", "li", "br", "hr", "details", "summary", "sub",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ACTIVE = re.compile(r"@\w|#\d|(?i:\bgh-\d)|(?:https?:/)?://\w|\bwww\.\w")
NASTY_STRINGS = [
    "@octocat fixes #1", "<script>alert(1)</script>", "[x](https://evil.test)", "](https://evil.test)", "</details>",
    "<!-- repo-radar:x -->", "a\n\n/radar batch\n", "| x |", "**", "```", "`", "https://evil.test", "\n# H\n",
    "<a href=x>", "![](https://evil.test/pixel.png)", "> q", "\x00", "\u202e",
]  # fmt: skip
NASTY = st.one_of(st.text(max_size=40), st.sampled_from(NASTY_STRINGS))


def all_replies(report: Report, text: str, links: Links) -> list[str]:
    """Every kind of reply, with `text` wherever a foreign string can come in."""
    record = CommandRecord(
        id="1", repository_id=1, issue_number=1, comment_id=1, command="refresh", author=text, reason=text
    )
    answered = [
        answer.render_command(replace_record(record, command=verb.value, state=state, argument=text), one, links)
        for verb in Verb
        for state in CommandState
        for one in (report, None)
    ]
    return [
        replies.render_report(report, links),
        replies.render_failed(links, Verb.REFRESH, text, text),
        replies.render_status(RefreshState(state="failed", error=text), report, links),
        replies.render_explain(report, "ci", links),
        replies.render_explain(report, text, links),
        replies.render_help(Command(verb=Verb.UNKNOWN, typed=text)),
        check_run.branch_output(report, links).summary,
        check_run.pull_request_output(report, report, links).summary,
        *answered,
    ]


def replace_record(record: CommandRecord, **changes: object) -> CommandRecord:
    return dataclasses.replace(record, **changes)  # type: ignore[arg-type] # names are checked by the dataclass


@settings(max_examples=20, deadline=None)
@given(NASTY)
def test_no_foreign_text_comes_alive_in_any_reply(make_report: MakeReport, links: Links, text: str) -> None:
    for reply in all_replies(make_report(text), text, links):
        html = render(reply)
        assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z][^\s/>]*)", html)} <= ALLOWED
        for address in re.findall(r'href="([^"]*)"', html):
            assert address.startswith(("https://github.test/acme/hello", "https://radar.example.com/"))
        shown = unescape(re.sub(r"<[^>]*>", "", re.sub(r"<code>[^<]*</code>", "", html)))
        assert not ACTIVE.search(shown)
        assert "<!--" not in html
        assert parse(reply) == (), "a reply gives no commands"


@pytest.mark.parametrize(("size", "many"), [(1, 1), (1, 300), (400, 300), (60_000, 1), (60_000, 30)])
def test_no_reply_is_longer_than_github_takes(make_report: MakeReport, links: Links, many: int, size: int) -> None:
    report = make_report("w " * (size // 2) or "w", many=many)
    for reply in (
        replies.render_report(report, links, note="n" * 500),
        replies.render_explain(report, "ci", links),
        answer.render_answer([replies.render_report(report, links)] * 10),
        check_run.branch_output(report, links).summary,
        check_run.pull_request_output(report, report, links).summary,
    ):
        assert len(reply) <= MAX_COMMENT - 1
        assert len(reply) > 50


def test_the_headline_has_status_grade_and_trend(make_report: MakeReport, links: Links) -> None:
    first = replies.render_report(make_report(), links).split("\n\n")
    assert first[0] == "### [acme/hello](https://radar.example.com/repos/acme/hello): active, grade B, 78 of 100"
    assert "**▲ 3**" in first[1]
    assert "90 % of the checks could be judged" in first[1]


def test_a_report_says_what_changed_and_what_to_do(make_report: MakeReport, links: Links) -> None:
    text = replies.render_report(make_report("Run the tests."), links)
    assert "**What changed since [`0123456`](https://github.test/acme/hello/commit/" in text
    assert "now active, was stale" in text
    assert "❌ Run the tests.: pass → fail" in text
    assert "1. **Run the tests.** (minutes, +3 points)<br>Run the tests." in text
    assert "#L3)" in text
    assert "[The whole report](https://radar.example.com/repos/acme/hello)" in text
    assert text.index("What to do next") < text.index("<summary>Checks</summary>")


def test_a_report_says_things_once(make_report: MakeReport, links: Links) -> None:
    reason = "There were 2 human commits by 2 people in the last 30 days."
    report = replace(make_report(), status_reason=reason, summary=f"Tea. It is active: {reason[0].lower()}{reason[1:]}")
    assert replies.render_report(report, links).lower().count("2 human commits by 2 people") == 1
    assert f"_{reason}_" in replies.render_report(replace(report, summary="Tea."), links)


def test_a_point_is_one_point(make_report: MakeReport, links: Links) -> None:
    report = make_report()
    action = replace(report.actions[0], value=1.2)
    assert ", +1 point)" in replies.render_report(replace(report, actions=(action,)), links)


def test_a_hidden_answer_says_where_it_is_shown(make_report: MakeReport, links: Links) -> None:
    report = make_report()
    check = replace(report.checks[0], id="vulnerabilities", state=State.UNKNOWN, reason="The alerts are switched off.")
    hidden = discreet(replace(report, checks=(check,)))
    assert HIDDEN.rstrip(".") in replies.render_report(hidden, links)


def test_other_rules_are_not_compared(make_report: MakeReport, links: Links) -> None:
    report = make_report()
    assert report.changes is not None
    other = replace(report, changes=replace(report.changes, comparable=False))
    assert "not comparable with the previous report" in replies.render_report(other, links)


def test_nothing_to_score_is_no_zero(make_report: MakeReport, links: Links) -> None:
    report = replace(make_report(), score=None, grade="", changes=None)
    assert ": active, not scored" in replies.render_report(report, links)


def test_explain_tells_everything_about_one_check(make_report: MakeReport, links: Links) -> None:
    text = replies.render_explain(make_report("Because."), "CI", links)
    for part in (
        "❌ Because.: fail",
        "**Found** Because.",
        "**Why it matters**",
        "**What to do**",
        "**Evidence**",
        "weight 5",
    ):
        assert part in text
    assert replies.render_explain(make_report(), "32", links).startswith("### ❌")


def test_explain_offers_what_comes_near(make_report: MakeReport, links: Links) -> None:
    checks = tuple(
        Check(id=name, number=n, group=Group.QUALITY, title=name, state=State.PASS, found="")
        for n, name in enumerate(("ci-present", "licence", "readme"))
    )
    text = replies.render_explain(make_report(checks=checks), "ci-presnt", links)
    assert "There is no check `ci-presnt`. Did you mean `/radar explain ci-present`?" in text
    assert "`licence`" in text


def test_help_after_a_slip_says_what_was_meant() -> None:
    slip = parse("/radar raport")[0]
    text = replies.render_help(slip)
    assert text.startswith("😕 I do not know `/radar raport`. Did you mean `/radar report`?")
    assert "| `/radar batch` | refreshes every repository" in text
    assert "| admins |" in text


def test_a_failure_ends_with_the_next_step(links: Links) -> None:
    assert "`/radar batch` tries again once that" in replies.render_failed(links, Verb.BATCH, "It broke.")
    assert "Ask an owner." in replies.render_failed(links, Verb.REFRESH, "It broke.", "Ask an owner.")


def test_status_tells_where_things_stand(make_report: MakeReport, links: Links) -> None:
    state = RefreshState(state="processing", head_sha="f" * 40)
    text = replies.render_status(state, make_report(), links)
    assert text.startswith("⚙️ A refresh is under way.")
    assert "Newest report: grade B, 78 of 100" in text
    assert "The default branch is at [`fffffff`]" in text
    assert "`/radar refresh` makes one" in replies.render_status(RefreshState(state=""), None, links)


OLD = "f" * 40
STATES = [
    ("current", "completed", SHA, "✅ The report is up to date.", "by now"),
    ("never asked for here", "", "", "✅ The report is up to date.", "No report"),
    ("behind", "completed", OLD, "✅ The last refresh is done.", "up to date"),
    ("behind, and told what to do", "completed", OLD, "by now. `/radar refresh` analyses it.", "up to date"),
    ("behind, but read just now", "queued", OLD, "⏳ A refresh is queued.", "analyses it"),
    ("failed", "failed", SHA, "❌ The last refresh failed.", "up to date"),
]


@pytest.mark.parametrize(("name", "state", "head", "said", "unsaid"), STATES, ids=[case[0] for case in STATES])
def test_status_does_not_contradict_itself(
    make_report: MakeReport, links: Links, name: str, state: str, head: str, said: str, unsaid: str
) -> None:
    text = replies.render_status(RefreshState(state=state, head_sha=head), make_report(), links)
    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        ("", "", "There is no report yet. `/radar refresh` makes one."),
        ("queued", "", "There is no report yet. ⏳ A refresh is queued. Ask again in a minute."),
        ("processing", "", "There is no report yet. ⚙️ A refresh is under way. Ask again in a minute."),
        (
            "failed",
            "It has @no commits.",
            "There is no report: It has @\u200bno commits. `/radar refresh` tries again.",
        ),
    ],
)
def test_where_there_is_no_report_it_says_why(links: Links, state: str, error: str, said: str) -> None:
    assert replies.render_no_report(links, RefreshState(state=state, error=error)).startswith(f"{said} [Details]")


def test_a_batch_without_work_says_so(links: Links) -> None:
    for text in (
        replies.render_batch(links, "b", queued=0),
        replies.render_batch_done(links, "b", total=0, done=0, failed=0, skipped=0),
    ):
        assert text.startswith("✅ Every repository of this installation has a current report.")
