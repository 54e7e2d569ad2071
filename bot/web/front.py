"""What answers while one set of parts is in use: it counts the requests under way, so that it can be left in order."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.errors import answer


class Front:
    """An ASGI application around `app`; `leave` waits for what is under way in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._under_way = 0
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._under_way += 1
        self._is_empty.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._is_empty.set()

    async def leave(self, timeout_s: float) -> int:
        """Wait until the last request is answered, at most so long; how many are not."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._is_empty.wait()
        except TimeoutError:
            return self._under_way
        return 0


def standby(part: str, detail: str) -> ASGIApp:
    """What answers while a part is awaited at the start: alive, not ready, and 503 for all that needs the part.

    GitHub takes a 503 for a failed delivery, which is recovered later.
    """

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        await _standing_by(Request(scope), part, detail)(scope, receive, send)

    return respond


def _standing_by(request: Request, part: str, detail: str) -> Response:
    path = request.url.path
    if path == "/healthz":
        return PlainTextResponse("ok\n")
    if path == "/readyz":
        body = {"ready": False, "parts": {part: {"ok": False, "detail": detail}}}
        return Response(msgspec.json.encode(body), 503, media_type="application/json")
    words = f"The bot is starting and waits for its {part}: {detail}."
    return answer(request, 503, words, headers={"retry-after": "5"})
