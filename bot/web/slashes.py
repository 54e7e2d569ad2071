"""`/repos/` leads to `/repos`: by a path alone, since Starlette's own redirect repeats whatever Host was sent."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.routing import Match, Router
from starlette.types import ASGIApp, Receive, Scope, Send


def lead_slashes_home(router: Router) -> None:
    """Replace the router's redirects of addresses with a slash too many."""
    router.redirect_slashes = False
    router.default = _led(router, router.default)


def _led(router: Router, otherwise: ASGIApp) -> ASGIApp:
    async def lead(scope: Scope, receive: Receive, send: Send) -> None:
        target = _without_slash(router, scope) if scope["type"] == "http" else ""
        await (RedirectResponse(target) if target else otherwise)(scope, receive, send)

    return lead


def _without_slash(router: Router, scope: Scope) -> str:
    """The path and query of the page that is meant; "" where there is none, or where browsers would see a host."""
    path: str = scope["path"]
    shorter = path.rstrip("/")
    if shorter in {"", path} or path.startswith("//"):
        return ""
    if all(route.matches({**scope, "path": shorter})[0] is Match.NONE for route in router.routes):
        return ""
    query = scope["query_string"].decode("latin-1")
    return quote(shorter) + (f"?{quote(query, safe='%&=+')}" if query else "")
