"""What every request passes first: counting, faults, latency, authentication, rate limits and their headers."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from email.utils import format_datetime
from typing import TYPE_CHECKING

import jwt
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.fakehub.calls import ApiError, Caller, answer
from tests.fakehub.faults import Fault
from tests.fakehub.ledger import BILLABLE, Budget, RequestKind, Seen

if TYPE_CHECKING:
    from tests.fakehub.service import Service

OPEN_PATHS = ("/login/", "/apps/", "/settings/", "/avatars/", "/_control", "/app-manifests/", "/codeload/")
LONGEST_JWT_S = 600


class ConnectionCut(Exception):
    """Raised where the connection is to end without a (whole) answer."""


class Gate:
    """Around the whole fake GitHub; outermost, since `cut` and `drop` need the server's own connection."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_control"):
            await self.app(scope, receive, send)
            return
        ledger = self.service.ledger
        ledger.in_flight += 1
        ledger.peak_in_flight = max(ledger.peak_in_flight, ledger.in_flight)
        try:
            await self._handle(scope, receive, send)
        except ConnectionCut:
            await _close_connection(send, receive)
        finally:
            ledger.in_flight -= 1

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self.service
        method, path = scope["method"], scope["path"]
        inner = path.removeprefix("/api/v3").removeprefix("/api") if path.startswith("/api/") else path
        kind = _kind(method, inner)
        body = b""
        if kind == "graphql":
            body, receive = await _buffer(receive)
        caller, refusal = self._identify(Headers(scope=scope), inner)
        scope.setdefault("state", {})["caller"] = caller
        if caller.is_app and kind == "rest":
            kind = "app"
        budget = self._budget(caller, kind)
        sender = self._decorate(send, Seen(kind, method, inner, caller.principal, time.monotonic()), budget)
        if service.latency_s:
            await asyncio.sleep(service.latency_s)
        fault = service.faults.pick(method, inner, body.count(b'"R_'))
        if fault is not None and fault.kind == "cut":
            await self.app(scope, receive, _cutting(sender))
            return
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.retry_after_s)
        elif fault is not None and fault.kind == "held":
            while fault in service.faults.rules:
                await asyncio.sleep(0.01)
        elif fault is not None:
            await (await self._fail(fault, kind, budget))(scope, receive, sender)
            return
        response = refusal or self._limit(caller, method, kind, budget)
        await (response or self.app)(scope, receive, sender)

    def _identify(self, headers: Headers, path: str) -> tuple[Caller, Response | None]:
        """Who asks; a refusal when the credentials are bad."""
        value = headers.get("authorization", "")
        scheme, _, credential = value.partition(" ")
        if not value or scheme.lower() == "basic" or path.startswith(OPEN_PATHS):
            return Caller(), None
        if credential.count(".") == 2:
            return self._identify_app(credential)
        token = self.service.world.tokens.get(credential)
        now = self.service.world.now()
        bad = answer(ApiError(401, "Bad credentials").body, 401)
        if token is None or token.revoked or (token.expires_at is not None and now >= token.expires_at):
            return Caller(), bad
        if token.installation is not None and token.installation.deleted:
            return Caller(), bad
        if token.installation is not None and token.installation.suspended_at is not None:
            return Caller(token=token), answer(ApiError(403, "This installation has been suspended").body, 403)
        return Caller(token=token), None

    def _identify_app(self, credential: str) -> tuple[Caller, Response | None]:
        app = self.service.app_record
        now = self.service.world.now().timestamp()
        message = ""
        try:
            claims = jwt.decode(
                credential,
                app.public_key,
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "require": ["iat", "exp", "iss"]},
            )
        except jwt.InvalidTokenError:
            return Caller(), answer(ApiError(401, "A JSON web token could not be decoded").body, 401)
        if str(claims["iss"]) not in {str(app.id), app.client_id}:
            message = "Integration not found"
        elif claims["iat"] > now:
            message = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        elif claims["exp"] <= now:
            message = "'Expiration time' claim ('exp') must be a numeric value representing the future time"
        elif claims["exp"] - now > LONGEST_JWT_S:
            message = "'Expiration time' claim ('exp') is too far in the future"
        if message:
            return Caller(), answer(ApiError(401 if "found" not in message else 404, message).body, 401)
        return Caller(is_app=True), None

    def _budget(self, caller: Caller, kind: RequestKind) -> Budget | None:
        if kind not in BILLABLE:
            return None
        limit = caller.installation.hourly_limit if caller.installation else 5000 if caller.user else 60
        resource = "graphql" if kind == "graphql" else "core"
        now = self.service.world.now().timestamp()
        return self.service.ledger.budget(caller.principal, resource, limit, now)

    def _limit(self, caller: Caller, method: str, kind: RequestKind, budget: Budget | None) -> Response | None:
        """A refusal when a limit is used up; else the request is charged."""
        if budget is None:
            return None
        if budget.remaining == 0:
            return _primary(kind, caller.principal)
        wait_s = self.service.ledger.spend_points(caller.principal, 1 if method == "GET" or kind == "graphql" else 5)
        if wait_s:
            return _secondary(429, wait_s)
        if method != "GET" and kind == "rest":
            wait_s = self.service.ledger.create_content(caller.principal)
            if wait_s:
                return _secondary(403, wait_s, "have been temporarily blocked from content creation. Please retry your")
        budget.used += 1
        return None

    async def _fail(self, fault: Fault, kind: RequestKind, budget: Budget | None) -> Response:
        """The answer of a fault."""
        match fault.kind:
            case "error":
                return HTMLResponse("<html><body>Unicorn! This page is taking too long to load.</body></html>", 500)
            case "bad-gateway":
                return answer({"message": "Server Error"}, 502)
            case "primary":
                if budget is not None:
                    budget.used = budget.limit
                    budget.reset_at = self.service.world.now().timestamp() + fault.retry_after_s
                return _primary(kind, "this caller")
            case "secondary":
                return _secondary(429, fault.retry_after_s)
            case "abuse":
                return _secondary(403, fault.retry_after_s)
            case "missing":
                return answer(ApiError(404, "Not Found").body, 404)
            case "blocked":
                return answer(ApiError(451, "Repository access blocked").body, 451)
            case "unauthorized":
                return answer(ApiError(401, "Bad credentials").body, 401)
            case "not-ready":
                return Response(status_code=202)
            case "timeout":
                message = "Something went wrong while executing your query. This may be the result of a timeout"
                return answer({"data": None, "errors": [{"message": f"{message}, or it could be a GitHub bug."}]})
            case "hang":
                await self.service.released.wait()
                raise ConnectionCut
            case _:
                raise ConnectionCut

    def _decorate(self, send: Send, seen: Seen, budget: Budget | None) -> Send:
        """Send with GitHub's headers; the request is recorded with its status."""
        service = self.service

        async def decorated(message: Message) -> None:
            if message["type"] == "http.response.start":
                service.ledger.record(
                    Seen(seen.kind, seen.method, seen.path, seen.principal, seen.at, int(message["status"]))
                )
                headers = MutableHeaders(scope=message)
                headers["date"] = format_datetime(service.world.now(), usegmt=True)
                headers["server"] = "github.test"
                headers["x-github-request-id"] = uuid.uuid4().hex[:20].upper()
                headers["x-github-media-type"] = "github.v3; format=json"
                if budget is not None:
                    resource = "graphql" if seen.kind == "graphql" else "core"
                    headers["x-ratelimit-limit"] = str(budget.limit)
                    headers["x-ratelimit-remaining"] = str(budget.remaining)
                    headers["x-ratelimit-used"] = str(budget.used)
                    headers["x-ratelimit-reset"] = str(int(budget.reset_at) + 1)
                    headers["x-ratelimit-resource"] = resource
            await send(message)

        return decorated


