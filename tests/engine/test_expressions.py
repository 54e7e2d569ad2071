"""CEL: the quick ways give what CEL gives, and what cannot be evaluated is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "x", "xy", "1"]), st.just(1.0))
DATA = st.dictionaries(st.sampled_from(["s", "n", "list"]), st.one_of(SCALARS, st.lists(SCALARS, max_size=2)))
WARM = [
    Expression(source)
    for source in (
        "event.data.s == 'x' ? 600 : event.data.n == 1 ? 300 : 0",
        "event.data.s.startsWith('x') ? 1 : 2",
        "size(event.data.s) > 1",
        "has(event.data.n) ? event.data.n : 7",
        "event.data .s == 'x'",
        "event.data['s'] == 'x'",
        "event.data == {'s': 'x'}",
        "event.data.list.exists(i, i == 1) || event.data.n > 0",
        "string(event.data.n) + event.data.s",
        "async.data.n > event.data.n",
    )
]


@settings(deadline=None)
@given(DATA, DATA)
def test_what_is_kept_is_what_cel_gives(event: dict[str, Any], other: dict[str, Any]) -> None:
    scope = {"event": {"data": event}, "async": {"data": other}}
    for one in WARM:
        kept, fresh = one.value(scope), Expression(one.source).value(scope)
        assert (type(kept), kept) == (type(fresh), fresh), one.source


def test_no_expression() -> None:
    with pytest.raises(ExpressionError):
        Expression("event.data. ==")
