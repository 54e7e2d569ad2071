"""`/setup`: from nothing to a working GitHub App, by GitHub's manifest flow or by values entered by hand.

Never open to strangers: the one-time code printed in the terminal, or the operator's session, lets in. What GitHub
hands over goes to `.env` (mode 0600) and into use at once.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.config import Settings, normalise_private_key
from bot.model.errors import FinalError, UserError, WorldError
from bot.model.sign_in import AppCredentials
from bot.web.access import Role, viewer_of
from bot.web.deps import Web
from bot.web.env_file import write_env
from bot.web.visit import Visit, page, read_form

COOKIE = "radar_setup"
COOKIE_S = 3_600
NAME_MAX = 34
SECRET_MIN_CHARACTERS = 8
WEAK_SECRET_CHARACTERS = 20
"""`doctor` warns of a shorter one, too."""


def routes(web: Web) -> list[BaseRoute]:
    """The page, GitHub's way back to it, and the form of an App that exists."""

    async def import_app(request: Request) -> Response:
        visit = Visit(web, request, await viewer_of(web, request))
        return await _import(visit, await read_form(request))

    return [
        page(web, "/setup", setup),
        page(web, "/setup/created", created),
        page(web, "/setup/installed", installed),
        Route("/setup/import", import_app, methods=["POST"], name="import_app"),
    ]


async def setup(visit: Visit) -> Response:
    """What to do, and the button that takes the manifest to GitHub."""
    if "code" in visit.query:
        return _let_in(visit, visit.query["code"])
    nonce = _require_entry(visit)
    return _show(visit, nonce)


async def created(visit: Visit) -> Response:
    """Back from GitHub with a code that is worth the App's credentials, once."""
    nonce = _require_entry(visit)
    if not nonce or not hmac.compare_digest(visit.query.get("state", "").encode(), nonce.encode()):
        raise HTTPException(400, "This was not begun in this browser, or it took longer than an hour. Begin again.")
    if visit.web.set_up is None or "code" not in visit.query:
        raise HTTPException(400, "GitHub sent no code. Begin again at the set-up page.")
    try:
        found = await visit.web.set_up.convert(visit.query["code"])
    except FinalError as error:
        raise HTTPException(400, f"GitHub does not take this code: {error.message} Begin again.") from error
    except WorldError as error:
        raise HTTPException(503, "GitHub did not answer. Reload this page within the hour.") from error
    response = await _finish(visit, found, is_proven=True)
    response.delete_cookie(COOKIE, path="/setup")
    return response


async def installed(_visit: Visit) -> Response:
    """Where GitHub sends people after they installed the App; the webhook has done the rest already."""
    return RedirectResponse("/", status_code=303)


async def _import(visit: Visit, fields: Mapping[str, str]) -> Response:
    """Keep what GitHub takes; while it does not answer, only what is asked for once more."""
    nonce = _require_entry(visit)
    web = visit.web
    if not nonce or not hmac.compare_digest(fields.get("nonce", "").encode(), nonce.encode()):
        raise HTTPException(403, "This form is not of this browser. Open the set-up page again.")
    try:
        if "unproven" in fields:
            return await _finish(visit, _unproven(web, nonce), is_proven=False)
        found = _entered(fields, web.settings.github_web_url)
        if web.set_up is not None:
            found = await web.set_up.prove(found)
    except UserError as error:
        return _show(visit, nonce, entered=fields, error=str(error), status=400)
    except WorldError as error:
        web.unproven = (nonce, found)
        return _show(visit, nonce, entered=fields, error=str(error), status=503, may_save=True)
    return await _finish(visit, found, is_proven=True)


def _unproven(web: Web, nonce: str) -> AppCredentials:
    """What this browser typed while GitHub did not answer. Raises UserError when that is gone."""
    found, web.unproven = web.unproven, None
    if found is None or found[0] != nonce:
        raise UserError("What was typed is not here any more.", next_step="Type it again.")
    return found[1]


async def _finish(visit: Visit, found: AppCredentials, *, is_proven: bool) -> Response:
    """Put the credentials to use, and say what is left to do."""
    unsaved = await _put_to_use(visit.web, found)
    return visit.show(
        "setup_done.html",
        app=found,
        install_url=f"{found.html_url}/installations/new" if is_proven else "",
        is_proven=is_proven,
        unsaved=unsaved,
        is_weak=any(len(one.strip()) < WEAK_SECRET_CHARACTERS for one in found.webhook_secret.split(",")),
    )


def _let_in(visit: Visit, code: str) -> Response:
    """The printed code works once; from then on this browser's cookie does, for an hour."""
    web = visit.web
    expected = web.setup_code.encode()
    if web.is_setup_code_used or _is_configured(web) or not hmac.compare_digest(code.encode(), expected):
        raise HTTPException(403, "This link is used up or not of the running bot. Restart the bot for a new one.")
    web.is_setup_code_used = True
    response = RedirectResponse("/setup", status_code=303)
    response.set_cookie(
        COOKIE,
        _signer(web).dumps(secrets.token_urlsafe(24)),
        max_age=COOKIE_S,
        path="/setup",
        httponly=True,
        secure=web.settings.radar_public_url.startswith("https://"),
        samesite="lax",
    )
    return response


