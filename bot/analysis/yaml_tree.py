"""Reads YAML into plain values that know their lines, bounded in size, depth and number of values: the only reader.

Scalars follow YAML 1.2's core schema as GitHub's own parser does: `on`, `yes` and `no` are words. Anchors are shared,
not copied, and every reuse counts with all that it repeats, so that aliases cannot blow up. No tag constructs anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is read at the most. `values`: scalars, lists and maps, those that an alias repeats too."""

    characters: int = 512_000
    depth: int = 60
    values: int = 60_000
    aliases: int = 60_000


SETTINGS = Bounds()
"""For files that people write by hand: workflows, our own settings."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?\Z")
_WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "null": None,
    "Null": None,
    "NULL": None,
    "~": None,
    "": None,
}

Scalar = str | int | float | bool | None


class YamlProblem(Exception):
    """The text is no YAML, or passes a bound. `message` is a clause; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True, eq=False)
class Node:
    """One value with the line it starts at. `kind` (scalar, list, map) says which field is used.

    `written` is a scalar as it stands in the file, for versions: 3.10 is no number.
    """

    kind: str
    line: int
    value: Scalar = None
    written: str = ""
    items: list[Node] = field(default_factory=list)
    entries: dict[str, tuple[Node, Node]] = field(default_factory=dict)

    def get(self, *keys: str) -> Node | None:
        """The node at a path of keys; None where there is none or it is null."""
        node: Node | None = self
        for key in keys:
            if node is None or node.kind != "map":
                return None
            entry = node.entries.get(key)
            node = entry[1] if entry else None
        if node is not None and node.kind == "scalar" and node.value is None:
            return None
        return node

    def text(self, *keys: str) -> str:
        """The scalar at a path of keys as text; "" where there is none."""
        node = self.get(*keys)
        return str(node.value) if node is not None and node.kind == "scalar" and node.value is not None else ""

    def pairs(self) -> Iterator[tuple[str, int, Node]]:
        """(key, line of the key, value) of a map; nothing for other nodes."""
        for key, (key_node, value) in self.entries.items():
            yield key, key_node.line, value

    def strings(self) -> list[tuple[str, int]]:
        """The scalars of a list, or of a single scalar, as (text, line)."""
        nodes = self.items if self.kind == "list" else [self]
        return [(str(n.value), n.line) for n in nodes if n.kind == "scalar" and n.value is not None]


def parse_yaml(text: str, bounds: Bounds = SETTINGS) -> Node:
    """The first document of `text`. Raises YamlProblem. An empty document is a null scalar.

    `<<` merges a map, or each map of a list, below the map's own keys. Of a key that stands twice the last value
    counts.
    """
    if len(text) > bounds.characters:
        raise YamlProblem(f"it is longer than {bounds.characters:,} characters", 1)
    builder = _Builder(bounds)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentEndEvent):
                break
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = (error.problem or error.context or "is no valid YAML").strip()
        raise YamlProblem(message, mark.line + 1 if mark else 1) from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlProblem(str(error).splitlines()[0] if str(error) else "is no valid YAML", 1) from None
    return builder.root


@dataclass(slots=True)
class _Open:
    """A list or map that is not complete: its anchor, how many values came before it, the key that waits."""

    node: Node
    anchor: str | None
    before: int
    key: Node | None = None
    merged: list[Node] = field(default_factory=list)


class _Builder:
    """Makes one document's tree out of libyaml's events."""

    def __init__(self, bounds: Bounds) -> None:
        self.root = Node("scalar", 1)
        self._bounds = bounds
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}  # complete ones, with the values in each
        self._count = 0
        self._aliases = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            self._put(self._repeated(event.anchor, line), line)
        elif isinstance(event, yaml.ScalarEvent):
            node = Node("scalar", line, _scalar(event), event.value)
            self._add(1, line)
            if event.anchor:
                self._anchors[event.anchor] = (node, 1)
            self._put(node, line)
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            self._open(Node("list" if isinstance(event, yaml.SequenceStartEvent) else "map", line), event.anchor)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            self._close()

    def _add(self, values: int, line: int) -> None:
        self._count += values
        if self._count > self._bounds.values:
            raise YamlProblem(f"it holds more than {self._bounds.values:,} values", line)

    def _repeated(self, anchor: str | None, line: int) -> Node:
        self._aliases += 1
        if self._aliases > self._bounds.aliases:
            raise YamlProblem(f"it repeats values by more than {self._bounds.aliases:,} aliases", line)
        if anchor is None or anchor not in self._anchors:
            raise YamlProblem(f"the alias *{anchor} names nothing that is complete", line)
        node, values = self._anchors[anchor]
        self._add(values, line)
        return node

    def _open(self, node: Node, anchor: str | None) -> None:
        if len(self._stack) >= self._bounds.depth:
            raise YamlProblem(f"it is nested deeper than {self._bounds.depth} levels", node.line)
        opened = _Open(node, anchor, self._count)
        self._add(1, node.line)
        self._put(node, node.line)
        self._stack.append(opened)

    def _close(self) -> None:
        closed = self._stack.pop()
        for source in closed.merged:
            for one in source.items if source.kind == "list" else [source]:
                for name, entry in one.entries.items():
                    closed.node.entries.setdefault(name, entry)
        if closed.anchor:
            self._anchors[closed.anchor] = (closed.node, self._count - closed.before)

    def _put(self, node: Node, line: int) -> None:
        if not self._stack:
            self.root = node
            return
        into = self._stack[-1]
        if into.node.kind == "list":
            into.node.items.append(node)
        elif into.key is None:
            if node.kind != "scalar":
                raise YamlProblem("a key is a table or a list; only text is read", line)
            into.key = node
        else:
            name = _key_text(into.key)
            if name == "<<":
                into.merged.append(node)
            else:
                first, _ = into.node.entries.get(name, (into.key, node))
                into.node.entries[name] = (first, node)
            into.key = None


def _key_text(key: Node) -> str:
    if key.value is None:
        return "null"
    return str(key.value).lower() if isinstance(key.value, bool) else key.written


def _scalar(event: Any) -> Scalar:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
