"""The wire between an Inngest server and its SDK: what a call carries, and what its reply says.

Pure. Sources: inngest-py 0.5.19 `_internal/{comm_lib,execution_lib,server_lib,net}`; where the SDK leaves the server's
side open, the behaviour of the Inngest server of 2026 (named at the line).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Raw, Struct

ROOT_STEP = "step"
FUNCTION_FAILED = "inngest/function.failed"
FUNCTION_FINISHED = "inngest/function.finished"
FUNCTION_CANCELLED = "inngest/function.cancelled"
LIFECYCLE = frozenset({FUNCTION_FAILED, FUNCTION_FINISHED, FUNCTION_CANCELLED})
SCHEDULED = "inngest/scheduled.timer"
MIN_RETRY_MS, MAX_RETRY_MS = 1_000, 24 * 3_600_000  # the server clips Retry-After to these


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
    """An event as functions and expressions see it. `ts` is milliseconds since 1970; `id` names what happened."""

    name: str
    data: dict[str, Any] = {}
    id: str = ""
    ts: int = 0


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
    return Raised(error, retriable, _retry_at(headers.get("retry-after", ""), now_ms))


def _retry_at(value: str, now_ms: int) -> int | None:
    with suppress(ValueError):
        at_ms = now_ms + int(value) * 1000 if value.isdigit() else timestamp_ms(value)
        return min(max(at_ms, now_ms + MIN_RETRY_MS), now_ms + MAX_RETRY_MS)
    return None


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
