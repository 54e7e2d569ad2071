"""What the inbox keeps beside a delivery's body, and which bodies are no delivery."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.intake.envelope import read_delivery
from bot.model.errors import UserError
from tests.storage.samples import NOW


def read(value: Any) -> tuple[str, int | None, int | None, str, str]:
    one = read_delivery("push", "g", json.dumps(value).encode(), received_at=NOW)
    return one.action, one.installation_id, one.repository_id, one.repository_full_name, one.sender


WHOLE = {
    "action": "created",
    "installation": {"id": 7},
    "repository": {"id": 42, "full_name": "octo/hello"},
    "sender": {"login": "octocat"},
    "more": [1, {"deep": None}],
}


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (WHOLE, ("created", 7, 42, "octo/hello", "octocat")),
        ({}, ("", None, None, "", "")),
        ({**WHOLE, "repository": None}, ("created", 7, None, "", "octocat")),
        ({**WHOLE, "repository": {"id": "x"}}, ("created", None, None, "", "")),
        ({**WHOLE, "installation": {"id": 2**63}}, ("created", None, None, "", "")),
        ({**WHOLE, "installation": {"id": 2**63 - 1}}, ("created", 2**63 - 1, 42, "octo/hello", "octocat")),
        ({**WHOLE, "installation": {"id": -1}}, ("created", None, None, "", "")),
        ({**WHOLE, "installation": {"id": 0}}, ("created", 0, 42, "octo/hello", "octocat")),
        ({**WHOLE, "action": 5}, ("", None, None, "", "")),
        ({**WHOLE, "action": "x" * 99}, ("x" * 64, 7, 42, "octo/hello", "octocat")),
        ({**WHOLE, "sender": {"login": "y" * 256}}, ("created", 7, 42, "octo/hello", "y" * 255)),
        ({**WHOLE, "repository": {"id": 42, "full_name": "z" * 256}}, ("created", 7, 42, "z" * 255, "octocat")),
        ({**WHOLE, "sender": {"login": "a\x00b"}}, ("created", 7, 42, "octo/hello", "ab")),
    ],
    ids=[
        "whole",
        "empty",
        "no repository",
        "odd id",
        "huge id",
        "largest id",
        "negative id",
        "smallest id",
        "odd action",
        "long action",
        "long login",
        "long name",
        "NUL",
    ],
)
def test_odd_fields_never_gate_intake(value: Any, wanted: tuple[Any, ...]) -> None:
    assert read(value) == wanted


@pytest.mark.parametrize("field", ["action", "login", "full_name", "elsewhere"])
def test_text_that_is_not_utf_8_never_gates_intake(field: str) -> None:
    body = json.dumps(WHOLE | {"elsewhere": "elsewhere"}).encode()
    for value in ("created", "octocat", "octo/hello", "elsewhere"):
        if {"created": "action", "octocat": "login", "octo/hello": "full_name"}.get(value, value) == field:
            body = body.replace(f'"{value}"'.encode(), b'"\xff"')
    assert b"\xff" in body
    one = read_delivery("push", "g", body, received_at=NOW)
    assert one.body == body
    assert one.action == {"action": "\ufffd"}.get(field, "created")


DEEP = b"[" * 100_000
NO_JSON = [b"", b"{", b"{} {}", b"\xff", DEEP, b'{"action": 5', b'{"action": 5, "more": ' + DEEP]
NO_OBJECT = [b"[]", b"null", b'"text"', b"1"]


@pytest.mark.parametrize(
    ("body", "said"),
    [*((body, "is not JSON") for body in NO_JSON), *((body, "but no object.") for body in NO_OBJECT)],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_json_object_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        read_delivery("push", "g", body, received_at=NOW)
    assert refused.value.next_step == "Send GitHub's delivery as it is."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WHOLE, "id"]), inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(value=st.dictionaries(st.sampled_from(list(WHOLE)), JSON))
def test_every_json_object_is_a_delivery(value: dict[str, Any]) -> None:
    body = json.dumps(value).encode()
    assert read_delivery("push", "g", body, received_at=NOW).body == body
