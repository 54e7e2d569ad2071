"""POST /api/github/webhooks: the shortest way from GitHub's bytes to the disk.

A raw ASGI endpoint, because it is the one address that must keep up: headers and the few fields that the inbox needs
are read, nothing else is parsed. Statuses are those of the contract.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import parse_qs

import msgspec
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.intake.envelope import read_delivery
from bot.intake.receive import Receiver
from bot.intake.signature import verify
from bot.model.errors import UserError, WorldError
from bot.web.deadlines import Deadlines

PATH: Final = "/api/github/webhooks"
MAX_BODY_BYTES: Final = 25 * 1024 * 1024
"""GitHub caps payloads at 25 MB."""
BODY_TIMEOUT_S: Final = 30.0
SMALL_BODY_BYTES: Final = 1024 * 1024
LARGE_AT_ONCE: Final = 8
"""Bodies beyond the small ones that are held in memory at once. Nobody has proven anything before the whole body is
there, so strangers may fill these places; GitHub's small deliveries, nearly all, need none."""
LARGE_FORM_BYTES: Final = 256 * 1024
"""Decoding a larger form takes long enough to leave the event loop for."""

TITLES: Final = {
    400: "Malformed delivery",
    401: "Bad signature",
    405: "Only POST",
    408: "Too slow",
    413: "Too large",
    415: "Wrong content type",
    503: "Not durable just now",
}

ACCEPTED: Final = b'{"ok":true,"status":"accepted","next_step":"See /deliveries for what becomes of it."}'
HELD: Final = b'{"ok":true,"status":"already held","next_step":"See /deliveries for what became of it."}'

_is_name = re.compile(rb"[!-~]{1,64}").fullmatch

log = structlog.get_logger("bot.web.webhook")


