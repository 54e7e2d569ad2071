"""Reads YAML into plain values that know their lines, bounded in size, depth and number of nodes.

Scalars follow YAML 1.2's core schema as GitHub's own parser does: `on`, `yes` and `no` are words. Anchors are shared,
not copied, and every reuse counts against the bound, so that aliases cannot blow up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 512_000
MAX_DEPTH = 60
MAX_NODES = 60_000

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
    """The text is no YAML, or passes a bound. `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True, eq=False)
class Node:
    """One value with the line it starts at. Exactly one of the three is used, as `kind` says."""

    kind: str
    line: int
    value: Scalar = None
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


def parse_yaml(text: str) -> Node:
    """The first document of `text`. Raises YamlProblem. An empty document is a null scalar."""
    if len(text) > MAX_BYTES:
        raise YamlProblem(f"The file is longer than {MAX_BYTES:,} characters.", 1)
    try:
        return _build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = (error.problem or error.context or "is no valid YAML").strip()
        raise YamlProblem(message, mark.line + 1 if mark else 1) from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlProblem(str(error).splitlines()[0] if str(error) else "is no valid YAML", 1) from None


def _build(text: str) -> Node:
    root: Node | None = None
    stack: list[tuple[Node, Node | None]] = []  # (open container, key that waits for its value)
    anchors: dict[str, Node] = {}
    sizes: dict[int, int] = {}
    count = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.DocumentEndEvent):
            break
        if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            closed, _ = stack.pop()
            sizes[id(closed)] = count - sizes[id(closed)]
            continue
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                raise YamlProblem(f"The alias *{event.anchor} has no anchor.", line)
            node = anchors[event.anchor]
            count += max(1, sizes.get(id(node), 1))
        elif isinstance(event, yaml.ScalarEvent):
            node = Node("scalar", line, _scalar(event))
            count += 1
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            node = Node("list" if isinstance(event, yaml.SequenceStartEvent) else "map", line)
            sizes[id(node)] = count
            count += 1
        else:
            continue
        if count > MAX_NODES:
            raise YamlProblem(f"The file has more than {MAX_NODES:,} values.", line)
        if not isinstance(event, yaml.AliasEvent) and event.anchor:
            anchors[event.anchor] = node
        if stack:
            _attach(stack, node)
        else:
            root = node
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            stack.append((node, None))
            if len(stack) > MAX_DEPTH:
                raise YamlProblem(f"The file is nested deeper than {MAX_DEPTH} levels.", line)
    return root or Node("scalar", 1)


def _attach(stack: list[tuple[Node, Node | None]], node: Node) -> None:
    container, key = stack[-1]
    if container.kind == "list":
        container.items.append(node)
    elif key is None:
        stack[-1] = (container, node)
    else:
        name = "" if key.kind != "scalar" else _key_text(key.value)
        if name == "<<" and node.kind == "map":
            for inherited, entry in node.entries.items():
                container.entries.setdefault(inherited, entry)
        else:
            container.entries[name] = (key, node)
        stack[-1] = (container, None)


def _key_text(value: Scalar) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


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
