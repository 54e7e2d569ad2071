"""Accounts and sign-in: users, organizations, OAuth's authorize and token pages, the manifest page."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.fakehub.calls import ApiError, Call, answer, endpoint, read_form
from tests.fakehub.world import Account, Json

if TYPE_CHECKING:
    from tests.fakehub.service import Service

AVATAR = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#57606a"/></svg>'


def people_routes(service: Service) -> list[Route]:
    """REST about accounts."""
    table = [
        ("GET", "/user", _me),
        ("GET", "/user/emails", _emails),
        ("GET", "/user/repos", _my_repositories),
        ("GET", "/user/installations", _my_installations),
        ("GET", "/user/installations/{installation:int}/repositories", _my_installation_repositories),
        ("GET", "/user/memberships/orgs/{login}", _membership),
        ("GET", "/users/{login}", _user),
        ("GET", "/orgs/{login}", _organization),
        ("GET", "/users/{login}/repos", _repositories),
        ("GET", "/orgs/{login}/repos", _repositories),
    ]
    return [endpoint(service, method, path, handler) for method, path, handler in table]


def _user_of(call: Call) -> Account:
    if call.caller.user is None:
        raise ApiError(401, "Requires authentication")
    return call.caller.user


def _me(call: Call) -> Response:
    headers = {"x-oauth-scopes": "repo"} if call.caller.token and call.caller.token.value.startswith("ghp_") else {}
    return answer(call.shapes.full_user(_user_of(call)), headers=headers)


def _emails(call: Call) -> Response:
    return answer([{"email": _user_of(call).email, "primary": True, "verified": True, "visibility": "private"}])


def _my_repositories(call: Call) -> Response:
    user = _user_of(call)
    items = [
        repository
        for repository in call.world.repositories.values()
        if not repository.deleted
        and (repository.owner is user or user.login.lower() in repository.permissions)
        and call.caller.sees(call.world, repository)
    ]
    chosen, headers = call.page(items)
    shapes = [call.shapes.repository(r, permission=call.world.permission(r, user)) for r in chosen]
    return answer(shapes, headers=headers)


def _my_installations(call: Call) -> Response:
    """Installations with a repository that this person can read explicitly, or of their own account."""
    user = _user_of(call)
    items = [
        installation
        for installation in call.world.installations.values()
        if not installation.deleted
        and (
            installation.account is user
            or any(user.login.lower() in r.permissions for r in call.world.covered(installation))
        )
    ]
    chosen, headers = call.page(items)
    body = {"total_count": len(items), "installations": [call.shapes.installation(item) for item in chosen]}
    return answer(body, headers=headers)


def _my_installation_repositories(call: Call) -> Response:
    user = _user_of(call)
    installation = call.world.installations.get(call.number("installation"))
    if installation is None or installation.deleted:
        raise ApiError(404, "Not Found")
    items = [r for r in call.world.covered(installation) if call.world.permission(r, user) != "none"]
    chosen, headers = call.page(items)
    shapes = [call.shapes.repository(r, permission=call.world.permission(r, user)) for r in chosen]
    return answer({"total_count": len(items), "repositories": shapes}, headers=headers)


def _membership(call: Call) -> Response:
    user, organization = _user_of(call), _find_account(call)
    role = organization.members.get(user.login.lower())
    if role is None:
        raise ApiError(404, "Not Found")
    body = {
        "url": f"{call.shapes.api}/orgs/{organization.login}/memberships/{user.login}",
        "state": "active",
        "role": role,
        "organization_url": f"{call.shapes.api}/orgs/{organization.login}",
        "organization": call.shapes.organization(organization),
        "user": call.shapes.user(user),
    }
    return answer(body)


def _find_account(call: Call) -> Account:
    found = call.world.accounts.get(call.path("login").lower())
    if found is None:
        raise ApiError(404, "Not Found")
    return found


def _user(call: Call) -> Response:
    return answer(call.shapes.full_user(_find_account(call)))


def _organization(call: Call) -> Response:
    account = _find_account(call)
    if account.kind != "Organization":
        raise ApiError(404, "Not Found")
    person = call.shapes.full_user(account)
    figures = ("public_repos", "public_gists", "followers", "following", "created_at", "updated_at", "html_url")
    more: Json = {name: person[name] for name in figures}
    flags: Json = {"has_organization_projects": True, "has_repository_projects": True, "archived_at": None}
    return answer({**call.shapes.organization(account), **more, **flags, "type": "Organization"})


def _repositories(call: Call) -> Response:
    account = _find_account(call)
    items = [
        repository
        for repository in call.world.repositories.values()
        if repository.owner is account and call.caller.sees(call.world, repository)
    ]
    chosen, headers = call.page(items)
    return answer([call.shapes.repository(repository, permission="read") for repository in chosen], headers=headers)


def sign_in_routes(service: Service) -> list[Route]:
    """The web pages of github.com that a sign-in and a set-up pass through."""

    async def authorize(request: Request) -> Response:
        """Signs in whoever `service.signed_in` names, as if they had pressed the button."""
        query = request.query_params
        user = service.signed_in
        if query.get("client_id") != service.app_record.client_id or user is None:
            return HTMLResponse("<h1>404</h1>", 404)
        code = secrets.token_hex(10)
        service.oauth_codes[code] = (user, query.get("code_challenge", ""), query.get("redirect_uri", ""))
        answered = {"code": code, **({"state": query["state"]} if "state" in query else {})}
        return RedirectResponse(f"{query.get('redirect_uri', '')}?{urlencode(answered)}", 302)

    async def access_token(request: Request) -> Response:
        raw = await request.body()
        is_json = "json" in request.headers.get("content-type", "")
        form = json.loads(raw or b"{}") if is_json else read_form(raw)
        record = service.app_record
        known = service.oauth_codes.pop(str(form.get("code", "")), None)
        credentials_match = (
            form.get("client_id") == record.client_id and form.get("client_secret") == record.client_secret
        )
        if not credentials_match:
            return _oauth_answer(request, {"error": "incorrect_client_credentials"})
        if known is None or not _proves(known[1], str(form.get("code_verifier", ""))):
            return _oauth_answer(request, {"error": "bad_verification_code"})
        token = service.world.personal_token(known[0], "ghu")
        return _oauth_answer(request, {"access_token": token.value, "scope": "", "token_type": "bearer"})

    async def avatar(request: Request) -> Response:
        return Response(AVATAR, media_type="image/svg+xml")

    async def new_app(request: Request) -> Response:
        """The manifest page: presses Create at once and sends the person back with the code."""
        manifest = json.loads(read_form(await request.body())["manifest"])
        organization, code = request.path_params.get("login"), secrets.token_hex(20)
        owner = service.world.account(organization, "Organization") if organization else service.signed_in
        service.manifest_codes[code] = (manifest, owner or service.app_record.owner)
        answered = {"code": code, "state": request.query_params.get("state", "")}
        return RedirectResponse(f"{manifest['redirect_url']}?{urlencode(answered)}", 302)

    return [
        Route("/login/oauth/authorize", authorize),
        Route("/login/oauth/access_token", access_token, methods=["POST"]),
        Route("/avatars/{name}", avatar),
        Route("/settings/apps/new", new_app, methods=["POST"]),
        Route("/organizations/{login}/settings/apps/new", new_app, methods=["POST"]),
    ]


def _proves(challenge: str, verifier: str) -> bool:
    """PKCE, S256; no challenge needs no proof."""
    if not challenge:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def _oauth_answer(request: Request, body: Json) -> Response:
    if "json" in request.headers.get("accept", ""):
        return JSONResponse(body)
    return Response(urlencode(body), media_type="application/x-www-form-urlencoded")
