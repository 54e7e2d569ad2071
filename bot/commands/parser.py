"""Finds `/radar` commands in a comment. Pure.

Grammar, over the comment's Markdown (CommonMark with GitHub's tables and strikethrough):

    command  = start-of-line "/radar" [ blanks verb [ blanks argument ] ] [ "." | "!" ] end-of-line
    verb     = "report" | "refresh" | "status" | "explain" | "batch" | "help"       any case; none means "report"
    argument = a check's id, for "explain" only; `code` marks are fine
    line     = a line of a paragraph at the top level of the comment, ended by LF, CRLF or CR

A line counts as a reader sees it: nothing in code, quotes (lazy continuation lines too), lists, tables, links,
emphasis, strikethrough, footnotes, formulas, HTML comments, or below an open HTML element such as `<details>`; nor one
that is written with an escape (`\\/radar`). Several commands in a comment run in their order, the first ten at most.
A line that begins with `/radar` and is no command gives `Verb.UNKNOWN` with what was probably meant.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.commands.html import HtmlState

MAX_CHARACTERS = 65_536
"""GitHub's limit for a comment; what is longer is not read."""
MAX_COMMANDS = 10


class Verb(StrEnum):
    """What is asked for."""

    REPORT = "report"
    REFRESH = "refresh"
    STATUS = "status"
    EXPLAIN = "explain"
    BATCH = "batch"
    HELP = "help"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. `typed` is the line as a reader sees it, `line` its number from 1.

    `argument` belongs to explain. Of an unknown one, `suggestion` is the command that was probably meant ("" if none).
    """

    verb: Verb
    argument: str = ""
    typed: str = ""
    line: int = 0
    suggestion: str = ""

    @property
    def key(self) -> str:
        """What makes it this command: the same text twice in a comment has the same key."""
        return f"{self.verb}:{self.argument.lower()}" if self.verb is not Verb.UNKNOWN else f"unknown:{self.typed}"


VERBS = tuple(verb.value for verb in Verb if verb is not Verb.UNKNOWN)
MEANT: dict[str, str] = {
    "analyse": "refresh", "analyze": "refresh", "rerun": "refresh", "re-run": "refresh", "run": "refresh",
    "update": "refresh", "reload": "refresh", "rescan": "refresh", "scan": "refresh", "recheck": "refresh",
    "check": "explain", "why": "explain", "describe": "explain", "score": "report", "show": "report",
    "summary": "report", "intelligence": "report", "health": "report", "state": "status", "progress": "status",
    "queue": "status", "ping": "status", "all": "batch", "generate": "batch", "commands": "help", "usage": "help",
    "?": "help", "-h": "help", "--help": "help",
}  # fmt: skip
"""Other words for a verb → the verb that is suggested (never run by itself)."""

_START = re.compile(r"/radar(?=\s|[.!]?\s*$)", re.IGNORECASE | re.ASCII)
_CHECK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SOURCE_START = re.compile(r"^\s*/radar", re.IGNORECASE | re.ASCII | re.MULTILINE)
_inline = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# Finding blocks takes linear time, inline marks do not: only paragraphs that matter are looked into.
_blocks = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("inline")


def parse(body: str) -> tuple[Command, ...]:
    """The commands of a comment, in their order. Never raises, whatever the text."""
    text = body[:MAX_CHARACTERS]
    if not _SOURCE_START.search(text.replace("\r", "\n")):
        return ()
    lines = _SOURCE_LINE.split(text)
    commands: list[Command] = []
    environment: dict[str, Any] = {}
    for line, typed in _visible_lines(_blocks.parse(text, environment), lines, environment):
        if len(commands) == MAX_COMMANDS:
            break
        commands.append(_command(typed, line))
    return tuple(commands)


def added(before: str, after: str) -> tuple[Command, ...]:
    """The commands that an edit brought: those of `after`, less those that `before` already had."""
    known = Counter(command.key for command in parse(before))
    new = []
    for command in parse(after):
        if known[command.key]:
            known[command.key] -= 1
        else:
            new.append(command)
    return tuple(new)


_SOURCE_LINE = re.compile(r"\r\n|\n|\r")
_FOOTNOTE = re.compile(r"\s*\[\^")
_CONTAINER = re.compile(r"\s*(?:>|[-+*](?:\s|$)|\d{1,9}[.)](?:\s|$))")
_DELIMITERS = re.compile(r"(?=.*[|:])[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CONTAINERS = {f"{name}_{end}" for name in ("blockquote", "bullet_list", "ordered_list") for end in ("open", "close")}
_DECLARATION = re.compile(r"<![a-z]", re.IGNORECASE)
_OVER_LINES = (
    (re.compile(r"(?<!~)~(?=[^\s~])"), re.compile(r"(?<=[^\s~])~(?!~)")),
    (re.compile(r"(?<![\w$])\$(?=[^\s$])"), re.compile(r"(?<=[^\s$])\$(?![\w$])")),
)
_TAG_ALONE = re.compile(r"\s*</?[a-z][^>]*>\s*$", re.IGNORECASE)


def _visible_lines(
    tokens: Sequence[Token], lines: Sequence[str], environment: dict[str, Any]
) -> Iterator[tuple[int, str]]:
    """(number, text) of each line that begins with `/radar` and that a reader sees as a plain line.

    `environment` holds the link definitions that Markdown found.
    """
    html, swallowed, sources = HtmlState(), _swallowed(lines), _sources(lines)
    for index, token in enumerate(tokens):
        if token.level == 0 and token.type in _CONTAINERS:
            (html.enter if token.nesting > 0 else html.leave)()
        elif token.type == "html_block":
            with html.inside() if token.level else nullcontext():
                html.feed(token.content)
        elif token.type == "inline" and token.map is not None:
            if "<" not in token.content and not _SOURCE_START.search(token.content):
                continue
            parent = tokens[index - 1]
            is_paragraph = parent.type == "paragraph_open" and parent.level == 0
            (inline,) = _inline.parseInline(token.content, environment)
            with html.inside(is_cell=parent.type in {"th_open", "td_open"}):
                found = list(_lines_of(inline.children or (), html))
            if is_paragraph:
                located = _located(found, sources, *token.map)
                yield from ((line, typed) for line, typed in located if line - 1 not in swallowed)


def _swallowed(lines: Sequence[str]) -> set[int]:
    """Indices of lines that GitHub takes for part of something that our Markdown does not know."""
    found: set[int] = set()
    start = 0
    for index, line in enumerate([*lines, ""]):
        if line.strip(" \t"):
            continue
        between = {start + one for one in _swallowed_between(lines[start:index])}
        if any("<" in lines[one] and "|" not in lines[one] for one in between):
            return found | set(range(start, len(lines)))  # raw HTML in there may reach down to the end
        if any(_DECLARATION.search(line) for line in lines[start:index]):
            between.update(range(start, index))  # Markdown's versions do not agree where a declaration ends
        found |= between
        start = index + 1
    return found


def _swallowed_between(lines: Sequence[str]) -> Iterator[int]:
    """The same, of lines between two blank ones.

    To their end go: a footnote, also in the middle of a paragraph, raw HTML that begins in a quote's or list's lazy
    lines, and a table of one column, whose heading needs no bars. Single tildes strike out over lines, dollars make
    a formula.
    """
    is_contained = is_taken = False
    for index, line in enumerate(lines):
        is_table = _DELIMITERS.match(line) is not None
        if is_table and index:
            yield index - 1
        if is_taken:
            yield index
        is_taken = is_taken or is_table or _FOOTNOTE.match(line) is not None
        is_taken = is_taken or (is_contained and _TAG_ALONE.match(line) is not None)
        is_contained = is_contained or _CONTAINER.match(line) is not None
    for opening, closing in _OVER_LINES:
        yield from _spanned(lines, opening, closing)


def _spanned(lines: Sequence[str], opening: re.Pattern[str], closing: re.Pattern[str]) -> Iterator[int]:
    """Indices of the lines that begin between a mark that opens and one that closes."""
    opened: int | None = None
    for index, line in enumerate(lines):
        if opened is not None and closing.search(line):
            yield from range(opened + 1, index + 1)
            opened = index
        if opened is None and opening.search(line):
            opened = index


def _lines_of(children: Sequence[Token], html: HtmlState) -> Iterator[str]:
    """The plain lines of one paragraph that begin with `/radar`; follows its raw HTML."""
    depth, formulas = 0, 0
    line: list[Token] = []
    starts_plain = html.is_plain
    for child in children:
        if child.type in {"softbreak", "hardbreak"}:
            if starts_plain:
                yield from _candidate(line)
            line, starts_plain = [], depth == 0 and formulas % 2 == 0 and html.is_plain
            continue
        depth += child.nesting
        if child.type == "html_inline":
            html.feed(child.content)
        elif child.type == "text":
            formulas += child.content.count("$$")
        line.append(child)
    if starts_plain:
        yield from _candidate(line)


def _candidate(line: Sequence[Token]) -> Iterator[str]:
    """The line's text, when it is nothing but text, code in the argument, and HTML comments."""
    if not line or line[0].type != "text" or not _START.match(line[0].content):
        return
    parts = []
    for token in line:
        if token.type in {"text", "code_inline"}:
            parts.append(token.content)
        elif token.type != "html_inline" or not token.content.startswith("<!--") or "\n" in token.content:
            return
    yield "".join(parts).strip()


