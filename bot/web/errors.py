"""What goes wrong, as a caller is told: one table from our errors to HTTP, shown as page or problem+json."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from bot.model.errors import FinalError, RadarError, UserError, WorldError
from bot.web.templates import render

STATUS: tuple[tuple[type[RadarError], int], ...] = ((UserError, 400), (WorldError, 503), (FinalError, 409))

TITLES = {
    400: "Not understood",
    404: "Not found",
    403: "Not allowed",
    401: "Not signed in",
    405: "Not a method of this address",
    429: "Too many requests",
    503: "Not able to just now",
    500: "Our fault",
}

DETAILS = {
    404: "There is nothing at this address. {everything} lists what there is.",
    405: "This address does not take this method. {everything} lists what there is.",
}
"""What is said where nobody said more, with the page that tells what there is instead."""

log = structlog.get_logger()


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457. `type` is about:blank: the status says the kind, `detail` what happened and what to do."""

    title: str
    status: int
    detail: str = ""
    instance: str = ""
    type: str = "about:blank"


def problem(
    status: int, detail: str, *, instance: str = "", title: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """A problem+json answer."""
    body = Problem(title=title or HTTPStatus(status).phrase, status=status, detail=detail, instance=instance)
    return Response(msgspec.json.encode(body), status, dict(headers or {}), media_type="application/problem+json")


def exception_handlers() -> dict[type[Exception] | int, ExceptionHandler]:
    """For `Starlette(exception_handlers=...)`: nothing that fails leaves as a bare 500."""
    handlers: dict[type[Exception] | int, ExceptionHandler] = {HTTPException: _http, Exception: _ours}
    for kind, _status in STATUS:
        handlers[kind] = _radar
    return handlers


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    headers = (error.headers if isinstance(error, HTTPException) else None) or {}
    return answer(request, status, "" if detail == HTTPStatus(status).phrase else detail, headers=headers)


async def _radar(request: Request, error: Exception) -> Response:
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    headers = {}
    if isinstance(error, WorldError):
        headers["retry-after"] = str(max(1, round(error.retry_after_s or 5)))
        log.warning("not able to answer", path=request.url.path, reason=str(error))
    return answer(request, status, str(error), headers=headers)


async def _ours(request: Request, error: Exception) -> Response:
    log.error("request failed", path=request.url.path, exc_info=error)
    told = getattr(request.state, "request_id", "")
    return answer(request, 500, f"Tell it to whoever runs the bot: the log has the details under `{told}`.")


def rate_of(request: Request) -> dict[str, str]:
    """The headers that say what is left of the rate of the request's token; empty where none was counted."""
    found: dict[str, str] = getattr(request.state, "rate", {})
    return found


def answer(request: Request, status: int, detail: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """The error as the caller reads it: problem+json under `/api/` and for whoever asks for JSON, else a page."""
    path = request.url.path
    headers = {**rate_of(request), **(headers or {})}
    is_api = path.startswith("/api/")
    detail = detail or DETAILS.get(status, "").format(everything="`/api`" if is_api else "The overview")
    if is_api or "text/html" not in request.headers.get("accept", "*/*").replace("*/*", "text/html"):
        return problem(status, detail, instance=path, headers=headers)
    title = TITLES.get(status, HTTPStatus(status).phrase)
    shown_to = getattr(request.state, "shown_to", {})
    context = {"title": title, "status": status, "detail": detail, **shown_to}
    return render("error.html", context, status=status, headers=headers)
