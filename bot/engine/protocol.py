"""The wire between an Inngest server and its SDK: call requests, replies, signatures, registration.

Pure. Sources: inngest-py 0.5.19 `_internal/{comm_lib,execution_lib,server_lib,net}`; where the SDK leaves the server's
side open, the behaviour of the Inngest server of 2026 (named at the line).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn

import jcs
import msgspec
from msgspec import Raw, Struct

PATH = "/api/inngest"
ROOT_STEP = "step"
FUNCTION_FAILED = "inngest/function.failed"
FUNCTION_FINISHED = "inngest/function.finished"
FUNCTION_CANCELLED = "inngest/function.cancelled"
LIFECYCLE = frozenset({FUNCTION_FAILED, FUNCTION_FINISHED, FUNCTION_CANCELLED})
SCHEDULED = "inngest/scheduled.timer"
MIN_RETRY_MS, MAX_RETRY_MS = 1_000, 24 * 3_600_000  # the server clips Retry-After to these

_SIXTEEN_DIGITS = re.compile(rb"\d{16}")  # 2**53 has so many
_SIGNING_PREFIX = re.compile(r"^signkey-\w+-")


class Opcode(StrEnum):
    """What a step asks for."""

    RUN = "StepRun"
    ERROR = "StepError"
    FAILED = "StepFailed"
    PLANNED = "StepPlanned"
    SLEEP = "Sleep"
    NONE = "None"


OPCODES = frozenset(Opcode)
REFUSED_OPCODES = {
    "WaitForEvent": "step.wait_for_event",
    "InvokeFunction": "step.invoke",
    "AIGateway": "step.ai.infer",
    "Gateway": "step.fetch",
    "WaitForSignal": "step.wait_for_signal",
}


class Event(Struct, frozen=True, kw_only=True):
    """An event as functions see it. `ts` is milliseconds since 1970; `id` names what happened."""

    name: str
    data: dict[str, Any] = {}
    id: str = ""
    ts: int = 0
    v: str | None = None

    def members(self) -> dict[str, Any]:
        """What a call carries of it, and expressions see."""
        return {"data": self.data, "id": self.id, "name": self.name, "ts": self.ts}

    def encode(self) -> bytes:
        """Its members as JSON."""
        return msgspec.json.encode(self.members())


class StepOp(Struct, frozen=True, kw_only=True, rename="camel"):
    """One operation of a 206 reply. `name` is the wake-up time of a sleep."""

    id: str
    op: str
    name: str | None = None
    display_name: str | None = None
    data: Raw = Raw(b"null")
    error: dict[str, Any] | None = None
    opts: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.op == Opcode.SLEEP:
            timestamp_ms(self.name or "")

    @property
    def is_race(self) -> bool:
        """Whether its parallel group goes on as soon as one member is done."""
        return bool(self.opts and self.opts.get("parallelMode") == "race")


class Returned(Struct, frozen=True):
    """The function is done; `output` is JSON."""

    output: bytes


class Stepped(Struct, frozen=True):
    """The function stopped at these operations. `retriable` is about their errors."""

    ops: tuple[StepOp, ...]
    retriable: bool = True


class Raised(Struct, frozen=True):
    """The call failed outside a step. `retry_at_ms` is None where the SDK names no time."""

    error: dict[str, Any]
    retriable: bool = True
    retry_at_ms: int | None = None


Reply = Returned | Stepped | Raised
_ops = msgspec.json.Decoder(list[StepOp])


def call_body(context: Mapping[str, Any], event: bytes, memos: Mapping[str, bytes]) -> bytes:
    """The JSON of a call request. `memos` are finished steps in the order in which they finished.

    `use_api` stays false: in one process no request is too large to carry its steps.
    """
    stack = {"current": len(memos), "stack": list(memos)}
    request = {
        "ctx": {**context, "stack": stack, "use_api": False},
        "event": Raw(event),
        "events": [Raw(event)],
        "steps": {step: Raw(memo) for step, memo in memos.items()},
        "use_api": False,
        "version": 1,
    }
    return msgspec.json.encode(request)


def parse_reply(status: int, headers: Mapping[str, str], body: bytes, now_ms: int) -> Reply:
    """What the SDK answered. Anything that is no answer of an SDK is a retriable error."""
    retriable = headers.get("x-inngest-no-retry") != "true"
    if headers.get("x-inngest-sdk-handled") != "true":
        text = body[:200].decode("utf-8", "replace")
        return Raised({"name": "Error", "message": f"HTTP {status}, not from an Inngest SDK: {text}"})
    try:
        if status == 206:
            return Stepped(tuple(_ops.decode(body)), retriable)
        if 200 <= status < 300:
            return Returned(bytes(msgspec.json.decode(body or b"null", type=Raw)))
        error = msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError) as slip:
        return Raised({"name": "Error", "message": f"HTTP {status} with a body that cannot be read: {slip}"})
    if not isinstance(error, dict):
        error = {"name": "Error", "message": f"HTTP {status}: {error}"}
    return Raised(error, retriable, _retry_at(headers.get("retry-after"), now_ms))


def _retry_at(value: str | None, now_ms: int) -> int | None:
    if not value:
        return None
    try:
        at_ms = now_ms + int(value) * 1000 if value.isdigit() else timestamp_ms(value)
    except ValueError:
        return None
    return min(max(at_ms, now_ms + MIN_RETRY_MS), now_ms + MAX_RETRY_MS)


def timestamp_ms(text: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 time. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def memo_data(data: bytes) -> bytes:
    """A step's output as the SDK wants to see it again."""
    return b'{"data":' + data + b"}"


