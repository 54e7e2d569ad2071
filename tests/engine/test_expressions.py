"""CEL over events: what cannot be evaluated is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.expressions import Expression, ExpressionError, scope_of

SCOPE: dict[str, dict[str, Any]] = {
    "event": {"data": {"n": 1, "s": "x", "flag": True, "list": [1, 2], "none": None, "big": 2**70}, "name": "go"},
    "async": {"data": {"n": 1, "s": "y", "flag": 1}},
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("event.data.n", 1),
        ("event.data.missing", None),
        ("event.data.n == async.data.n", True),
        ("event.data.s == async.data.s", False),
        ("event.data.flag == async.data.flag", False),
        ("event.data.n == async.data.missing", None),
        ("event.data.s == 'x' ? 600 : 0", 600),
        ("event.data.missing == 'x' ? 600 : 0", None),
        ("has(event.data.missing) ? 1 : 2", 2),
        ("event.data.list.exists(i, i == 2)", True),
        ("event.data.s + '-' + string(event.data.n)", "x-1"),
        ("'event.data.s'", "event.data.s"),
        ("event.data.flag && event.name == 'go'", True),
        ("size(event.data.list)", 2),
        ("[event.data.n, 2]", [1, 2]),
        ("event.data.s > 3", None),
        ("event.data.n / 0", None),
        ("event.data.list[7]", None),
        ("nobody.knows", None),
        ("event.data.missing == 'x' && false", False),
        ("event.data.big", 2.0**70),
    ],
)
def test_expressions(source: str, value: Any) -> None:
    found = Expression(source).value(scope_of(SCOPE))
    assert (found, type(found)) == (value, type(value))


def test_no_expression() -> None:
    with pytest.raises(ExpressionError):
        Expression("event.data. ==")


def test_what_is_no_json_has_no_scope() -> None:
    with pytest.raises(ValueError, match="variable 'event'"):
        scope_of({"event": {"data": object()}})
