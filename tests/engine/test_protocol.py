"""The wire: replies of every kind, signatures that the SDK accepts, and what a call carries."""

from __future__ import annotations

import json
from typing import Any

import jcs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from inngest._internal import net, server_lib, step_lib  # noqa: TID251 - the wire's other end
from inngest._internal.step_lib.base import Output  # noqa: TID251 - the wire's other end

from bot.engine import protocol
from bot.engine.protocol import Raised, Returned, StepOp, Stepped

NOW_MS = 1_700_000_000_000
SDK = {"x-inngest-sdk-handled": "true"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "reply"),
    [
        (200, SDK, b'{"a": 1}', Returned(b'{"a": 1}')),
        (200, SDK, b"", Returned(b"null")),
        (206, SDK, b'[{"id":"h","op":"StepPlanned"}]', Stepped((StepOp(id="h", op="StepPlanned"),))),
        (206, SDK, b"[]", Stepped(())),
        (206, SDK | {"x-inngest-no-retry": "true"}, b"[]", Stepped((), retriable=False)),
        (500, SDK, b'{"message": "m"}', Raised({"message": "m"})),
        (500, SDK | {"x-inngest-no-retry": "true"}, b'{"message": "m"}', Raised({"message": "m"}, retriable=False)),
        (500, SDK | {"retry-after": "60"}, b"{}", Raised({}, retry_at_ms=NOW_MS + 60_000)),
        (500, SDK | {"retry-after": "2023-11-14T22:14:20.000Z"}, b"{}", Raised({}, retry_at_ms=NOW_MS + 60_000)),
        (500, SDK | {"retry-after": "2001-01-01T00:00:00.000Z"}, b"{}", Raised({}, retry_at_ms=NOW_MS + 1_000)),
        (500, SDK | {"retry-after": "9999999"}, b"{}", Raised({}, retry_at_ms=NOW_MS + 24 * 3_600_000)),
        (500, SDK | {"retry-after": "soon"}, b"{}", Raised({})),
        (500, SDK, b'"text"', Raised({"name": "Error", "message": "HTTP 500: text"})),
    ],
)
def test_replies(status: int, headers: dict[str, str], body: bytes, reply: protocol.Reply) -> None:
    assert protocol.parse_reply(status, headers, body, NOW_MS) == reply


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"<html>proxy</html>"),
        (502, {}, b"bad gateway"),
        (206, SDK, b"{not json"),
        (206, SDK, b'[{"op": "StepRun"}]'),
        (206, SDK, b'[{"id":"h","op":"Sleep","name":"tomorrow"}]'),
        (200, SDK, b"{"),
        (500, SDK, b"\xff"),
    ],
)
def test_what_is_no_answer_is_tried_again(status: int, headers: dict[str, str], body: bytes) -> None:
    reply = protocol.parse_reply(status, headers, body, NOW_MS)
    assert isinstance(reply, Raised)
    assert reply.retriable
    assert reply.error["message"]


@pytest.mark.parametrize(
    "value", [{"b": 1, "a": "ä\u2028"}, {"n": 1.5, "l": [1, None, True]}, {"big": 2**53 - 1, "e": 1e21}]
)
def test_the_sdk_accepts_our_signature(value: Any) -> None:
    key = "signkey-radar-" + "0a" * 32
    body = json.dumps(value).encode()
    headers = protocol.request_headers(body, key, NOW_MS)
    accepted = net.validate_request_sig(
        body=body, headers=headers, mode=server_lib.ServerKind.CLOUD, signing_key=key, signing_key_fallback=None
    )
    assert accepted == key
    refused = net.validate_request_sig(
        body=body + b" " + b"1", headers=headers, mode=server_lib.ServerKind.CLOUD, signing_key=key,
        signing_key_fallback=None,
    )  # fmt: skip
    assert isinstance(refused, Exception)


def test_the_sdk_reads_our_calls() -> None:
    """The body is what `ServerRequest` wants, and its memos are what steps find."""
    memos = {
        "data": protocol.memo_data(b'{"x":[1]}'),
        "error": protocol.memo_error({"message": "m", "name": "E", "code": "unknown"}),
        "sleep": b"null",
    }
    event = protocol.Event(name="go", data={"a": None}, id="e", ts=7).encode()
    context = {"attempt": 2, "disable_immediate_execution": True, "fn_id": "f", "max_attempts": 5, "run_id": "r"}
    body = protocol.call_body(context, event, memos)
    request = server_lib.ServerRequest.from_raw(body)
    assert not isinstance(request, Exception)
    assert (request.ctx.run_id, request.ctx.attempt, request.ctx.max_attempts) == ("r", 2, 5)
    assert request.ctx.disable_immediate_execution
    assert request.ctx.stack.stack == ["data", "error", "sleep"]
    assert (request.event.id, request.event.data, request.event.ts) == ("e", {"a": None}, 7)
    assert not request.use_api
    found = step_lib.StepMemos.from_raw(request.steps)
    data, error, sleep = (found.pop(name) for name in memos)
    assert isinstance(data, Output)
    assert data.data == {"x": [1]}
    assert isinstance(error, Output)
    assert error.error is not None
    assert (error.error.message, error.error.name) == ("m", "E")
    assert isinstance(sleep, Output)
    assert (sleep.data, sleep.error) == (None, None)


@pytest.mark.parametrize(("status", "body"), [(401, b"{}"), (200, b"[]"), (200, b"nothing"), (200, b'{"functions":1}')])
def test_a_registration_that_is_none(status: int, body: bytes) -> None:
    with pytest.raises(ValueError, match="did not register"):
        protocol.registered_functions(status, body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(value=JSON, ascii_only=st.booleans())
@example(value={"\ue000": 1, "\U00010000": 2}, ascii_only=False)
@example(value={"\ue000": 1, "\U00010000": 2}, ascii_only=True)
@example(value=[1.0, 1e21, 10**16, -(2**53), 2**53 + 1, 999_999_999_999_999], ascii_only=False)
@example(value={"b": "\x00\x1f\x7f\u2028/<", "a": {"z": 1, "y": []}}, ascii_only=False)
def test_the_fast_way_signs_the_same_bytes(value: Any, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert protocol.canonical(body) == jcs.canonicalize(json.loads(body))
