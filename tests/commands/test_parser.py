"""Commands are what a reader sees as commands."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.commands.parser import MAX_COMMANDS, MEANT, VERBS, Command, Verb, added, parse
from tests.cpu import cpu_s

REPORT, REFRESH, BATCH, HELP = Verb.REPORT, Verb.REFRESH, Verb.BATCH, Verb.HELP

RUN: list[tuple[str, str, list[Verb]]] = [
    ("alone", "/radar", [REPORT]),
    ("with a verb", "/radar report", [REPORT]),
    ("any case", "/RaDaR RePoRT", [REPORT]),
    ("many blanks", "/radar \t  refresh   ", [REFRESH]),
    ("a full stop", "/radar refresh.", [REFRESH]),
    ("an exclamation mark", "/radar!", [REPORT]),
    ("three spaces before", "   /radar report", [REPORT]),
    ("after a line of text", "Please look:\n/radar report", [REPORT]),
    ("after a paragraph", "Please look.\n\n/radar report\n\nThanks!", [REPORT]),
    ("CRLF", "Hi\r\n/radar report\r\n/radar batch\r\n", [REPORT, BATCH]),
    ("CR alone", "/radar report\r/radar batch", [REPORT, BATCH]),
    ("several, in order", "/radar batch\n/radar report\n\n/radar help", [BATCH, REPORT, HELP]),
    ("the same twice", "/radar report\n/radar report", [REPORT, REPORT]),
    ("after a quote and a blank line", "> /radar batch\n\n/radar report", [REPORT]),
    ("after code", "```\n/radar batch\n```\n/radar report", [REPORT]),
    ("after an HTML comment", "<!-- /radar batch -->\n\n/radar report", [REPORT]),
    ("with an HTML comment behind", "/radar report <!-- note -->", [REPORT]),
    ("after closed details", "<details>\n\n/radar batch\n\n</details>\n\n/radar report", [REPORT]),
    ("after an image", "<img src=x>\n\n/radar report", [REPORT]),
    ("in a plain div", "<div align=center>\n\n/radar report\n\n</div>", [REPORT]),
    ("before a list", "/radar report\n- a\n- b", [REPORT]),
    ("a hard break", "hello  \n/radar report", [REPORT]),
    ("a backslash break", "hello\\\n/radar report", [REPORT]),
    ("Unicode around", "Grüße, 世界 🎉\n/radar report\n\u202eمرحبا", [REPORT]),
    ("after a mention", "@somebody\n/radar report", [REPORT]),
    ("behind a closed emphasis", "*look*\n/radar report", [REPORT]),
    ("a tilde that strikes nothing", "In ~5 minutes:\n/radar report", [REPORT]),
    ("a footnote's mark", "As said[^1].\n/radar report\n\n[^1]: there", [REPORT]),
    ("a footnote above, and a blank line", "[^1]: note\n\n/radar report", [REPORT]),
    ("below an escaped one", "\\/radar batch\n/radar report", [REPORT]),
    ("below an escaped one that begins alike", "\\/radar report\n/radar refresh", [REFRESH]),
    ("below an escaped one, its like in code", "\\/radar batch\n/radar report\n```\n/radar batch\n```", [REPORT]),
    ("a verb in code", "/radar `report`", [REPORT]),
    ("a comment right behind", "/radar report<!-- x -->", [REPORT]),
    ("prices", "Between $5 and\n/radar report\n$ 6", [REPORT]),
    ("a table above, and a blank line", "|a|\n|-|\n|b|\n\n/radar report", [REPORT]),
    ("a declaration above, and a blank line", "`<!X`\n\n/radar report", [REPORT]),
    ("after details that text closes", "<details>\n\nlog </details>\n\n/radar report", [REPORT]),
    ("after a folded list", "<details>\n\n- a\n- b\n\n</details>\n\n/radar report", [REPORT]),
    ("after a quoted table in HTML", "> <table>\n>\n> <tr><td>a</td></tr>\n>\n> </table>\n\n/radar report", [REPORT]),
    ("after a table with breaks", "|a|b|\n|-|-|\n|c<br>d|e|\n\n/radar report", [REPORT]),
    ("after details in a list", "- a\n  <details>\n\n  b\n\n  </details>\n\n/radar report", [REPORT]),
    ("after inline HTML", "<kbd>x</kbd> <del>y</del>\n/radar report", [REPORT]),
    ("a lone tilde line", "~~\n/radar batch\n~~", [BATCH]),
]

IGNORED = [
    ("nothing", ""),
    ("the word alone", "radar report"),
    ("in the middle of a line", "please /radar report"),
    ("another word", "/radars report"),
    ("with a hyphen", "/radar-report"),
    ("a path", "/radar/report"),
    ("a file", "/radar.yml"),
    ("a colon", "/radar: report"),
    ("a quote", "> /radar report"),
    ("a quoted reply", "> On Monday eve wrote:\n> /radar report\n> > /radar batch\n\nNo thanks."),
    ("a lazy line of a quote", "> quoted\n/radar report"),
    ("an alert", "> [!NOTE]\n> /radar report"),
    ("fenced code", "```\n/radar report\n```"),
    ("fenced with a language", "```sh\n/radar report\n```"),
    ("a tilde fence", "~~~\n/radar report\n~~~"),
    ("a fence that never ends", "```\n/radar report"),
    ("a longer fence", "````\n```\n/radar report\n```\n````"),
    ("indented code", "    /radar report"),
    ("a tab", "\t/radar report"),
    ("code over lines", "`a\n/radar report\nb`"),
    ("inline code", "`/radar report`"),
    ("a list item", "- /radar report"),
    ("a numbered item", "1. /radar report"),
    ("inside an item", "- item\n  /radar report"),
    ("a paragraph of an item", "- item\n\n  /radar report"),
    ("a task", "- [ ] /radar report"),
    ("a heading", "# /radar report"),
    ("an underlined heading", "/radar report\n==="),
    ("a table", "|a|\n|-|\n|/radar report|"),
    ("a table without outer bars", "a|b\n-|-\n/radar report|x"),
    ("a link", "[/radar report](https://example.com)"),
    ("a link over lines", "[see\n/radar report](https://example.com)"),
    ("a link's definition", "[x]: /radar 'report'"),
    ("an image's text", "![\n/radar report](x.png)"),
    ("bold", "**/radar report**"),
    ("bold over lines", "**see\n/radar report**"),
    ("bold on both sides", "**see\n/radar report\nnow**"),
    ("a link on both sides", "[see\n/radar report\nnow](https://example.com)"),
    ("struck out on both sides", "~~no\n/radar report\nno~~"),
    ("an open element in the line above", "no <del>\n/radar report\nno</del>"),
    ("an open comment in the line above", "no <!--\n/radar report\n-->"),
    ("struck out", "~~no\n/radar report~~"),
    ("bold argument", "/radar **report**"),
    ("an HTML comment", "<!-- /radar report -->"),
    ("an HTML comment over lines", "<!--\n/radar report\n-->"),
    ("an HTML comment over paragraphs", "<!--\n\n/radar report\n\n-->"),
    ("a comment that never ends", "<!--\n\n/radar report"),
    ("a comment inside a div", "<div> <!--\n\n/radar report\n\n</div>"),
    ("details", "<details>\n\n/radar report\n\n</details>"),
    ("details with a slash", "<details/>\n\n/radar report"),
    ("a quote as HTML", "<blockquote>\n\n/radar report\n\n</blockquote>"),
    ("pre", "<pre>\n/radar report\n</pre>"),
    ("pre over paragraphs", "<pre>\n\n/radar report\n\n</pre>"),
    ("del", "<del>\n\n/radar report\n\n</del>"),
    ("details in what GitHub shows as text", "<textarea>\n<details>\n</textarea>\n\n/radar report"),
    ("details whose end stands in a table's cell", "<details>\n\n|a|\n|-|\n|</details>|\n\n/radar report"),
    ("details whose end stands in a heading cell", "<details>\n\n|</details>|\n|-|\n\n/radar report"),
    ("struck out, its end in a paragraph", "<del>\n\n</del>x\n\n/radar report"),
    ("struck out, its end in a quote", "<del>\n\n> </del>\n\n/radar report"),
    ("details that a table keeps open", "<details><table></details>\n\n/radar report"),
    ("a quote that a table keeps open", "> <table>\n\n</table>\n\n/radar report"),
    ("a row that GitHub takes for text", "a|\n-|\n|\n\t<code>\n\n/radar report"),
    ("an unfinished tag in a quote's lazy lines", "> c\n</b>\n<a\n\n/radar report"),
    ("details behind an odd quote", '<div a"b> <details> c">\n\n/radar report'),
    ("details in a comment that ended", "<!--> <details> -->\n\n/radar report"),
    ("details in a declaration of small letters", "<!x<details>\n\n/radar report"),
    ("details in a declaration inside a line", "a <!X<details>\n/radar report"),
    ("a heading by a declaration", "/radar report\n<!x\n==="),
    ("code by a declaration", "`\n/radar report\n<!X `>"),
    ("a heading of a table without bars", "/radar report\n|-|"),
    ("a heading of a table by colons", "/radar report\n:-:"),
    ("a row of a table without bars", "text\n|-|\n/radar report"),
    ("a formula in a line", "so $a\n/radar report\nb$"),
    ("a raw block", "<div>\n/radar report\n</div>"),
    ("an attribute", '<div title="\n\n/radar report\n\n">'),
    ("an inline attribute", 'a <b title="\n/radar report">x</b>'),
    ("raw HTML before it", "<b>/radar report</b>"),
    ("an escape", "\\/radar report"),
    ("an entity", "&#47;radar report"),
    ("a footnote", "[^1]: note\n/radar report"),
    ("a footnote of words", "[^1]: a note in words\n/radar report"),
    ("a footnote in the middle of a paragraph", "See below.\n[^1]: a note\n/radar report"),
    ("a footnote below a link's definition", "[^1]: note\n[x]: /u\n/radar report"),
    ("a footnote over a line that only looks blank", "[^1]: note\n\u2028\n/radar report"),
    ("raw HTML in a quote's lazy lines", "> quoted\n</b>\nmore\n# heading\n/radar report"),
    ("struck out by single tildes", "~no\n/radar report\nno~"),
    ("a comment over lines behind it", "/radar report <!--\n-->"),
    ("a formula", "$$\n/radar report\n$$"),
    ("a zero-width space before", "\u200b/radar report"),
    ("a no-break space before", "\u00a0/radar report"),
    ("a no-break space behind", "/radar\u00a0report"),
    ("look-alike letters", "/rаdar report"),
    ("a full-width slash", "／radar report"),
    ("a long s", "/radar repoſt".replace("radar", "rada\u0280")),
]


@pytest.mark.parametrize(("name", "body", "verbs"), RUN, ids=[case[0] for case in RUN])
def test_runs(name: str, body: str, verbs: list[Verb]) -> None:
    assert [command.verb for command in parse(body)] == verbs


@pytest.mark.parametrize(("name", "body"), IGNORED, ids=[case[0] for case in IGNORED])
def test_ignores(name: str, body: str) -> None:
    assert parse(body) == ()


ARGUMENTS = [
    ("/radar explain ci-present", "ci-present"),
    ("/radar explain CI-Present.", "ci-present"),
    ("/radar EXPLAIN `ci-present`", "ci-present"),
    ("/radar explain 32", "32"),
]


@pytest.mark.parametrize(("body", "argument"), ARGUMENTS)
def test_explain_takes_a_check(body: str, argument: str) -> None:
    assert [(one.verb, one.argument) for one in parse(body)] == [(Verb.EXPLAIN, argument)]


SLIPS = [
    ("/radar raport", "/radar report"),
    ("/radar reprot", "/radar report"),
    ("/radar refesh", "/radar refresh"),
    ("/radar stauts", "/radar status"),
    ("/radar analyze", "/radar refresh"),
    ("/radar rerun", "/radar refresh"),
    ("/radar why", "/radar explain CHECK"),
    ("/radar explain", "/radar explain CHECK"),
    ("/radar explain one two", "/radar explain CHECK"),
    ("/radar explain <script>", ""),
    ("/radar explain ../etc", "/radar explain CHECK"),
    ("/radar report please", "/radar report"),
    ("/radar batch everything", "/radar batch"),
    ("/radar ?", "/radar help"),
    ("/radar xyzzy", ""),
    ("/radar is a nice tool", ""),
]


@pytest.mark.parametrize(("body", "suggestion"), SLIPS)
def test_a_slip_runs_nothing_and_is_told_what_was_meant(body: str, suggestion: str) -> None:
    found = parse(body)
    if "<script>" in body:
        assert found == (), "raw HTML in the line: no command"
        return
    assert [(one.verb, one.suggestion, one.typed) for one in found] == [(Verb.UNKNOWN, suggestion, body)]


def test_the_line_is_told() -> None:
    found = parse("a\n\n```\n/radar batch\n```\n/radar report\nb\n/radar help")
    assert [(one.line, one.verb) for one in found] == [(6, REPORT), (8, HELP)]


def test_at_most_ten() -> None:
    assert MAX_COMMANDS == 10
    assert len(parse("/radar report\n" * 50)) == len(parse("/radar report\n" * 11)) == 10
    assert len(parse("/radar report\n" * 10)) == 10


def test_as_long_as_github_allows_is_read_and_no_further() -> None:
    command = "\n/radar help"
    assert [one.verb for one in parse("x" * (65_536 - len(command)) + command)] == [HELP]
    assert parse("x" * (65_536 - len("\n/radar")) + command)[0].verb is REPORT, "cut in the middle of the line"
    assert parse("x" * (65_536 - len("\n/rada")) + "\n/radar") == (), "one character too many"
    assert parse("x" * 65_536 + command) == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/radar report", "text\n/RADAR Report.", True),
        ("/radar report", "/radar refresh", False),
        ("/radar explain ci", "/radar explain CI", True),
        ("/radar explain ci", "/radar explain tests", False),
        ("/radar what", "/radar what", True),
        ("/radar what", "/radar who", False),
    ],
)
def test_a_command_is_the_same_by_what_it_asks(one: str, other: str, same: bool) -> None:
    assert (parse(one)[0].key == parse(other)[0].key) is same


def test_every_word_that_is_meant_leads_to_a_verb_and_is_none() -> None:
    assert set(MEANT.values()) <= set(VERBS)
    assert not set(MEANT) & set(VERBS)


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("re-run", "/radar refresh"),
        ("why", "/radar explain CHECK"),
        ("health", "/radar report"),
        ("queue", "/radar status"),
        ("all", "/radar batch"),
        ("--help", "/radar help"),
        ("report now", "/radar report"),
        ("raport", "/radar report"),
        ("xyzzy", ""),
    ],
)
def test_what_was_probably_meant(typed: str, suggestion: str) -> None:
    (command,) = parse(f"/radar {typed}")
    assert (command.verb, command.suggestion) == (Verb.UNKNOWN, suggestion)


EDITS = [
    ("nothing new", "/radar report", "/radar report", []),
    ("text around it", "/radar report", "Sorry:\n\n/radar report\n\nthanks", []),
    ("one more", "/radar report", "/radar report\n/radar refresh", [REFRESH]),
    ("in another order", "/radar report\n/radar refresh", "/radar refresh\n/radar report", []),
    ("one of two gone", "/radar report\n/radar refresh", "/radar refresh", []),
    ("the same again", "/radar report", "/radar report\n/radar report", [REPORT]),
    ("out of a quote", "> /radar batch", "/radar batch", [BATCH]),
    ("a slip mended", "/radar raport", "/radar report", [REPORT]),
    ("from nothing", "", "/radar help", [HELP]),
    ("another slip", "/radar raport", "/radar raport\n/radar refesh", [Verb.UNKNOWN]),
    ("another check", "/radar explain ci", "/radar explain tests", [Verb.EXPLAIN]),
]


@pytest.mark.parametrize(("name", "before", "after", "verbs"), EDITS, ids=[case[0] for case in EDITS])
def test_an_edit_runs_only_what_is_new(name: str, before: str, after: str, verbs: list[Verb]) -> None:
    assert [command.verb for command in added(before, after)] == verbs


HEAVY = {
    "brackets": "[" * 60_000,
    "images": "![" * 30_000,
    "stars": "*a " * 20_000,
    "strong": "**x" * 20_000,
    "underscores": "_a*" * 20_000,
    "backticks": "".join("`" * (n % 300) + " " for n in range(400)),
    "tags": "<a " * 20_000,
    "open quotes": '<a "' * 15_000,
    "angles": "<" * 60_000,
    "quotes": ">" * 60_000,
    "lists": "- " * 30_000,
    "entities": "&" * 60_000,
    "links": "[a](<b" * 10_000,
    "comments": "<!-- " * 12_000,
    "divs": "<div>\n\n" * 8_000,
    "a table": "|" * 30_000 + "\n" + "|-" * 15_000,
    "text": "wörter " * 8_500,
    "commands after a tilde": "~a\n" + "/radar help\n" * 5_000 + "b~",
    "commands in a footnote": "[^1]: x y\n" + "/radar help\n" * 5_000,
    "escaped commands": "\\/radar x\n" * 5_500,
    "commands under headings": "# h\n/radar x\n" * 4_500,
}


@pytest.mark.parametrize("name", list(HEAVY))
def test_sixty_thousand_characters_take_no_long_time(name: str) -> None:
    found: list[Command] = []
    assert cpu_s(lambda: found.extend(parse(f"{HEAVY[name]}\n\n/radar help"[-65_000:]))) < 2
    assert [command.verb for command in found] in ([HELP], [], [Verb.UNKNOWN] * MAX_COMMANDS)


def test_beyond_githubs_limit_nothing_is_read() -> None:
    assert parse("x" * 70_000 + "\n\n/radar report") == ()


PIECES = [
    "/radar report", "/radar batch", "/radar", "/radar explain x", "/RADAR refresh", "\n", "\n", "\n\n", "\r\n", " ",
    "    ", "> ", "- ", "1. ", "# ", "```", "~~~", "`", "*", "**", "_", "~~", "[", "]", "](x)", "[x]: ", "<!--", "-->",
    "<details>", "</details>", "<pre>", "</pre>", "<div>", "</div>", "<div ", "<b>", "</b>", "<br>", '<a title="', '">',
    "<", ">", "\\", "&#47;", "&lt;", "|", "|-|", "---", "===", "$$", "text", "\u200b", "\t", "![", "<script>",
    "</script>", "<?", "?>", "<![CDATA[", "[^1]: ",
]  # fmt: skip
LINES = [
    "/radar report", "/radar batch", "/radar help", "", "text", "> quote", "- item", "  more", "1. one", "```", "~~~",
    "`a", "b`", "*a", "b*", "**a", "b**", "~~a", "b~~", "[x", "](y)", "![x", "[x]: /u", "<!--", "-->", "<details>",
    "</details>", "<pre>", "</pre>", "<div>", "</div>", "<del>", "</del>", '<a title="', '">x</a>', "a <b", ">c",
    "|a|b|", "|-|-|", "a|b", "-|-", "===", "$$", "    code", "text\\", "text  ", "# h", "<blockquote>", "</blockquote>",
    "<table>", "</table>",
]  # fmt: skip
"""What opens on one line and closes on another: it hides the lines between."""
comments = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(LINES), min_size=2, max_size=8).map("\n".join),
)
HIDING = {
    "pre",
    "code",
    "blockquote",
    "details",
    "del",
    "s",
    "a",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "em",
    "strong",
    "script",
    "style",
}


class VisibleLines(HTMLParser):
    """What a browser shows: the lines of paragraphs that stand in nothing that quotes, hides or preformats."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.lines = [""]

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in {"br", "img", "hr"}:
            self.lines.append("")
            return
        self.open.append(tag)
        if tag == "p":
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                continue
        if tag == "p":
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if "p" not in self.open or HIDING & set(self.open) - {"code"}:
            return
        first, *others = data.split("\n")
        self.lines[-1] += first
        self.lines.extend(others)


def visible(body: str) -> Counter[str]:
    """Each line that a reader sees, and how often."""
    reader = VisibleLines()
    reader.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(body))
    reader.close()
    return Counter(" ".join(line.split()) for line in reader.lines)


@settings(max_examples=1_000, deadline=None)
@given(comments)
@example("<div> <!--\n\n/radar batch\n\n-->")
@example("<div <!--\n\n/radar batch")
@example("~~x\n\n/radar batch\n\n~~")
@example("[see\n/radar batch\nnow](https://example.com)")
@example("~~see\n/radar batch\nnow~~")
@example("# /radar batch")
@example("/radar report\n===\n\n/radar report")
@example("no <del>\n/radar batch\nno</del>")
@example("<details><table></details>\n\n/radar batch")
def test_no_text_crashes_or_runs_what_a_reader_does_not_see(body: str) -> None:
    run = Counter(" ".join(command.typed.split()) for command in parse(body))
    assert run <= visible(body), "no line runs that is not seen, and none more often than it is seen"
