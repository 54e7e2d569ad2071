"""CEL expressions over events.

`event` is the event that triggered a run, `async` one that arrived later (cancellation). An expression that cannot be
evaluated (a member is missing, the types do not fit) is None; the caller decides what that means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cel

Scope = cel.Context
"""Variables as CEL's own values: translated once for any number of expressions."""

_NOT_EVALUATED = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)


class ExpressionError(ValueError):
    """The text is no CEL expression."""


class Expression:
    """One compiled expression. Raises ExpressionError when `source` does not parse."""

    def __init__(self, source: str) -> None:
        self.source = source.strip()
        try:
            self._program = cel.compile(self.source)
        except ValueError as error:
            raise ExpressionError(f"{self.source!r} is no CEL expression") from error

    def value(self, scope: Scope) -> Any:
        """The value as plain Python, or None where it cannot be evaluated."""
        try:
            return self._program.execute(scope)
        except _NOT_EVALUATED:
            return None

    def holds(self, scope: Scope) -> bool:
        """Whether the value is true; what cannot be evaluated does not hold."""
        return self.value(scope) is True


def scope_of(variables: Mapping[str, Mapping[str, Any]]) -> Scope:
    """The scope of `{"event": …, "async": …}`. Raises ValueError for what is no JSON."""
    return cel.Context(dict(variables))
