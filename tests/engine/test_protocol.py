"""The wire: replies of every kind."""

from __future__ import annotations

import pytest

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
