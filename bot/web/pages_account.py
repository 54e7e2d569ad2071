"""Signing in and out: with GitHub (OAuth of the App with state and PKCE), or as operator by the terminal's link."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.model.errors import FinalError, WorldError
from bot.web.access import sign_in_operator, sign_in_user, sign_out
from bot.web.deps import Web
from bot.web.visit import Visit, back_to, form, page

FLOW_COOKIE = "radar_sign_in"
FLOW_S = 600


def routes(web: Web) -> list[BaseRoute]:
    """The ways in, and out."""
    return [
        page(web, "/sign-in", sign_in),
        page(web, "/sign-in/operator", operator),
        page(web, "/sign-in/github", to_github),
        page(web, "/sign-in/github/callback", from_github),
        form(web, "/sign-out", leave),
    ]


async def sign_in(visit: Visit) -> Response:
    """How to sign in here."""
    return visit.show("sign_in.html", active="sign-in", target=visit.query.get("next", "/"))


async def operator(visit: Visit) -> Response:
    """The link that the terminal printed."""
    response = back_to(visit.query.get("next", "/"))
    if not await sign_in_operator(visit.web, response, visit.query.get("token", "")):
        raise HTTPException(
            403, "This sign-in link is not of the running bot. Use the one it printed at its last start."
        )
    return response


async def to_github(visit: Visit) -> Response:
    """Off to GitHub, with a state and a PKCE challenge that only this browser can answer."""
    web = visit.web
    if web.sign_in is None:
        raise HTTPException(
            404, "Sign-in with GitHub is not set up: it takes GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET."
        )
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    response = RedirectResponse(
        web.sign_in.authorize_url(state=state, code_challenge=challenge, redirect_uri=_callback(web)), status_code=303
    )
    flow = _flow(web).dumps({"state": state, "verifier": verifier, "next": visit.query.get("next", "/")})
    response.set_cookie(
        FLOW_COOKIE,
        flow,
        max_age=FLOW_S,
        path="/sign-in",
        httponly=True,
        secure=web.settings.radar_public_url.startswith("https://"),
        samesite="lax",
    )
    return response


async def from_github(visit: Visit) -> Response:
    """Back from GitHub with a code."""
    web = visit.web
    flow = _read_flow(web, visit.request.cookies.get(FLOW_COOKIE, ""))
    state = visit.query.get("state", "")
    if web.sign_in is None or flow is None or not hmac.compare_digest(state.encode(), flow["state"].encode()):
        raise HTTPException(400, "This sign-in was not begun in this browser, or it took too long. Begin again.")
    if "code" not in visit.query:
        raise HTTPException(403, "GitHub did not confirm the sign-in. Begin again and allow it there.")
    try:
        person = await web.sign_in.exchange(
            code=visit.query["code"], code_verifier=flow["verifier"], redirect_uri=_callback(web)
        )
        access = await web.sign_in.access(person.token)
    except FinalError as error:
        raise HTTPException(403, f"GitHub refused the sign-in: {error.message} Begin again.") from error
    except WorldError as error:
        raise HTTPException(503, "GitHub did not answer. Try again in a minute.") from error
    response = back_to(flow["next"])
    response.delete_cookie(FLOW_COOKIE, path="/sign-in")
    await sign_in_user(web, response, person, access)
    return response


async def leave(visit: Visit, _fields: dict[str, str]) -> Response:
    """Sign out here."""
    response = back_to("/")
    await sign_out(visit.web, visit.viewer, response)
    return response


def _callback(web: Web) -> str:
    return f"{web.settings.radar_public_url}/sign-in/github/callback"


def _flow(web: Web) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(web.secret_key, salt="radar sign-in")


def _read_flow(web: Web, cookie: str) -> dict[str, str] | None:
    try:
        flow: dict[str, str] = _flow(web).loads(cookie, max_age=FLOW_S)
    except BadSignature:
        return None
    return flow
