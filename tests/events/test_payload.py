"""The few fields of a payload that we read: any of them may be missing, and no value is believed beyond its type."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events.payload import Payload, read_payload


def test_what_we_look_at_is_read_and_the_rest_skipped() -> None:
    told = {
        "action": "created",
        "installation": {"id": 7, "account": {"login": "octo"}},
        "repository": {"id": 42, "full_name": "octo/hello", "topics": ["x"], "archived": False},
        "sender": {"id": 1, "login": "ada", "type": "User"},
        "comment": {"id": 9, "body": "/radar", "user": {"login": "ada"}, "performed_via_github_app": None},
        "issue": {"number": 3, "pull_request": {"url": "x"}},
        "unheard_of": {"deep": [1, {"er": None}]},
    }
    payload = read_payload(json.dumps(told).encode())
    assert payload.installation is not None
    assert payload.installation.id == 7
    assert payload.repository is not None
    assert (payload.repository.full_name, payload.repository.archived) == ("octo/hello", False)
    assert payload.comment is not None
    assert payload.comment.user is not None
    assert (payload.comment.body, payload.comment.user.login) == ("/radar", "ada")
    assert payload.issue is not None
    assert payload.issue.pull_request == {"url": "x"}


@pytest.mark.parametrize("body", [b"{}", b'{"installation": null, "repository": {}, "comment": {}}'])
def test_everything_may_be_missing(body: bytes) -> None:
    payload = read_payload(body)
    assert payload.action is None
    assert payload.installation is None


@pytest.mark.parametrize(
    ("told", "path"),
    [
        ({"repository": {"id": "42"}}, r"\$.repository.id"),
        ({"repository": {"id": -1}}, r"\$.repository.id"),
        ({"installation": {"id": 2**63}}, r"\$.installation.id"),
        ({"installation": {"id": 1.5}}, r"\$.installation.id"),
        ({"repository": []}, r"\$.repository"),
        ({"repositories_added": [{"id": True}]}, r"\$.repositories_added\[0\].id"),
        ({"comment": {"body": 7}}, r"\$.comment.body"),
        ({"deleted": "yes"}, r"\$.deleted"),
    ],
)
def test_another_type_is_told_with_its_path(told: object, path: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=path):
        read_payload(json.dumps(told).encode())


def test_the_largest_id_of_the_database_is_read() -> None:
    payload = read_payload(b'{"installation": {"id": 9223372036854775807}}')
    assert payload.installation is not None
    assert payload.installation.id == 2**63 - 1


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"text"', b"{", b"\xff\xfe", b"[" * 100_000, b"1e999"])
def test_what_is_no_payload_is_a_decode_error(body: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, RecursionError)) as caught:
        read_payload(body)
    assert isinstance(caught.value, msgspec.DecodeError | RecursionError)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(Payload.__struct_fields__), inner),
    max_leaves=10,
)


@given(_JSON)
def test_any_json_is_a_payload_or_a_decode_error(value: object) -> None:
    try:
        read_payload(json.dumps(value).encode())
    except msgspec.DecodeError:
        return
