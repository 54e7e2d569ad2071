"""CEL: the quick ways give what CEL gives, and what cannot be evaluated is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.expressions import Expression, ExpressionError, expression

SCOPE: dict[str, dict[str, Any]] = {
    "event": {"data": {"n": 1, "s": "x", "flag": True, "list": [1, 2], "none": None}, "name": "go"},
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
    ],
)
def test_expressions(source: str, value: Any) -> None:
    """The quick ways give what CEL gives."""
    assert expression(source).value(SCOPE) == value
    assert type(expression(source).value(SCOPE)) is type(value)


def test_an_expression_is_evaluated_anew() -> None:
    one = Expression("event.data.n > 1 ? 'many' : 'one'")
    assert [one.value({"event": {"data": {"n": n}}}) for n in (1, 2, 1, 2.5, 0)] == [
        "one",
        "many",
        "one",
        "many",
        "one",
    ]


def test_no_expression() -> None:
    with pytest.raises(ExpressionError):
        Expression("event.data. ==")
