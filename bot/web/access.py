"""Who is asking, and what they may do: strangers, people signed in with GitHub, the operator, API tokens.

| role     | sees                                              | may                                                   |
|----------|---------------------------------------------------|-------------------------------------------------------|
| stranger | public repositories                               | nothing                                               |
| user     | public ones, and what GitHub shows them           | refresh with write permission; batches, runs and      |
|          |                                                   | deliveries of installations they administer           |
| operator | everything (came by the link in the terminal)     | everything                                            |
| token    | its installation, or everything                   | reads; with scope `write` also queues                 |

What a person may see is asked of GitHub again every `RECHECK_S` seconds and forgotten when GitHub refuses.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog
from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

from bot.model.errors import FinalError, UserError, WorldError
from bot.model.records import ApiToken
from bot.model.sign_in import SignedIn, UserAccess
from bot.storage import sessions, tokens
from bot.storage.sealed import seal, unseal
from bot.storage.sessions import WebSession
from bot.storage.views_repositories import RepositoryItem
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope
from bot.web.deps import Web

COOKIE = "radar_session"
SESSION_DAYS = 14
RECHECK_S = 300.0
TRUSTED_S = 1800.0
"""While GitHub does not answer, what it last said counts for this long."""

log = structlog.get_logger()


class Role(StrEnum):
    """Who is asking."""

    STRANGER = "stranger"
    USER = "user"
    OPERATOR = "operator"
    TOKEN = "token"  # noqa: S105 - a role, not a secret


@dataclass(frozen=True)
class Viewer:
    """One caller. `can_write`: an API token's scope. `administers`: batches, runs and deliveries are shown."""

    role: Role
    scope: Scope
    login: str = ""
    user_id: int = 0
    session_digest: str = ""
    can_write: bool = False
    administers: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Whether this is a person with a session."""
        return self.role in {Role.USER, Role.OPERATOR}


STRANGER = Viewer(Role.STRANGER, PUBLIC)


async def viewer_of(web: Web, request: Request) -> Viewer:
    """The person behind the request's cookie; a stranger where there is none, or it is over or revoked."""
    secret = _cookie_secret(web, request)
    if not secret:
        return STRANGER
    digest = sessions.digest_of(secret)
    async with web.db.read() as session:
        found = await sessions.find(session, digest, web.clock())
        administers = found is not None and await sessions.administers(session, found.user_id)
    if found is None:
        return STRANGER
    if found.role == "operator":
        return Viewer(Role.OPERATOR, EVERYTHING, "operator", 0, digest, can_write=True, administers=True)
    if _age_s(web, found) >= RECHECK_S:
        if not await _is_still_granted(web, found):
            return STRANGER
        async with web.db.read() as session:
            found = await sessions.find(session, digest, web.clock()) or found
            administers = await sessions.administers(session, found.user_id)
    seen = Scope(user_id=found.user_id, access=found.access)
    return Viewer(Role.USER, seen, found.login, found.user_id, digest, administers=administers)


async def may_write(web: Web, viewer: Viewer, repository: RepositoryItem) -> bool:
    """Whether the viewer may ask for a refresh of a repository that they can see."""
    if viewer.role is Role.USER:
        async with web.db.read() as session:
            return await sessions.permission(session, viewer.user_id, repository.id) in {"write", "admin"}
    return viewer.can_write


async def maker_administers(web: Web, token: ApiToken) -> bool:
    """Whether the person who made an API token still administers its installation, asked of GitHub as for their pages.

    Raises WorldError when GitHub has not answered for too long to go by what it said.
    """
    now = web.clock()
    async with web.db.read() as session:
        signed_in = await sessions.newest_of(session, token.user_id, now)
    if signed_in is not None and _age_s(web, signed_in) >= RECHECK_S and not await _is_still_granted(web, signed_in):
        async with web.db.read() as session:
            if await sessions.find(session, signed_in.digest, now) is not None:
                raise WorldError("GitHub does not say what the maker of this token may do.", retry_after_s=RECHECK_S)
    async with web.db.read() as session:
        return await tokens.is_vouched(session, token.id, now)