def _require_entry(visit: Visit) -> str:
    """The nonce of this browser's set-up. Raises 403 for whoever came without code or operator's session."""
    web = visit.web
    if not _is_configured(web):
        try:
            nonce: str = _signer(web).loads(visit.request.cookies.get(COOKIE, ""), max_age=COOKIE_S)
        except BadSignature:
            nonce = ""
        if nonce:
            return nonce
    if visit.viewer.role is Role.OPERATOR:
        return _operator_nonce(web, visit)
    raise HTTPException(403, "The set-up page opens with the link that the bot printed in the terminal at its start.")


def _operator_nonce(web: Web, visit: Visit) -> str:
    return hmac.new(web.secret_key.encode(), f"setup {visit.viewer.session_digest}".encode(), "sha256").hexdigest()


def _show(
    visit: Visit,
    nonce: str,
    *,
    entered: Mapping[str, str] | None = None,
    error: str = "",
    status: int = 200,
    may_save: bool = False,
) -> Response:
    """The page. Of what was `entered` only what is no secret stands in it again."""
    web = visit.web
    query = visit.query
    organisation = query.get("organisation", "").strip()
    public_url = web.settings.radar_public_url
    name = query.get("name", "").strip()[:NAME_MAX] or "Repo Radar"
    hook_url = web.settings.webhook_proxy_url or ""
    if visit.request.headers.get("sec-fetch-site") != "cross-site":  # a foreign link chooses no webhook address
        hook_url = query.get("hook", hook_url).strip()
    manifest: dict[str, Any] = {}
    if web.set_up is not None:
        manifest = dict(web.set_up.manifest(public_url=public_url, name=name))
        if hook_url:
            manifest["hook_attributes"] = {"url": hook_url, "active": True}
    return visit.show(
        "setup.html",
        status=status,
        error=error,
        may_save=may_save,
        entered={name: (entered or {}).get(name, "") for name in ("app_id", "client_id")},
        nonce=nonce,
        organisation=organisation,
        name=name,
        hook_url=hook_url,
        manifest=manifest,
        reasons=web.set_up.reasons() if web.set_up is not None else {},
        manifest_json=json.dumps(manifest),
        action=_creation_url(web.settings.github_web_url, organisation, nonce),
        is_configured=_is_configured(web),
        is_local=(urlsplit(public_url).hostname or "") in {"localhost", "127.0.0.1", "::1"},
    )


def _creation_url(github_web_url: str, organisation: str, state: str) -> str:
    owner = f"/organizations/{quote(organisation, safe='')}" if organisation else ""
    return f"{github_web_url}{owner}/settings/apps/new?state={quote(state, safe='')}"


def _entered(fields: Mapping[str, str], github_web_url: str) -> AppCredentials:
    """Credentials typed in. Raises UserError for a slip that can be seen without asking GitHub."""
    app_id = fields.get("app_id", "").strip()
    if not app_id.isascii() or not app_id.isdigit() or len(app_id) > 18:
        raise UserError("The App ID is a number.", next_step="It stands on the App's page under About.")
    secret = fields.get("webhook_secret", "").strip()
    if any(len(one.strip()) < SECRET_MIN_CHARACTERS for one in secret.split(",")):
        raise UserError(
            "The webhook secret is too short.",
            next_step="Use a long random one, the same as on GitHub, without commas: they separate several.",
        )
    client = [fields.get(name, "").strip() for name in ("client_id", "client_secret")]
    if any(client) and not all(client):
        raise UserError("Sign-in needs both the Client ID and the Client secret.", next_step="Give both, or neither.")
    return AppCredentials(
        app_id=int(app_id),
        slug="",
        name="the App",
        html_url=github_web_url,
        private_key=normalise_private_key(fields.get("private_key", "")),
        webhook_secret=secret,
        client_id=client[0],
        client_secret=client[1],
    )


async def _put_to_use(web: Web, found: AppCredentials) -> str:
    """Into `.env`, then into the running bot; why the file could not be written, or "".

    The secret key is kept too, so that sessions outlive a restart.
    """
    values = {
        "GITHUB_APP_ID": str(found.app_id),
        "GITHUB_PRIVATE_KEY": found.private_key,
        "GITHUB_WEBHOOK_SECRET": found.webhook_secret,
    }
    if found.client_id and found.client_secret:
        values |= {"GITHUB_CLIENT_ID": found.client_id, "GITHUB_CLIENT_SECRET": found.client_secret}
    if not web.secret_is_fixed:
        values["RADAR_SECRET_KEY"] = web.secret_key
    unsaved = ""
    try:
        write_env(web.env_path, values)
    except OSError as error:
        unsaved = error.strerror or type(error).__name__
    except UserError as error:
        unsaved = str(error)
    if web.set_up is not None:
        await web.set_up.apply(_with_credentials(web.settings, found))
    return unsaved


def _with_credentials(settings: Settings, found: AppCredentials) -> Settings:
    return settings.model_copy(
        update={
            "github_app_id": found.app_id,
            "github_private_key": SecretStr(found.private_key),
            "github_private_key_path": None,
            "github_webhook_secret": SecretStr(found.webhook_secret),
            "github_client_id": found.client_id or None,
            "github_client_secret": SecretStr(found.client_secret) if found.client_secret else None,
        }
    )


def _is_configured(web: Web) -> bool:
    return web.settings.has_app


def _signer(web: Web) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(web.secret_key, salt="radar setup")
