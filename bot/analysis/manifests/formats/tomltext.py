"""TOML with line numbers: values by tomllib, lines by a scan of headers and keys."""

from __future__ import annotations

import re
import tomllib

from bot.analysis.manifests.formats.document import MAX_DEPTH, Document, Steps, bounded
from bot.analysis.manifests.nouns import ManifestError

_PART = r"""(?:[A-Za-z0-9_-]{1,300}|"[^"\n]{0,300}"|'[^'\n]{0,300}')"""
_DOTTED = rf"{_PART}(?:[ \t]{{0,9}}\.[ \t]{{0,9}}{_PART}){{0,20}}"
_HEADER = re.compile(rf"^[ \t]*(\[\[?)[ \t]*({_DOTTED})[ \t]*\]")
_KEY = re.compile(rf"^[ \t]*({_DOTTED})[ \t]*=")
_SPLIT = re.compile(_PART)
_LINE_SLIP = re.compile(r"\(at line (\d+), column \d+\)")
_TOO_DEEP = re.compile(r"\[{65}|(?:\.[ \t]{0,9}[^.\s=\[\]{},]{1,100}[ \t]{0,9}){65}")


class TomlDocument(Document):
    """A document whose list items are found by their text, since tomllib tells no lines."""

    def __init__(self, value: object, lines: dict[Steps, int], text_lines: list[str]) -> None:
        super().__init__(value, lines)
        self._text_lines = text_lines

    def item_line(self, steps: Steps, text: str, start: int | None = None) -> int | None:
        """The first line at or after the key at `steps` (or after `start`) that holds `text` in quotes."""
        key_line = self.line(*steps)
        if key_line is None:
            return None
        begin = max(key_line, start or 0)
        for number in range(begin, min(begin + 2_000, len(self._text_lines) + 1)):
            if f'"{text}"' in self._text_lines[number - 1] or f"'{text}'" in self._text_lines[number - 1]:
                return number
        return key_line


def read_toml(text: str) -> TomlDocument:
    """The document. Raises ManifestError with the line of the slip."""
    text = bounded(text)
    if _TOO_DEEP.search(text):
        raise ManifestError(f"The TOML is nested deeper than {MAX_DEPTH} levels.")
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _LINE_SLIP.search(str(error))
        reason = str(error).partition(" (at ")[0]
        raise ManifestError(f"TOML: {reason[:200]}.", int(place.group(1)) if place else None) from None
    except RecursionError:
        raise ManifestError("The TOML is nested too deep.") from None
    text_lines = text.split("\n")
    return TomlDocument(value, _lines(text_lines), text_lines)


def _lines(text_lines: list[str]) -> dict[Steps, int]:
    lines: dict[Steps, int] = {}
    counts: dict[tuple[str, ...], int] = {}
    prefix: Steps = ()
    closing = ""
    for number, line in enumerate(text_lines, 1):
        if closing:
            closing = "" if line.count(closing) % 2 else closing
            continue
        if header := _HEADER.match(line):
            parts = _parts(header.group(2))
            prefix = parts
            if header.group(1) == "[[":
                counts[parts] = counts.get(parts, -1) + 1
                prefix = (*parts, counts[parts])
            for end in range(1, len(prefix) + 1):
                lines.setdefault(prefix[:end], number)
        elif key := _KEY.match(line):
            steps = (*prefix, *_parts(key.group(1)))
            for end in range(len(prefix) + 1, len(steps) + 1):
                lines.setdefault(steps[:end], number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                closing = quotes
    return lines


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _SPLIT.findall(dotted))
