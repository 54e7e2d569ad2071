"""GitHub's JSON into our nouns: what is odd becomes a default, what has no id is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.github import translate
from bot.model.errors import WorldError

MOMENTS = [
    ("2026-11-24T10:00:00Z", datetime(2026, 11, 24, 10, tzinfo=UTC)),
    ("2026-11-24T10:00:00.123Z", datetime(2026, 11, 24, 10, 0, 0, 123000, tzinfo=UTC)),
    ("2026-11-24T12:00:00+02:00", datetime(2026, 11, 24, 10, tzinfo=UTC)),
    ("2026-11-24T10:00:00", datetime(2026, 11, 24, 10, tzinfo=UTC)),
    ("yesterday", None),
    ("", None),
    (None, None),
    (1790000000, None),
]


@pytest.mark.parametrize(("value", "expected"), MOMENTS)
def test_moments(value: Any, expected: datetime | None) -> None:
    assert translate.moment(value) == expected


READERS: list[Callable[[Any], Any]] = [
    translate.repository_ref,
    translate.installation_ref,
    translate.hook_delivery,
    translate.app_info,
    translate.comment_ref,
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("value", [None, [], {}, "x", {"id": "7"}, {"id": True}])
def test_without_an_id_it_is_nothing(reader: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(WorldError, match="without an id"):
        reader(value)


FIELDS = [
    "node_id", "owner", "name", "private", "account", "permissions", "events", "suspended_at", "guid", "user", "body",
    "delivered_at", "pushed_at", "performed_via_github_app", "status_code", "slug",
]  # fmt: skip
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["login", "id", "slug"]), st.integers(), max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), values), st.sampled_from(READERS))
def test_odd_fields_become_defaults(fields: dict[str, Any], reader: Callable[[Any], Any]) -> None:
    assert reader({"id": 7} | fields).id == 7
