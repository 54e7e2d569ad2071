"""The API's door: a bearer token, its scope, its installation, its rate. Loopback opens nothing."""

from __future__ import annotations

import hmac
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.storage import tokens
from bot.storage.views_scope import EVERYTHING, Scope
from bot.web.access import STRANGER, Role, Viewer, maker_administers
from bot.web.deps import Web

CHALLENGE = {"www-authenticate": 'Bearer realm="Repo Radar"'}
NOT_VOUCHED = (
    "Who made this token no longer administers the account on GitHub, or has not signed in for a month. "
    "Somebody who does can make a new one."
)


async def authorize(web: Web, request: Request, *, scope: Literal["read", "write"], is_open: bool) -> Viewer:
    """The caller behind the token. The rate's headers are left on the request for its answer, whatever it will be.

    Raises 401 without a valid token, 403 for a token without the scope, 429 beyond its rate.
    """
    if is_open:
        return STRANGER
    viewer = await token_viewer(web, request)
    now_s = web.clock().timestamp()
    allowance = await web.limiter.take(viewer.login, now_s, per_minute=web.settings.radar_api_per_minute)
    request.state.rate = allowance.headers()
    if not allowance.allowed:
        raise HTTPException(429, f"This token may ask {allowance.limit} times a minute. Wait {allowance.reset_s} s.")
    if scope == "write" and not viewer.can_write:
        raise HTTPException(403, "This token may only read. Make one with the scope write.")
    return viewer


def _bearer(request: Request) -> str:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    secret = secret.strip()
    if kind.lower() != "bearer" or not secret:
        raise HTTPException(401, "Send a token: `Authorization: Bearer TOKEN`.", headers=CHALLENGE)
    return secret


async def token_viewer(web: Web, request: Request) -> Viewer:
    """The caller behind the request's token. Raises 401 without a valid one."""
    given = _bearer(request).encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(given, known.encode()) for known in web.settings.api_tokens]
    if any(matches):
        return Viewer(
            Role.TOKEN, EVERYTHING, f"RADAR_API_TOKEN {matches.index(True)}", can_write=True, administers=True
        )
    async with web.db.read() as session:
        found = await tokens.find(session, given.decode("utf-8", "replace"))
    if found is None:
        raise HTTPException(401, "This token is unknown or revoked.", headers=CHALLENGE)
    now = web.clock()
    if found.user_id and not await maker_administers(web, found):
        raise HTTPException(401, NOT_VOUCHED, headers=CHALLENGE)
    if found.last_used_at is None or now - found.last_used_at >= tokens.SEEN_STEP:
        async with web.db.write() as session:
            await tokens.mark_used(session, found, now=now)
    seen = EVERYTHING if found.installation_id is None else Scope(installation_id=found.installation_id)
    can_write = found.scope == "write"
    return Viewer(Role.TOKEN, seen, f"token {found.id}", found.user_id, can_write=can_write, administers=True)
