"""Takes deliveries from a webhook proxy while developing, where GitHub cannot reach this machine.

The proxy speaks smee's protocol (https://github.com/probot/smee.io): server-sent events whose data is JSON with the
delivery's headers as lower-case members beside `body`, `query` and `timestamp`. smee parses the body and so loses
GitHub's bytes; `spellings` writes the same JSON in each way that servers are known to, and the signature tells which
one GitHub sent. A proxy that sends the text itself (`rawBody`) is taken at its word.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
import structlog

from bot.intake.envelope import read_delivery
from bot.intake.receive import Receiver
from bot.intake.signature import verify
from bot.model.errors import UserError, WorldError

log = structlog.get_logger("bot.intake.proxy")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
SILENCE_S = 90.0
"""smee sends a ping every half minute; a connection that is silent for longer is dead."""
HTML_ESCAPES = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}
"""What Ruby on Rails writes as escapes in JSON, so that it may stand in a page."""
MAX_EVENT_CHARACTERS = 26 * 1024 * 1024


class WebhookProxy:
    """`run` listens to one channel until cancelled, and reconnects with growing pauses."""

    def __init__(
        self,
        url: str,
        receiver: Receiver,
        *,
        secrets: Callable[[], Sequence[bytes]],
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url = url
        self._receiver = receiver
        self._secrets = secrets
        self._clock = clock
        self._sleep = sleep

    async def run(self) -> None:
        """Take what the channel sends; never returns."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async for data in self._events():
                    pause_s = FIRST_PAUSE_S
                    await self.take(data)
            except httpx.HTTPError as error:
                log.warning("webhook proxy away", proxy=self._url, reason=type(error).__name__, retry_in_s=pause_s)
            await self._sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def take(self, data: str) -> bool:
        """Store one event of the channel; False for what is no verified delivery."""
        try:
            message = json.loads(data)
        except (ValueError, RecursionError):
            return False
        if not isinstance(message, dict) or "x-github-event" not in message:
            return False
        guid, signature = str(message.get("x-github-delivery", "")), str(message.get("x-hub-signature-256", ""))
        body = next((one for one in spellings(message) if verify(self._secrets(), one, signature)), None)
        if body is None:
            log.warning("delivery of the proxy refused", delivery=guid, reason="its signature does not fit")
            return False
        try:
            delivery = read_delivery(str(message["x-github-event"]), guid, body, received_at=self._clock())
            await self._receiver.store(delivery)
        except (UserError, WorldError) as error:
            log.warning("delivery of the proxy not stored", delivery=guid, reason=str(error))
            return False
        return True

    async def _events(self) -> AsyncIterator[str]:
        """The data of each event of the channel, while the connection lasts."""
        timeout = httpx.Timeout(10.0, read=SILENCE_S)
        headers = {"accept": "text/event-stream"}
        async with (
            httpx.AsyncClient(timeout=timeout, follow_redirects=True) as client,
            client.stream("GET", self._url, headers=headers) as answer,
        ):
            answer.raise_for_status()
            log.info("webhook proxy connected", proxy=self._url)
            async for data in event_data(answer.aiter_lines()):
                yield data


async def event_data(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """The `data` of each message event in a stream of lines (https://html.spec.whatwg.org/#server-sent-events)."""
    kind, held, size = "message", list[str](), 0
    async for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if held and kind == "message":
                yield "\n".join(held)
            kind, held, size = "message", [], 0
        elif field == "event":
            kind = value
        elif field == "data" and size + len(value) <= MAX_EVENT_CHARACTERS:
            held.append(value)
            size += len(value)


def spellings(message: Mapping[str, Any]) -> Iterator[bytes]:
    """The body's bytes as GitHub may have signed them: as JavaScript writes it first, escaped for HTML, in ASCII."""
    raw = message.get("rawBody")
    if isinstance(raw, str):
        yield raw.encode("utf-8", "surrogatepass")
        return
    for is_ascii in (False, True):
        text = json.dumps(message.get("body"), ensure_ascii=is_ascii, separators=(",", ":"))
        yield text.encode("utf-8", "surrogatepass")
        yield text.translate(HTML_ESCAPES).encode("utf-8", "surrogatepass")
