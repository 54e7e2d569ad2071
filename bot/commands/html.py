"""What raw HTML does to the text that follows it in a comment: whether a reader still sees it as plain text. Pure."""

from __future__ import annotations

import re

TRANSPARENT = frozenset(
    {"p", "div", "span", "center", "b", "i", "em", "strong", "u", "sup", "sub", "small", "big", "font"}
)
"""Elements whose text a reader takes for text. Anything else that is open (details, pre, del, ...) changes that."""
SHOWN_AS_TEXT = frozenset({"title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script", "plaintext"})
"""Elements that GitHub shows as text (https://github.github.com/gfm/, 6.11): what opens inside them stays open."""
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_PIECE = re.compile(
    r"<!--|<(?P<close>/?)(?P<name>[a-z][^\s/>]*)(?:\"[^\"]*\"|'[^']*'|[^'\"<>])*?(?P<self>/?)>|<[!?][^>]*>|<(?=[a-z/!?])",
    re.IGNORECASE,
)


class HtmlState:
    """Follows the raw HTML of one comment, in order. `is_plain`: text at this point is seen as plain text."""

    def __init__(self) -> None:
        self._open: list[str] = []
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
            elif piece["name"]:
                self._tag(piece["name"].lower(), closes=bool(piece["close"]), is_self_closed=bool(piece["self"]))
            elif piece[0] == "<":
                self._is_broken = True  # an unfinished tag swallows what follows

    def _tag(self, name: str, *, closes: bool, is_self_closed: bool) -> None:
        if name in VOID:
            return
        if not closes:
            # HTML ignores the slash of `<details/>`: the element is open.
            self._open.append(name)
        elif name in self._open:
            last = len(self._open) - 1 - self._open[::-1].index(name)
            del self._open[last : last + 1 if name in SHOWN_AS_TEXT else None]
