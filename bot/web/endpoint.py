"""One API call as a value: its address, types and handler. Routes and the OpenAPI document are both made from these."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.storage.views_repositories import RepositoryItem, find_repository
from bot.web import slips
from bot.web.access import Viewer
from bot.web.api_access import authorize
from bot.web.api_queries import Nothing
from bot.web.deps import Web
from bot.web.errors import rate_of

BODY_MAX_BYTES = 65_536
ABOUT = "About"
"""The group of the calls that tell of the API itself."""
Q = TypeVar("Q")

MISSING = "There is no such thing here, or this token may not see it."


@dataclass(frozen=True)
class Call:
    """One call under way. `query` and `body` are values of the endpoint's types."""

    web: Web
    request: Request
    viewer: Viewer
    query: Struct
    body: Struct

    def read(self, kind: type[Q]) -> Q:
        """The query or body as `kind`, whichever it is."""
        for value in (self.query, self.body):
            if isinstance(value, kind):
                return value
        raise TypeError(f"this endpoint takes no {kind.__name__}")

    async def repository(self) -> RepositoryItem:
        """The repository of the path. Raises 404 for one that is unknown or that the token may not see."""
        params = self.request.path_params
        async with self.web.db.read() as session:
            found = await find_repository(session, self.viewer.scope, params["owner"], params["repo"])
        if found is None:
            raise HTTPException(404, MISSING)
        return found

    def next_link(self, cursor: str) -> dict[str, str]:
        """The `Link` header to the next page; empty at the end."""
        if not cursor:
            return {}
        query = self.request.url.include_query_params(cursor=cursor).query
        path = quote(self.request.scope["path"])  # the scope's is decoded, and a header takes no such letters
        return {"link": f'<{self.web.settings.radar_public_url}{path}?{query}>; rel="next"'}


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True)
class Endpoint:
    """One method of one path. `answers`: type by status; `finds`: whether its query or body names what may be missing.

    Which problems it may answer with follows from the rest.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    summary: str
    tag: str
    answers: Mapping[int, type[Struct] | str]
    query: type[Struct] = Nothing
    body: type[Struct] | None = None
    scope: Literal["read", "write"] = "read"
    is_open: bool = False
    finds: bool = False

    @property
    def operation_id(self) -> str:
        """The handler's name."""
        return str(getattr(self.handler, "__name__", self.path))

    @property
    def problems(self) -> list[int]:
        """The statuses of the problems that it may answer with, in rising order."""
        may_happen = {
            400: self.query is not Nothing or self.body is not None,
            401: not self.is_open,
            403: self.scope == "write",
            404: self.finds or "{" in self.path,
            413: self.body is not None,
            415: self.body is not None,
            429: not self.is_open,
            503: not self.is_open,
        }
        return [status for status, may in may_happen.items() if may]


def endpoint_route(web: Web, endpoint: Endpoint) -> Route:
    """The route: token, rate, query and body are checked here, before the handler sees the call."""

    async def answer(request: Request) -> Response:
        viewer = await authorize(web, request, scope=endpoint.scope, is_open=endpoint.is_open)
        call = Call(web, request, viewer, _query(request, endpoint.query), await _body(request, endpoint.body))
        response = await endpoint.handler(call)
        response.headers.update(rate_of(request))
        return response

    return Route(endpoint.path, answer, methods=[endpoint.method], name=endpoint.operation_id)


def reply(call: Call, value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as JSON. A GET carries an ETag, and is 304 when the caller has it already."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    sent = {"vary": "authorization", "cache-control": "private, no-cache", **(headers or {})}
    if status == 200 and call.request.method in {"GET", "HEAD"}:
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        sent["etag"] = f"W/{etag}"
        known = {tag.strip().removeprefix("W/") for tag in call.request.headers.get("if-none-match", "").split(",")}
        if known & {etag, "*"}:
            return Response(status_code=304, headers=sent)
    return Response(body, status, sent, media_type="application/json")


def _query(request: Request, kind: type[Struct]) -> Struct:
    given = request.query_params.multi_items()
    if wrong := slips.twice(name for name, _ in given) or slips.with_nul(given, "query"):
        raise HTTPException(400, wrong)
    try:
        return msgspec.convert(dict(given), kind, strict=False)
    except msgspec.ValidationError as error:
        raise HTTPException(400, slips.slip(error, kind, "query")) from None


async def _body(request: Request, kind: type[Struct] | None) -> Struct:
    if kind is None:
        return Nothing()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise HTTPException(413, "The body is larger than 64 KiB. Send less.")
    if not body.strip():
        body[:] = b"{}"
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if bytes(body) != b"{}" and given != "application/json" and not given.endswith("+json"):
        raise HTTPException(415, "Send the body as application/json.")
    try:
        found = msgspec.json.decode(bytes(body), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HTTPException(400, slips.slip(error, kind, "body")) from None
    if wrong := slips.with_nul(msgspec.structs.asdict(found).items(), "body"):
        raise HTTPException(400, wrong)
    return found