def _located(
    found: Sequence[str], sources: Mapping[tuple[str, ...], Sequence[int]], first: int, end: int
) -> Iterator[tuple[int, str]]:
    """Pairs each line found with its source line in [first, end): there is none for one of escapes or entities."""
    for typed in found:
        places = sources.get(_words(typed), ())
        place = bisect_left(places, first)
        if place < len(places) and places[place] < end:
            first = places[place] + 1
            yield first, typed


def _sources(lines: Sequence[str]) -> dict[tuple[str, ...], list[int]]:
    """Indices of the lines that begin with `/radar` themselves, by their words."""
    found: dict[tuple[str, ...], list[int]] = {}
    for index, line in enumerate(lines):
        stripped = line.strip()
        if _START.match(stripped):
            found.setdefault(_words(stripped), []).append(index)
    return found


def _words(line: str) -> tuple[str, ...]:
    """The first two, as they are the same in the source and in what is seen of it."""
    return tuple(line.partition("<!--")[0].replace("`", "").split()[:2])


def _command(typed: str, line: int) -> Command:
    """The command on one line; a slip becomes UNKNOWN with a suggestion."""
    words = typed.split()[1:]
    if words:
        words[-1] = words[-1].rstrip(".!") or words[-1]
    if not words:
        return Command(verb=Verb.REPORT, typed=typed, line=line)
    verb, rest = words[0].lower(), words[1:]
    if verb == Verb.EXPLAIN and len(rest) == 1 and _CHECK_ID.fullmatch(rest[0]):
        return Command(verb=Verb.EXPLAIN, argument=rest[0].lower(), typed=typed, line=line)
    if verb in VERBS and verb != Verb.EXPLAIN and not rest:
        return Command(verb=Verb(verb), typed=typed, line=line)
    return Command(verb=Verb.UNKNOWN, typed=typed, line=line, suggestion=_suggestion(verb))


def _suggestion(word: str) -> str:
    meant = MEANT.get(word) or next(iter(get_close_matches(word, VERBS, n=1, cutoff=0.6)), "")
    if not meant:
        return ""
    return "/radar explain CHECK" if meant == Verb.EXPLAIN else f"/radar {meant}"
