"""YAML manifests as documents with line numbers.

Plain scalars stay as written (`3.10` is "3.10", not 3.1), except null, true and false, because versions are text.
"""

from __future__ import annotations

from bot.analysis.manifests.formats.document import MAX_CHARACTERS, MAX_DEPTH, Document, Steps, bounded
from bot.analysis.manifests.nouns import ManifestError
from bot.analysis.yaml_tree import Bounds, Node, YamlProblem, parse_yaml

BOUNDS = Bounds(characters=MAX_CHARACTERS, depth=MAX_DEPTH, values=200_000, aliases=200)
"""Each alias repeats a whole value, so many of them are a bomb."""


def read_yaml(text: str) -> Document:
    """The first document. Raises ManifestError with the line of the slip."""
    try:
        root = parse_yaml(bounded(text), BOUNDS)
    except YamlProblem as problem:
        raise ManifestError(f"YAML: {problem.message}.", problem.line) from None
    lines: dict[Steps, int] = {}
    return Document(_plain(root, (), lines, {}), lines)


def _plain(node: Node, steps: Steps, lines: dict[Steps, int], known: dict[int, object]) -> object:
    """The value without its lines, which go into `lines`; what an alias repeats is the same object in each place."""
    if node.kind == "scalar":
        return node.value if node.value is None or isinstance(node.value, bool) else node.written
    if id(node) in known:
        return known[id(node)]
    if node.kind == "list":
        items: list[object] = []
        known[id(node)] = items
        for index, item in enumerate(node.items):
            lines[(*steps, index)] = item.line
            items.append(_plain(item, (*steps, index), lines, known))
        return items
    table: dict[str, object] = {}
    known[id(node)] = table
    for name, line, value in node.pairs():
        lines[(*steps, name)] = line
        table[name] = _plain(value, (*steps, name), lines, known)
    return table
