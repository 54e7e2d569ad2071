"""CEL expressions over events.

`event` is the event that triggered a run, `async` one that arrived later (cancellation). An expression that cannot be
evaluated (a member is missing, the types do not fit) is None; the caller decides what that means. cel-python takes
about a millisecond for a longer one, so the two shapes that nearly all keys and filters have, a path and an equality of
two paths, are read without it, and of others the value is kept for each set of values that they read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import celpy
from celpy.adapter import CELJSONEncoder, json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError

_PATH = r"(?:event|async)(?:\.[A-Za-z_]\w*)+"
_ONE_PATH = re.compile(_PATH)
_READ = re.compile(rf"\b({_PATH})\s*(\()?")
_WHOLE = re.compile(r"\b(?:event|async)\b(?!\.)|\[")
"""The whole of a variable, or an index: what is read cannot be told from the text."""
_KEPT = 1024
_EQUALITY = re.compile(rf"({_PATH})\s*==\s*({_PATH})")

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
        self._is_path = _ONE_PATH.fullmatch(self.source) is not None
        self._equality = _EQUALITY.fullmatch(self.source)
        self._reads = None if _WHOLE.search(self.source) else _paths_read(self.source)
        self._kept: dict[tuple[Any, ...], Any] = {}

    def value(self, scope: Scope) -> Any:
        """The value over `{"event": …, "async": …}` as plain Python, or None where it cannot be evaluated."""
        if self._is_path:
            found = _walk(scope, self.source)
            return None if found is _MISSING else found
        if self._equality is not None:
            left, right = (_walk(scope, side) for side in self._equality.groups())
            return None if left is _MISSING or right is _MISSING else _is_same(left, right)
        if self._reads is None:
            return self._evaluated(scope)
        found = [_walk(scope, path) for path in self._reads]
        if not all(one is _MISSING or one is None or isinstance(one, str | int | float) for one in found):
            return self._evaluated(scope)
        key = tuple((type(one), one) for one in found)
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = self._evaluated(scope)
        return self._kept[key]

    def _evaluated(self, scope: Scope) -> Any:
        try:
            return _plain(self._program.evaluate({name: json_to_cel(dict(value)) for name, value in scope.items()}))
        except (CELEvalError, ValueError, TypeError, KeyError):
            return None

    def holds(self, scope: Scope) -> bool:
        """Whether the value is true; what cannot be evaluated does not hold."""
        return self.value(scope) is True


@lru_cache(maxsize=1024)
def expression(source: str) -> Expression:
    """The compiled expression of `source`, shared. Raises ExpressionError."""
    return Expression(source)


def _paths_read(source: str) -> tuple[str, ...]:
    """The paths whose values decide: a name before a parenthesis is a function of what stands before it."""
    found = ((match[1].rpartition(".")[0] if match[2] else match[1]) for match in _READ.finditer(source))
    return tuple(dict.fromkeys(found))


def _walk(scope: Scope, path: str) -> Any:
    found: Any = scope
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return _MISSING
        found = found[name]
    return found


def _is_same(left: Any, right: Any) -> bool:
    """CEL's equality: true is not 1, but 1 is 1.0."""
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)


def _plain(value: Any) -> Any:
    """Python's own type for a CEL value."""
    return json.loads(json.dumps(value, cls=CELJSONEncoder))