class _Refused(Exception):
    """Ends a request with a status of the contract; `detail` ends with what to do."""

    def __init__(self, status: int, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after_s = retry_after_s


class _Gone(Exception):
    """The client hung up before its body was complete."""


class _Head(NamedTuple):
    """The headers that matter, as sent."""

    event: str
    guid: str
    signature: bytes | None
    is_form: bool


class WebhookEndpoint:
    """The ASGI endpoint. `secrets` is asked each time, so that a rotation or `/setup` takes effect at once."""

    def __init__(
        self,
        receiver: Receiver,
        *,
        secrets: Callable[[], Sequence[bytes]],
        clock: Callable[[], datetime],
        observe_seconds: Callable[[float], object] = lambda _seconds: None,
    ) -> None:
        self._receiver = receiver
        self._secrets = secrets
        self._clock = clock
        self._observe_seconds = observe_seconds
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._deadlines = Deadlines(BODY_TIMEOUT_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        try:
            is_new = await self._handle(scope, receive)
        except _Gone:
            return
        except _Refused as refused:
            await _refuse(send, refused)
        else:
            await _answer(send, 202, ACCEPTED if is_new else HELD)
            self._observe_seconds(time.perf_counter() - started)

    async def _handle(self, scope: Scope, receive: Receive) -> bool:
        if scope["method"] != "POST":
            raise _Refused(405, "GitHub delivers webhooks by POST.")
        head = _read_head(scope["headers"])
        place = _Place(self._large)
        try:
            return await self._take(head, await _read_body(receive, place, self._deadlines))
        finally:
            place.leave()

    async def _take(self, head: _Head, raw: bytes) -> bool:
        if not verify(self._secrets(), raw, head.signature):
            raise _Refused(
                401, "X-Hub-Signature-256 does not fit. Compare the App's secret with GITHUB_WEBHOOK_SECRET."
            )
        body = await _json_of_form(raw) if head.is_form else raw
        try:
            delivery = read_delivery(head.event, head.guid, body, received_at=self._clock())
        except UserError as error:
            raise _Refused(400, str(error)) from error
        try:
            return await self._receiver.store(delivery)
        except WorldError as error:
            log.warning("delivery not stored", delivery=head.guid, reason=error.message)
            raise _Refused(503, f"{error.message} It is recovered later.", error.retry_after_s or 5.0) from error
        except Exception as error:
            log.error("delivery not stored", delivery=head.guid, exc_info=error)
            raise _Refused(503, "The delivery could not be stored; the log has the details.", 60.0) from error


def webhook_first(endpoint: ASGIApp, app: ASGIApp) -> ASGIApp:
    """`app`, with deliveries sent straight to `endpoint`, past the middleware and the router."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        is_delivery = scope["type"] == "http" and scope["path"] == PATH
        await (endpoint if is_delivery else app)(scope, receive, send)

    return dispatch


def _read_head(headers: Sequence[tuple[bytes, bytes]]) -> _Head:
    found = dict(headers)
    _check_length(found.get(b"content-length"))
    content_type = found.get(b"content-type", b"").split(b";", 1)[0].strip().lower()
    if content_type not in {b"application/json", b"application/x-www-form-urlencoded"}:
        raise _Refused(415, "Set the webhook's content type to application/json.")
    return _Head(
        event=_name(found.get(b"x-github-event"), "X-GitHub-Event"),
        guid=_name(found.get(b"x-github-delivery"), "X-GitHub-Delivery"),
        signature=found.get(b"x-hub-signature-256"),
        is_form=content_type != b"application/json",
    )


def _check_length(value: bytes | None) -> None:
    if value is not None and value.isdigit() and int(value) > MAX_BODY_BYTES:
        raise _too_large()


def _too_large() -> _Refused:
    return _Refused(413, "A delivery is at most 25 MiB. GitHub sends none that is larger.")


def _name(value: bytes | None, header: str) -> str:
    """A header's value that can be a key: 1 to 64 visible ASCII characters."""
    if value is None or not _is_name(value):
        raise _Refused(400, f"The header {header} is missing or odd. Send GitHub's delivery as it is.")
    return value.decode("ascii")


class _Place:
    """A request's place among the large bodies, taken when it proves to be one."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._is_taken = False

    async def take(self) -> None:
        """Wait for one, once."""
        if not self._is_taken:
            await self._places.acquire()
            self._is_taken = True

    def leave(self) -> None:
        """Give it back, if there is one."""
        if self._is_taken:
            self._is_taken = False
            self._places.release()


async def _read_body(receive: Receive, place: _Place, deadlines: Deadlines) -> bytes:
    """The raw body. What passes the limit is refused while it comes in; beyond a small one it takes a place."""
    chunks: list[bytes] = []
    size = 0
    try:
        with deadlines:
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise _Gone
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    raise _too_large()
                if size > SMALL_BODY_BYTES:
                    await place.take()
                if not message.get("more_body"):
                    return chunk if not chunks else b"".join((*chunks, chunk))
                chunks.append(chunk)
    except TimeoutError:
        raise _Refused(408, f"The body did not arrive within {BODY_TIMEOUT_S:.0f} s. Send it again.") from None


async def _json_of_form(raw: bytes) -> bytes:
    """The JSON of a form-encoded delivery, which GitHub puts into `payload`."""
    return await asyncio.to_thread(_payload_field, raw) if len(raw) > LARGE_FORM_BYTES else _payload_field(raw)


def _payload_field(raw: bytes) -> bytes:
    try:
        fields = parse_qs(raw.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=10)
        return fields["payload"][0].encode("utf-8")
    except (ValueError, KeyError):
        raise _Refused(400, "The form has no field payload. Send GitHub's delivery as it is.") from None


async def _refuse(send: Send, refused: _Refused) -> None:
    problem = {
        "type": "about:blank",
        "title": TITLES[refused.status],
        "status": refused.status,
        "detail": refused.detail,
    }
    headers = [(b"content-type", b"application/problem+json")]
    if refused.retry_after_s is not None:
        headers.append((b"retry-after", str(max(1, round(refused.retry_after_s))).encode()))
    if refused.status == 405:
        headers.append((b"allow", b"POST"))
    if refused.status in {405, 408, 413, 415}:
        headers.append((b"connection", b"close"))  # the rest of the body is not read
    await _answer(send, refused.status, msgspec.json.encode(problem), headers)


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    headers: Sequence[tuple[bytes, bytes]] = ((b"content-type", b"application/json"),),
) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
