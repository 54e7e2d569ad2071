"""YAML with line numbers, built from libyaml's events: depth and aliases bounded, no tag ever constructs anything.

Plain scalars stay as written (`3.10` is "3.10", not 3.1), except null, true and false, because versions are text.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from bot.analysis.manifests.formats.document import MAX_DEPTH, Document, Steps, bounded
from bot.analysis.manifests.nouns import ManifestError

MAX_ALIASES = 200
"""Aliases in one file; each one repeats a whole value, so many of them are a bomb."""

MAX_EVENTS = 200_000
"""Keys, values, lists and tables in one file."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})


def read_yaml(text: str) -> Document:
    """The first document. Raises ManifestError with the line of the slip."""
    documents = read_yaml_all(text, limit=1)
    return documents[0] if documents else Document(None, {})


def read_yaml_all(text: str, *, limit: int = 100) -> list[Document]:
    """Every document of a stream, at most `limit`. Raises ManifestError with the line of the slip."""
    text = bounded(text)
    documents: list[Document] = []
    builder = _Builder()
    for count, event in enumerate(_events(text)):
        if count > MAX_EVENTS:
            raise ManifestError(f"The YAML holds more than {MAX_EVENTS:,} values.", _line(event))
        if isinstance(event, yaml.DocumentStartEvent):
            builder = _Builder(builder.aliases)
        elif isinstance(event, yaml.DocumentEndEvent):
            documents.append(Document(builder.root, builder.lines))
            if len(documents) >= limit:
                break
        else:
            builder.take(event)
    return documents


def _line(event: yaml.Event) -> int | None:
    mark = event.start_mark
    return None if mark is None else int(mark.line) + 1


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, _LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "this is not valid YAML"
        line = None if mark is None else mark.line + 1
        raise ManifestError(f"YAML: {reason}.", line) from None


class _Frame:
    """A table or list that is still open; `merges_into` is the table that it is merged into when it is complete."""

    __slots__ = ("anchor", "key", "merges_into", "steps", "value")

    def __init__(self, value: dict[str, object] | list[object], steps: Steps, anchor: str | None) -> None:
        self.value = value
        self.steps = steps
        self.anchor = anchor
        self.key: str | None = None
        self.merges_into: dict[str, object] | None = None


class _Builder:
    def __init__(self, aliases: int = 0) -> None:
        self.root: object = None
        self.lines: dict[Steps, int] = {}
        self.aliases = aliases
        self._stack: list[_Frame] = []
        self._anchors: dict[str, object] = {}

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = value
            self._put(value, event)
        elif isinstance(event, yaml.AliasEvent):
            self._put(self._alias(event), event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            frame = self._stack.pop()
            if frame.anchor:
                self._anchors[frame.anchor] = frame.value
            if frame.merges_into is not None:
                _merge(frame.merges_into, frame.value)

    def _alias(self, event: yaml.AliasEvent) -> object:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise ManifestError(f"The YAML repeats values by more than {MAX_ALIASES} aliases.", _line(event))
        if event.anchor not in self._anchors:
            raise ManifestError(f"The YAML alias *{event.anchor} names nothing that is complete.", _line(event))
        return self._anchors[event.anchor]

    def _open(self, value: dict[str, object] | list[object], event: yaml.CollectionStartEvent) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise ManifestError(f"The YAML is nested deeper than {MAX_DEPTH} levels.", _line(event))
        opened = _Frame(value, (), event.anchor)
        if self._stack:
            frame = self._stack[-1]
            if isinstance(frame.value, dict) and frame.key is None:
                raise ManifestError("A YAML key is a table or a list; only text is read.", _line(event))
            opened.steps = (*frame.steps, frame.key if frame.key is not None else len(frame.value))
            if isinstance(frame.value, dict) and frame.key == "<<":
                opened.merges_into = frame.value
        self._put(value, event)
        self._stack.append(opened)

    def _put(self, value: object, event: yaml.Event) -> None:
        line = _line(event) or 1
        if not self._stack:
            self.root = value
            return
        frame = self._stack[-1]
        if isinstance(frame.value, list):
            self.lines[(*frame.steps, len(frame.value))] = line
            frame.value.append(value)
        elif frame.key is None:
            frame.key = _key(value, event)
            self.lines.setdefault((*frame.steps, frame.key), line)
        else:
            if frame.key == "<<":
                _merge(frame.value, value)
            else:
                frame.value[frame.key] = value
            frame.key = None


def _merge(table: dict[str, object], value: object) -> None:
    for source in value if isinstance(value, list) else [value]:
        if isinstance(source, dict):
            for key, item in source.items():
                table.setdefault(key, item)


def _key(value: object, event: yaml.Event) -> str:
    if isinstance(value, (dict, list)):
        raise ManifestError("A YAML key is a table or a list; only text is read.", _line(event))
    return value if isinstance(value, str) else str(value).lower()


def _scalar(event: yaml.ScalarEvent) -> object:
    text = str(event.value)
    if event.implicit[0]:
        if text in _NULLS:
            return None
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
    return text
