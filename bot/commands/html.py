"""What raw HTML does to the text that follows it in a comment: whether a reader still sees it as plain text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

TRANSPARENT = frozenset(
    {"p", "div", "span", "center", "b", "i", "em", "strong", "u", "sup", "sub", "small", "big", "font"}
)
"""Elements whose text a reader takes for text. Anything else that is open (details, pre, del, ...) changes that."""
SHOWN_AS_TEXT = frozenset({"title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script", "plaintext"})
"""Elements that GitHub shows as text (https://github.github.com/gfm/, 6.11): what opens inside them stays open."""
CLOSING = frozenset({"details", "summary", "pre", "blockquote", "ul", "ol", "table"})
"""Elements whose end tag ends whatever text is open in them, wherever in a paragraph, list or quote it stands."""
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_ATTRIBUTE = r"[ \t\n\f\r]+[a-z_:][a-z0-9_.:-]*(?:[ \t\n\f\r]*=[ \t\n\f\r]*(?:[^\s\"'=<>`]+|\"[^\"]*\"|'[^']*'))?"
_PIECE = re.compile(
    rf"<!--|</(?P<closed>[a-z][a-z0-9-]*)[ \t\n\f\r]*>|<(?P<opened>[a-z][a-z0-9-]*)(?:{_ATTRIBUTE})*[ \t\n\f\r]*/?>"
    r"|<(?=[a-z/!?])",
    re.IGNORECASE | re.ASCII,
)


class HtmlState:
    """Follows the raw HTML of one comment, in order. `is_plain`: text at this point is seen as plain text.

    What is not well formed is read by every parser in a way of its own (Markdown's versions, sanitizers, browsers): of
    anything after that it is not plain.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._floor = self._entered = 0
        self._in_cell = False
        self._in_comment = False
        self._is_broken = False

    @property
    def is_plain(self) -> bool:
        """No element is open that would hide, quote, strike or preformat the text, and no comment or tag is open."""
        return not (self._in_comment or self._is_broken or any(name not in TRANSPARENT for name in self._open))

    def feed(self, html: str) -> None:
        """Takes one raw piece of HTML, as Markdown found it."""
        position = 0
        while position < len(html):
            if self._in_comment:
                end = html.find("-->", position)
                self._is_broken |= "--!>" in html[position : end if end >= 0 else len(html)]
                if end < 0:
                    return
                self._in_comment = False
                position = end + 3
            piece = _PIECE.search(html, position)
            if piece is None:
                return
            position = piece.end()
            if piece[0] == "<!--":
                self._in_comment = True
                self._is_broken |= html.startswith((">", "->"), position)
            elif piece["opened"]:
                self._opens(piece["opened"].lower())
            elif piece["closed"]:
                self._closes(piece["closed"].lower())
            else:
                self._is_broken = True

    @contextmanager
    def inside(self, *, is_cell: bool = False) -> Iterator[None]:
        """What is fed in this block stands in one paragraph, list or quote, or in one cell of a table."""
        self._floor, self._in_cell = len(self._open), is_cell
        yield
        self._floor, self._in_cell = 0, False

    def enter(self) -> None:
        """A quote or list begins."""
        self._entered = len(self._open)

    def leave(self) -> None:
        """It ends; what it leaves open might keep it open, too."""
        self._is_broken |= any(one not in TRANSPARENT for one in self._open[self._entered :])

    def _opens(self, name: str) -> None:
        """HTML ignores the slash of `<details/>`: the element is open."""
        if name not in VOID:
            self._open.append(name)

    def _closes(self, name: str) -> None:
        """Takes away what it closes. Where HTML would pass over the end tag, or leave more open, all is broken."""
        if name not in self._open:
            return
        last = len(self._open) - 1 - self._open[::-1].index(name)
        if name in SHOWN_AS_TEXT:
            del self._open[last]
            return
        inner, is_outside = self._open[last + 1 :], last < self._floor
        if name in TRANSPARENT | CLOSING:
            self._is_broken |= any(one not in TRANSPARENT for one in inner) or (is_outside and self._in_cell)
        else:
            self._is_broken |= bool(inner) or is_outside
        del self._open[last:]
