"""CEL expressions over events: compiled once, and remembered by the values that they read.

`event` is the event that triggered a run, `async` one that arrived later (cancellation). An expression that cannot be
evaluated (a member is missing, the types do not fit) is None; the caller decides what that means.
cel-python takes about 150 µs an evaluation, so the two shapes that nearly all keys and filters have, a path and an
equality of two paths, are read without it, and results of the others are kept by the values of the paths they name.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import celpy
from celpy.adapter import CELJSONEncoder, json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError

_PATH = r"(?:event|async)(?:\.[A-Za-z_]\w*)+"
_ONE_PATH = re.compile(_PATH)
_EQUALITY = re.compile(rf"({_PATH})\s*==\s*({_PATH})")
_LITERAL = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""")
_READS = re.compile(rf"(?<![\w.])({_PATH})(\s*\()?")
_BARE = re.compile(r"(?<![\w.])(?:event|async)(?!\w|\s*\.)")
_REMEMBERED = 4096

Scope = Mapping[str, Mapping[str, Any]]


class ExpressionError(ValueError):
    """The text is no CEL expression."""


class _Missing:
    """A path that leads nowhere; distinct from null."""


_MISSING = _Missing()


class Expression:
    """One compiled expression. Raises ExpressionError when `source` does not parse."""

    def __init__(self, source: str) -> None:
        self.source = source.strip()
        environment = celpy.Environment()
        try:
            self._program = environment.program(environment.compile(self.source))
        except CELParseError as error:
            raise ExpressionError(f"{self.source!r} is no CEL expression") from error
        equality = _EQUALITY.fullmatch(self.source)
        self._paths = (self.source,) if _ONE_PATH.fullmatch(self.source) else None
        self._sides = (equality[1], equality[2]) if equality else None
        self._reads = _paths_read(self.source)
        self._known: OrderedDict[str, Any] = OrderedDict()

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def value(self, scope: Scope) -> Any:
        """The value over `{"event": …, "async": …}` as plain Python, or None where it cannot be evaluated."""
        if self._paths is not None:
            found = _walk(scope, self._paths[0])
            return None if found is _MISSING else found
        if self._sides is not None:
            left, right = (_walk(scope, side) for side in self._sides)
            return None if left is _MISSING or right is _MISSING else _same(left, right)
        if self._reads is None:
            return self._evaluate(scope)
        return self._remembered(scope, self._reads)

    def holds(self, scope: Scope) -> bool:
        """Whether the value is true; what cannot be evaluated does not hold."""
        return self.value(scope) is True

    def _remembered(self, scope: Scope, reads: tuple[str, ...]) -> Any:
        values = [_walk(scope, path) for path in reads]
        key = json.dumps([["missing"] if value is _MISSING else [0, value] for value in values])
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        result = self._known[key] = self._evaluate(scope)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return result

    def _evaluate(self, scope: Scope) -> Any:
        try:
            return _plain(self._program.evaluate({name: json_to_cel(dict(value)) for name, value in scope.items()}))
        except (CELEvalError, ValueError, TypeError, KeyError):
            return None


@lru_cache(maxsize=1024)
def expression(source: str) -> Expression:
    """The compiled expression of `source`, shared. Raises ExpressionError."""
    return Expression(source)


def _paths_read(source: str) -> tuple[str, ...] | None:
    """The paths an expression reads, or None when it may read more than can be told from its text."""
    code = _LITERAL.sub("''", source)
    if _BARE.search(code):
        return None
    paths = set()
    for path, is_call in _READS.findall(code):
        owner = path.rpartition(".")[0] if is_call else path
        if "." not in owner:
            return None
        paths.add(owner)
    return tuple(sorted(paths))


def _walk(scope: Scope, path: str) -> Any:
    found: Any = scope
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return _MISSING
        found = found[name]
    return found


def _same(left: Any, right: Any) -> bool:
    """CEL's equality: true is not 1, but 1 is 1.0."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(left == right)


def _plain(value: Any) -> Any:
    """Python's own type for a CEL value; containers by way of JSON."""
    if value is None or isinstance(value, celpy.celtypes.BoolType):
        return None if value is None else bool(value)
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return json.loads(json.dumps(value, cls=CELJSONEncoder))