async def sign_in_operator(web: Web, response: Response, token: str) -> bool:
    """Begin an operator's session if `token` is the one printed in the terminal."""
    if not hmac.compare_digest(token.encode(), web.operator_token.encode()):
        return False
    await _begin(web, response, role="operator")
    return True


async def sign_in_user(web: Web, response: Response, person: SignedIn, access: UserAccess) -> None:
    """Begin a person's session with what GitHub shows them."""
    await _begin(web, response, role="user", person=person)
    digest = await _keep(web, person.user_id, access)
    web.figures.begin(Scope(user_id=person.user_id, access=digest))


async def sign_out(web: Web, viewer: Viewer, response: Response) -> None:
    """End this browser's session."""
    async with web.db.write() as session:
        await sessions.remove(session, viewer.session_digest)
    response.delete_cookie(COOKIE, path="/")


def form_token(web: Web, viewer: Viewer) -> str:
    """What every form of this session carries against cross-site requests."""
    return Signer(web.secret_key, salt="radar form").get_signature(viewer.session_digest.encode()).decode()


def is_own_form(web: Web, viewer: Viewer, request: Request, token: str) -> bool:
    """Whether a form was made for this session and sent from our own page."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    return viewer.is_signed_in and hmac.compare_digest(token.encode(), form_token(web, viewer).encode())


def _cookie_secret(web: Web, request: Request) -> str:
    cookie = request.cookies.get(COOKIE, "")
    try:
        return Signer(web.secret_key, salt="radar session").unsign(cookie).decode() if cookie else ""
    except (BadSignature, UnicodeError):
        return ""


async def _begin(web: Web, response: Response, *, role: str, person: SignedIn | None = None) -> None:
    secret = secrets.token_urlsafe(32)
    now = web.clock()
    kept = WebSession(
        digest=sessions.digest_of(secret),
        role=role,
        user_id=person.user_id if person else 0,
        login=person.login if person else "operator",
        token_sealed=seal(person.token, web.secret_key) if person else "",
        created_at=now,
        expires_at=now + timedelta(days=SESSION_DAYS),
        checked_at=now if person else None,
    )
    async with web.db.write() as session:
        await sessions.add(session, kept)
    response.set_cookie(
        COOKIE,
        Signer(web.secret_key, salt="radar session").sign(secret).decode(),
        max_age=SESSION_DAYS * 86_400,
        path="/",
        httponly=True,
        secure=web.settings.radar_public_url.startswith("https://"),
        samesite="lax",
    )


async def _keep(web: Web, user_id: int, access: UserAccess) -> str:
    async with web.db.write() as session:
        return await sessions.keep_access(
            session,
            user_id,
            repositories=access.repositories,
            installations=access.installations,
            checked_at=web.clock(),
        )


async def _is_still_granted(web: Web, found: WebSession) -> bool:
    """Ask GitHub again when its last answer is old; one question a person at a time."""
    lock = web.rechecks.setdefault(found.user_id, asyncio.Lock())
    async with lock:
        async with web.db.read() as session:
            current = await sessions.find(session, found.digest, web.clock())
        if current is None:
            return False
        age_s = _age_s(web, current)
        return age_s < RECHECK_S or await _recheck(web, current, age_s)


def _age_s(web: Web, found: WebSession) -> float:
    """How long ago GitHub said what the person may see."""
    return (web.clock() - (found.checked_at or found.created_at)).total_seconds()


async def _recheck(web: Web, found: WebSession, age_s: float) -> bool:
    if web.sign_in is None:
        return False
    try:
        await _keep(web, found.user_id, await web.sign_in.access(unseal(found.token_sealed, web.secret_key)))
    except (FinalError, UserError) as error:
        log.info("signed out", login=found.login, reason=error.message)
        async with web.db.write() as session:
            await sessions.remove_user(session, found.user_id)
        return False
    except WorldError as error:
        log.warning("access not re-checked", login=found.login, reason=error.message)
        return age_s < TRUSTED_S
    return True