def memo_error(error: Mapping[str, Any]) -> bytes:
    """A step's last error as the SDK wants to see it again: it raises StepError."""
    kept = {"message": error.get("message") or "", "name": error.get("name") or "Error", "stack": error.get("stack")}
    return b'{"error":' + msgspec.json.encode(kept) + b"}"


def signature(body: bytes, signing_key: str, now_ms: int) -> str:
    """`X-Inngest-Signature`: HMAC-SHA256 over the canonical JSON (RFC 8785) and the time in seconds."""
    seconds = str(now_ms // 1000)
    key = _SIGNING_PREFIX.sub("", signing_key).encode()
    return f"t={seconds}&s={hmac.new(key, canonical(body) + seconds.encode(), hashlib.sha256).hexdigest()}"


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


_WITHOUT_FRACTIONS = msgspec.json.Decoder(float_hook=_refuse)


def canonical(body: bytes) -> bytes:
    """JSON in the form of RFC 8785. msgspec gives the same bytes, many times as fast, for all but rare bodies.

    Those are fractions and large numbers, which RFC 8785 writes as JavaScript does, and characters beyond U+FFFF, by
    which it sorts names differently.
    """
    if body.isascii() and b"\\u" not in body and not _SIXTEEN_DIGITS.search(body):
        with suppress(msgspec.DecodeError):
            return msgspec.json.encode(_WITHOUT_FRACTIONS.decode(body), order="sorted")
    return bytes(jcs.canonicalize(json.loads(body)))


def request_headers(body: bytes, signing_key: str, now_ms: int) -> dict[str, str]:
    """The headers of a signed request to the SDK."""
    return {
        "content-type": "application/json",
        "x-inngest-server-kind": "cloud",
        "x-inngest-signature": signature(body, signing_key, now_ms),
    }


def registered_functions(status: int, body: bytes) -> list[Mapping[str, Any]]:
    """The function configurations of an in-band sync. Raises ValueError where there are none."""
    try:
        answer = msgspec.json.decode(body)
    except msgspec.DecodeError:
        answer = None
    functions = answer.get("functions") if isinstance(answer, dict) else None
    if status != 200 or not isinstance(functions, list):
        raise ValueError(f"The application did not register its functions (HTTP {status}): {body[:200]!r}")
    return functions
