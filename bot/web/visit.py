"""One page view: who looks, from where, and how the answer is drawn. Page handlers take a Visit and give a Response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.storage.views_repositories import RepositoryItem, find_repository
from bot.web.access import STRANGER, Viewer, form_token, is_own_form, viewer_of
from bot.web.deps import Web
from bot.web.paths import NUL
from bot.web.templates import render

FORM_MAX_BYTES = 65_536
COUNTING_S = 3


@dataclass(frozen=True)
class Visit:
    """A request with the viewer behind it."""

    web: Web
    request: Request
    viewer: Viewer

    def show(self, template: str, *, active: str = "", status: int = 200, **context: Any) -> Response:
        """The page, with what every page needs. With `counting` it says that figures lack and comes again."""
        shared = {
            "viewer": self.viewer,
            "form_token": form_token(self.web, self.viewer) if self.viewer.is_signed_in else "",
            "active": active,
            "back": address_of(self.request),
            "now": self.web.clock(),
            "path": self.request.url.path,
            "query": self.query,
            "github_web_url": self.web.settings.github_web_url,
            "public_url": self.web.settings.radar_public_url,
            "can_sign_in": self.web.sign_in is not None,
        }
        response = render(template, {**shared, **context}, status=status)
        if context.get("counting"):
            response.headers["refresh"] = f"{COUNTING_S}"
        return response

    @property
    def query(self) -> dict[str, str]:
        """The address's query; of a repeated name the last. NULs are left out: no value has one."""
        return {name: value.replace(NUL, "") for name, value in self.request.query_params.items()}

    async def repository(self) -> RepositoryItem:
        """The repository of the path. Raises 404 for one that is unknown or that the viewer may not see."""
        params = self.request.path_params
        async with self.web.db.read() as session:
            found = await find_repository(session, self.viewer.scope, params["owner"], params["repo"])
        if found is None:
            raise HTTPException(404, self.not_visible("repository"))
        return found

    def not_visible(self, what: str) -> str:
        """Why something is not found, without telling whether it exists."""
        hint = "" if self.viewer.is_signed_in else " Sign in to see what is private."
        return f"There is no such {what} here, or you may not see it.{hint}"

    def require_sign_in(self) -> None:
        """Raises a redirect to the sign-in page for strangers."""
        if not self.viewer.is_signed_in:
            target = quote(address_of(self.request), safe="")
            raise HTTPException(303, headers={"location": f"/sign-in?next={target}"})

    def require_admin(self) -> None:
        """Raises 403 for people who administer no installation, a redirect for strangers."""
        self.require_sign_in()
        if not self.viewer.administers:
            raise HTTPException(403, "This page is for people who administer an installation of the App.")


Handler = Callable[[Visit], Awaitable[Response]]


def page(web: Web, path: str, handler: Handler, *, name: str | None = None) -> Route:
    """A GET route to a page."""

    async def endpoint(request: Request) -> Response:
        return await handler(await _visit(web, request))

    return Route(path, endpoint, methods=["GET"], name=name or handler.__name__)


def address_of(request: Request) -> str:
    """The path and query that a sign-in leads back to; "" for the overview, where it leads anyway.

    Nor does it lead to `/setup`: what a foreign link has put into its address would seem to come from ourselves.
    """
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "" if target == "/" or target.startswith("/setup") or request.method != "GET" else target


async def _visit(web: Web, request: Request) -> Visit:
    """The visit; who looks is left on the request for an error page."""
    visit = Visit(web, request, await viewer_of(web, request))
    request.state.shown_to = {
        "viewer": visit.viewer,
        "back": address_of(request),
        "form_token": form_token(web, visit.viewer) if visit.viewer.is_signed_in else "",
    }
    return visit


def unknown_address(web: Web, otherwise: ASGIApp) -> ASGIApp:
    """A router's default: `otherwise` answers, and its error page greets who is signed in as every page does."""

    async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/api/"):
            await _visit(web, Request(scope))
        await otherwise(scope, receive, send)

    return nowhere


FormHandler = Callable[[Visit, dict[str, str]], Awaitable[Response]]


def form(web: Web, path: str, handler: FormHandler) -> Route:
    """A POST route of a form of ours: 403 unless it carries this session's token and comes from our own page."""

    async def endpoint(request: Request) -> Response:
        fields = await read_form(request)
        visit = await _visit(web, request)
        viewer = visit.viewer
        if viewer is STRANGER:
            raise HTTPException(403, "Your session is over. Sign in and send the form again.")
        if not is_own_form(web, viewer, request, fields.get("form_token", "")):
            raise HTTPException(403, "This form is not from a page of this session. Reload the page and send it again.")
        return await handler(visit, fields)

    return Route(path, endpoint, methods=["POST"], name=handler.__name__)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a URL-encoded form of at most 64 KiB and without a NUL. Raises 400 or 413 otherwise."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_MAX_BYTES:
            raise HTTPException(413)
    try:
        fields = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100))
    except (UnicodeDecodeError, ValueError):
        raise HTTPException(400, "The form could not be read.") from None
    if any(NUL in value for value in fields.values()):
        raise HTTPException(400, "A field of the form holds a character that no text has. Type it again.")
    return fields


def back_to(target: str) -> Response:
    """After a form: look at the page again (303). Only paths of ours are followed."""
    safe = target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"
    return RedirectResponse(safe, status_code=303)
