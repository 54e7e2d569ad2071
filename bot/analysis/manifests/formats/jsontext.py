"""JSON with line numbers, comments and trailing commas (package.json, deno.jsonc, bun.lock), without recursion."""

from __future__ import annotations

import json
import re

from bot.analysis.manifests.formats.document import MAX_DEPTH, Document, Steps, bounded
from bot.analysis.manifests.nouns import ManifestError

_TOKEN = re.compile(
    r"""[ \t\r\n\ufeff]*(?://[^\n]*[ \t\r\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*\*/[ \t\r\n]*)*"""
    r"""(?:(?P<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*")|(?P<mark>[{}\[\],:])|(?P<word>[A-Za-z0-9+.\-]+)|(?P<end>\Z))"""
)
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}


class _Frame:
    """A table or list that is still open."""

    __slots__ = ("expects", "key", "steps", "value")

    def __init__(self, value: dict[str, object] | list[object], steps: Steps) -> None:
        self.value = value
        self.steps = steps
        self.key = ""
        self.expects = "key" if isinstance(value, dict) else "value"


def read_json(text: str) -> Document:
    """The document. Raises ManifestError with the line of the slip."""
    text = bounded(text)
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[Steps, int] = {}
        self.stack: list[_Frame] = []
        self.root: object = None
        self.is_done = False
        self._line, self._counted = 1, 0

    def read(self) -> Document:
        place = 0
        while True:
            match = _TOKEN.match(self.text, place)
            if match is None:
                slip = len(self.text) - len(self.text[place:].lstrip())
                raise ManifestError("This is not valid JSON.", self._line_at(slip))
            start = match.start(match.lastgroup or 0)
            place = match.end()
            if match.lastgroup == "end":
                break
            self._take(match.lastgroup or "", match.group(match.lastgroup or 0), start)
        if self.stack or not self.is_done:
            raise ManifestError("The JSON ends before it is complete.", self._line_at(len(self.text)))
        return Document(self.root, self.lines)

    def _line_at(self, place: int) -> int:
        self._line += self.text.count("\n", self._counted, place)
        self._counted = place
        return self._line

    def _take(self, kind: str, piece: str, place: int) -> None:
        line = self._line_at(place)
        if self.is_done:
            raise ManifestError("Something follows the end of the JSON.", line)
        frame = self.stack[-1] if self.stack else None
        if kind == "mark" and piece in "}],:":
            self._close_or_separate(frame, piece, line)
        elif frame is not None and frame.expects == "key":
            if kind != "string":
                raise ManifestError(f"A key is expected before `{piece[:40]}`.", line)
            frame.key = _string(piece, line)
            frame.expects = "colon"
            self.lines.setdefault((*frame.steps, frame.key), line)
        elif frame is not None and frame.expects not in {"value"}:
            raise ManifestError(f"A comma or colon is missing before `{piece[:40]}`.", line)
        elif kind == "mark":
            self._open({} if piece == "{" else [], line)
        else:
            self._put(_string(piece, line) if kind == "string" else _word(piece, line), line)

    def _steps(self) -> Steps:
        if not self.stack:
            return ()
        frame = self.stack[-1]
        return (*frame.steps, frame.key if isinstance(frame.value, dict) else len(frame.value))

    def _open(self, value: dict[str, object] | list[object], line: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise ManifestError(f"The JSON is nested deeper than {MAX_DEPTH} levels.", line)
        steps = self._steps()
        self._put(value, line)
        self.is_done = False
        self.stack.append(_Frame(value, steps))

    def _put(self, value: object, line: int) -> None:
        if not self.stack:
            self.root, self.is_done = value, True
            return
        frame = self.stack[-1]
        if isinstance(frame.value, dict):
            frame.value[frame.key] = value
        else:
            self.lines[(*frame.steps, len(frame.value))] = line
            frame.value.append(value)
        frame.expects = "comma"

    def _close_or_separate(self, frame: _Frame | None, piece: str, line: int) -> None:
        if frame is None:
            raise ManifestError(f"`{piece}` stands where a value is expected.", line)
        is_table = isinstance(frame.value, dict)
        if piece == ":" and frame.expects == "colon":
            frame.expects = "value"
        elif piece == "," and frame.expects == "comma":
            frame.expects = "key" if is_table else "value"
        elif piece == ("}" if is_table else "]") and frame.expects in {"comma", "key" if is_table else "value"}:
            self.stack.pop()
            self.is_done = not self.stack
        else:
            raise ManifestError(f"`{piece}` is not expected here.", line)


def _string(piece: str, line: int) -> str:
    if "\\" not in piece:
        return piece[1:-1]
    try:
        return str(json.loads(piece, strict=False))
    except ValueError:
        raise ManifestError("A string has a wrong escape.", line) from None


def _word(piece: str, line: int) -> object:
    if piece in _WORDS:
        return _WORDS[piece]
    try:
        return int(piece) if piece.lstrip("-").isdecimal() and len(piece) < 30 else float(piece)
    except ValueError:
        raise ManifestError(f"`{piece[:40]}` is no JSON value.", line) from None
