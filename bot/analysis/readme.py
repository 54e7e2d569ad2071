"""Reads a README (Markdown or reStructuredText) into headings, prose, code and links with their lines.

A scanner over lines, not a renderer: it knows fences, indented code, HTML comments, headings, links, images and
badges, which is what the questions ask, and costs one pass.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

MAX_LINES = 20_000
MAX_LINE = 5_000

_FENCE = re.compile(r" {0,3}(?:>\s?)*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})\s*([\w+#.-]*)")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*\Z")
_HTML_HEADING = re.compile(r"<h([1-6])\b[^>]{0,300}>(.{1,300}?)</h\1>", re.IGNORECASE)
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*\Z")
_RST_UNDERLINE = re.compile(r"([=\-~^\"'`#*+:._])\1{2,}\Z")
_LIST = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_INLINE_CODE = re.compile(r"(`{1,3})(?!`)(?:(?!\1).){1,500}\1")
_LINK = re.compile(
    r"(!?)\[(?:[^\[\]\\]|\\.|\[[^\[\]]{0,300}\]){0,500}\]\(\s*(<[^<>]{0,1000}>"
    r"|[^\s()<>]{1,1000}(?:\([^\s()]{0,300}\)[^\s()]{0,300})?)"
)
_REFERENCE_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\](?:\[[^\[\]]{0,300}\])?(?!\()")
_NESTED_IMAGE = re.compile(r"!\[[^\]]{0,300}\]\(\s*(<[^<>]{0,1000}>|[^\s()]{1,1000})[^()]{0,300}\)")
_DEFINITION = re.compile(r" {0,3}\[(?!\^)[^\]]{1,300}\]:\s*(<[^<>]{1,1000}>|\S{1,1000})")
_HTML_LINK = re.compile(
    r"<(img|a|source)\b[^>]{0,1000}?\b(?:src|href|srcset)\s*=\s*[\"']([^\"']{1,1000})[\"']", re.IGNORECASE
)
_RST_DIRECTIVE = re.compile(r"\s*\.\.\s+(?:\|[^|]+\|\s+)?(image|figure)::\s*(\S+)")
_RST_LINK = re.compile(r"`[^`<]{0,300}<([^>`]{1,1000})>`__?")
_TAG = re.compile(r"<[^>]{0,1000}>")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]{0,500})\](?:\([^)]{0,1000}\)|\[[^\]]{0,300}\])?")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|`")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_EXTERNAL = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//|#|\?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `line` counts from 1."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link or image as written."""

    target: str
    line: int
    is_image: bool

    @property
    def relative_path(self) -> str:
        """The decoded path of a link into the tree; "" for links elsewhere, anchors and templates."""
        if _EXTERNAL.match(self.target) or "{{" in self.target or "${" in self.target:
            return ""
        path = re.split(r"[?#]", self.target, maxsplit=1)[0]
        return unquote(path).strip()


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced or literal block."""

    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Readme:
    """What the scanner saw. `words` counts prose only: no code, badges, markup or headings."""

    path: str
    text: str
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    blocks: tuple[CodeBlock, ...]
    words: int
    first_paragraph: str
    first_paragraph_line: int

    def heading(self, pattern: re.Pattern[str]) -> Heading | None:
        """The first heading that `pattern` finds."""
        return next((heading for heading in self.headings if pattern.search(heading.text)), None)


def read_readme(path: str, text: str) -> Readme:
    """`text` scanned; files of other formats are read as plain Markdown."""
    lowered = path.lower()
    scan = _Scan(lowered.endswith((".rst", ".rest")))
    is_asciidoc = lowered.endswith((".adoc", ".asciidoc", ".asc"))
    for number, line in enumerate(text.splitlines()[:MAX_LINES], 1):
        cut = line[:MAX_LINE].expandtabs(4)
        scan.feed(number, _from_asciidoc(cut) if is_asciidoc else cut)
    return scan.finish(path, text)


_ADOC_HEADING = re.compile(r"(={1,6})[ \t]+(?=\S)")
_ADOC_LINK = re.compile(
    r"(?:(?:link|xref|image)::?)([^\s\[\]]{1,1000})\[([^\[\]]{0,500})\]|(https?://[^\s\[\]]{1,1000})\[([^\[\]]{0,500})\]"
)


def _from_asciidoc(line: str) -> str:
    """A line of AsciiDoc as Markdown says it: headings, listings and links; attributes and block marks go."""
    if heading := _ADOC_HEADING.match(line):
        return f"{'#' * len(heading.group(1))} {line[heading.end() :]}"
    if re.fullmatch(r"-{4,}|\.{4,}", line):
        return "```"
    if re.match(r":[\w-]+:|\[.*\]\s*\Z|//", line):
        return ""
    return _ADOC_LINK.sub(_markdown_link, line)


def _markdown_link(match: re.Match[str]) -> str:
    bang = "!" if match.group(0).startswith("image:") else ""
    return f"{bang}[{match.group(2) or match.group(4) or ''}]({match.group(1) or match.group(3)})"


class _Scan:
    def __init__(self, is_rst: bool) -> None:
        self.is_rst = is_rst
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.blocks: list[CodeBlock] = []
        self.words = 0
        self.paragraphs: list[tuple[str, int]] = []
        self._paragraph: list[str] = []
        self._paragraph_line = 0
        self._fence = ""
        self._block: list[str] = []
        self._block_start = (0, "")
        self._in_comment = False
        self._in_list = False
        self._indented = False
        self._previous = ""

    def feed(self, number: int, line: str) -> None:
        if self._fence:
            self._feed_fenced(line)
        elif self._in_comment:
            if "-->" in line:
                self._in_comment = False
        elif not self.is_rst and (fence := _FENCE.match(line)):
            self._end_paragraph()
            self._fence = fence.group(1)
            self._block_start = (number, fence.group(2))
        elif self._is_indented_code(line):
            self._feed_indented(number, line)
        else:
            self._end_indented()
            self._feed_text(number, line)
        self._previous = line

    def _feed_fenced(self, line: str) -> None:
        stripped = line.strip().lstrip("> ")
        if stripped.startswith(self._fence) and not stripped.strip(self._fence[0]):
            self._end_block()
        else:
            self._block.append(line)

    def _is_indented_code(self, line: str) -> bool:
        if not line.startswith("    "):
            return self._indented and not line.strip()
        if self._indented:
            return True
        if self.is_rst:
            return not self._previous.strip() and not _RST_DIRECTIVE.match(line)
        return not self._in_list and not self._previous.strip()

    def _feed_indented(self, number: int, line: str) -> None:
        if not self._indented:
            self._end_paragraph()
            self._indented = True
            self._block_start = (number, "")
        self._block.append(line)

    def _end_indented(self) -> None:
        if self._indented:
            self._end_block()

    def _end_block(self) -> None:
        line, language = self._block_start
        self.blocks.append(CodeBlock(language.lower(), "\n".join(self._block), line))
        self._block, self._fence, self._indented = [], "", False

    def _feed_text(self, number: int, line: str) -> None:
        if "<!--" in line:
            before, _, rest = line.partition("<!--")
            _, closed, after = rest.partition("-->")
            self._in_comment = not closed
            line = before + after
        if not line.strip():
            self._end_paragraph()
            return
        self._in_list = bool(_LIST.match(line)) or (self._in_list and line.startswith("  "))
        self._note_links(number, line)
        if self._note_heading(number, line):
            return
        prose = prose_of(line)
        self.words += len(_WORD.findall(prose))
        if not self._paragraph:
            self._paragraph_line = number
        self._paragraph.append(line.lstrip("> "))

    def _note_heading(self, number: int, line: str) -> bool:
        if not self.is_rst and (atx := _ATX.match(line)):
            self._end_paragraph()
            self._add_heading(len(atx.group(1)), atx.group(2), number)
            return True
        if html := _HTML_HEADING.search(line):
            self._end_paragraph()
            self._add_heading(int(html.group(1)), html.group(2), number)
            return True
        underline = _RST_UNDERLINE.match(line.strip()) if self.is_rst else _SETEXT.match(line)
        if underline and self._previous.strip() and len(self._paragraph) == 1:
            self.words -= len(_WORD.findall(prose_of(self._paragraph[0])))
            self._paragraph = []
            self._add_heading(1 if "=" in line else 2, self._previous, number - 1)
            return True
        return bool(underline and self.is_rst)

    def _add_heading(self, level: int, text: str, line: int) -> None:
        self.headings.append(Heading(level, prose_of(text).strip(), line))

    def _note_links(self, number: int, line: str) -> None:
        if self.is_rst:
            for kind in _RST_DIRECTIVE.findall(line):
                self.links.append(Link(kind[1], number, True))
            for target in _RST_LINK.findall(line):
                self.links.append(Link(target, number, False))
            return
        if "[" not in line and "<" not in line:
            return
        bare = _INLINE_CODE.sub("", line)
        if definition := _DEFINITION.match(bare):
            self.links.append(Link(definition.group(1).strip("<>"), number, False))
            return
        found: dict[str, bool] = {}
        for target in _NESTED_IMAGE.findall(bare):
            found.setdefault(target.strip("<>"), True)
        for bang, target in _LINK.findall(bare):
            found.setdefault(target.strip("<>"), bool(bang))
        for tag, target in _HTML_LINK.findall(bare):
            found.setdefault(target.split(",")[0].split()[0] if target.split() else "", tag.lower() != "a")
        self.links += [Link(target, number, is_image) for target, is_image in found.items() if target]

    def _end_paragraph(self) -> None:
        if self._paragraph:
            text = html.unescape(
                prose_of(" ".join(" ".join(self._paragraph).split()))
            ).strip()  # tags and badges may span lines
            if len(self.paragraphs) < 50:
                self.paragraphs.append((text, self._paragraph_line))
            self._paragraph = []

    def finish(self, path: str, text: str) -> Readme:
        if self._fence or self._indented:
            self._end_block()
        self._end_paragraph()
        first, line = next(((p, n) for p, n in self.paragraphs if _is_prose(p)), ("", 0))
        return Readme(
            path=path,
            text=text,
            headings=tuple(self.headings),
            links=tuple(self.links),
            blocks=tuple(self.blocks),
            words=self.words,
            first_paragraph=first,
            first_paragraph_line=line,
        )


def prose_of(line: str) -> str:
    """`line` without images, tags and markup; the words of links stay."""
    text = _REFERENCE_IMAGE.sub("", _NESTED_IMAGE.sub("", line))
    text = _DEFINITION.sub("", text)
    text = _TAG.sub("", text)
    text = _IMAGE_OR_LINK.sub(r"\1", text)
    text = _RST_DIRECTIVE.sub("", text)
    text = re.sub(r"`([^`<]{0,300}?)\s*<[^>`]{1,1000}>`__?", r"\1", text)
    text = re.sub(r"\|[^|\s]+\|", "", text)
    return _EMPHASIS.sub("", text.lstrip("> ")).rstrip()


_NOTICE = re.compile(
    r"\[?!\[?(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\b|(?:note|warning|important|attention|caution|tip)\s*[:!]"
    r"|this (?:readme|document|page) |(?:visit|see|check out|click) (?:the|our|my|us|this|[\w-]+\.\w+)\b"
    r"|.{0,80}\b(?:sponsor(?:ed|s|ing)?|supported by|special thanks)\b",
    re.IGNORECASE,
)
"""How paragraphs begin that warn, thank or speak of themselves, before anything says what the project is."""


def _is_prose(paragraph: str) -> bool:
    """Whether it reads as a sentence about the project: enough words, no list, no table, no menu of links."""
    if _NOTICE.match(paragraph) or "##" in paragraph or paragraph.endswith(":"):
        return False
    if _LIST.match(paragraph) or paragraph.startswith(("|", ":", "..", "(")):
        return False
    if paragraph.count("·") + paragraph.count("|") + paragraph.count("•") >= 2:
        return False
    return len(_WORD.findall(paragraph)) >= 4