async def _close_connection(send: Send, receive: Receive) -> None:
    """Close the socket under uvicorn's request cycle: ASGI has no word for it."""
    cycle = getattr(send, "__self__", None)
    if cycle is None:
        raise RuntimeError("the gate must be the outermost application for cut and drop to work")
    cycle.transport.close()
    for _ in range(100):
        if (await receive())["type"] == "http.disconnect":
            return


def _kind(method: str, path: str) -> RequestKind:
    if path == "/graphql":
        return "graphql"
    if path.startswith("/codeload/"):
        return "codeload"
    if path.endswith("/access_tokens") and method == "POST":
        return "token"
    if path == "/rate_limit" or path == "/meta" or path.startswith(OPEN_PATHS):
        return "web"
    return "archive" if "/tarball" in path and path.startswith(("/repos/", "/repositories/")) else "rest"


def _primary(kind: RequestKind, principal: str) -> Response:
    message = f"API rate limit exceeded for {principal}."
    if kind == "graphql":
        return answer({"errors": [{"type": "RATE_LIMITED", "code": "graphql_rate_limit", "message": message}]})
    return answer(ApiError(403, message).body, 403)


def _secondary(status: int, wait_s: float, blocked: str = "") -> Response:
    message = "You have exceeded a secondary rate limit"
    message += (
        f" and {blocked} request again later." if blocked else ". Please wait a few minutes before you try again."
    )
    return answer(ApiError(status, message).body, status, {"retry-after": str(max(1, round(wait_s)))})


async def _buffer(receive: Receive) -> tuple[bytes, Receive]:
    """The whole request body, and a receive that gives it again."""
    chunks, more = [], True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"".join(chunks)
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return body, again


def _cutting(send: Send) -> Send:
    """Send that drops the content length, lets half of the first body chunk through and breaks off."""

    async def cutting(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if "content-length" in headers:
                del headers["content-length"]
            await send(message)
            return
        half = message.get("body", b"")
        await send({"type": "http.response.body", "body": half[: len(half) // 2], "more_body": True})
        raise ConnectionCut

    return cutting


def dumps(payload: object) -> bytes:
    """JSON as GitHub writes webhooks: compact, ASCII."""
    return json.dumps(payload, separators=(",", ":")).encode()
