"""`/settings`: API tokens, and webhooks of our own. The operator manages all, administrators those of theirs."""

from __future__ import annotations

import asyncio
import secrets
import socket
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.model.errors import UserError
from bot.model.outward import check_addresses, check_webhook_url
from bot.model.records import ApiToken
from bot.storage import subscriptions, tokens
from bot.storage.sealed import seal
from bot.storage.subscriptions import Subscription
from bot.storage.views_work import InstallationItem, installations
from bot.web.access import Role
from bot.web.deps import Web
from bot.web.visit import Visit, back_to, form, page

LOOKUP_S = 5.0


def routes(web: Web) -> list[BaseRoute]:
    """The page and its forms."""
    return [
        page(web, "/settings", settings),
        form(web, "/settings/tokens", create_token),
        form(web, "/settings/tokens/{token_id:id}/revoke", revoke_token),
        form(web, "/settings/webhooks", subscribe),
        form(web, "/settings/webhooks/{subscription_id:id}/remove", unsubscribe),
        form(web, "/settings/webhooks/{subscription_id:id}/enable", enable_subscription),
    ]


@dataclass(frozen=True)
class _Held:
    """What the viewer manages."""

    accounts: list[InstallationItem]
    tokens: list[ApiToken]
    subscriptions: list[Subscription]


async def settings(visit: Visit) -> Response:
    """Tokens and webhooks."""
    visit.require_admin()
    return await _show(visit)


async def create_token(visit: Visit, fields: dict[str, str]) -> Response:
    """Make a token; its secret is shown this once."""
    visit.require_admin()
    held = await _held(visit)
    name = fields.get("name", "").strip()
    if not name:
        return await _show(visit, error="Give the token a name, so that you know it again.", status=400)
    async with visit.web.db.write() as session:
        made, secret = await tokens.create(
            session,
            name=name,
            scope=fields.get("scope", "read"),
            installation_id=_installation(visit, held, fields),
            created_by=visit.viewer.login,
            user_id=visit.viewer.user_id,
            now=visit.web.clock(),
        )
    return await _show(visit, new_token=secret, new_name=made.name)


async def revoke_token(visit: Visit, _fields: dict[str, str]) -> Response:
    """End a token."""
    visit.require_admin()
    token_id = visit.request.path_params["token_id"]
    if token_id not in {token.id for token in (await _held(visit)).tokens}:
        raise HTTPException(404, visit.not_visible("token"))
    async with visit.web.db.write() as session:
        await tokens.revoke(session, token_id, now=visit.web.clock())
    return back_to("/settings")


async def subscribe(visit: Visit, fields: dict[str, str]) -> Response:
    """Send `report.updated` to an address; the secret is shown this once."""
    visit.require_admin()
    held = await _held(visit)
    url = fields.get("url", "").strip()
    try:
        await refuse_private(url, allow_private=visit.web.settings.radar_private_webhooks)
    except UserError as error:
        return await _show(visit, error=str(error), status=400)
    secret = fields.get("secret", "").strip() or secrets.token_urlsafe(32)
    async with visit.web.db.write() as session:
        await subscriptions.add(
            session,
            installation_id=_installation(visit, held, fields),
            url=url,
            secret_sealed=seal(secret, visit.web.secret_key),
            user_id=visit.viewer.user_id,
            now=visit.web.clock(),
        )
    return await _show(visit, new_secret=secret, new_name=url)


async def unsubscribe(visit: Visit, _fields: dict[str, str]) -> Response:
    """End a webhook."""
    subscription_id = await _own_subscription(visit)
    async with visit.web.db.write() as session:
        await subscriptions.remove(session, subscription_id)
    return back_to("/settings")


async def enable_subscription(visit: Visit, _fields: dict[str, str]) -> Response:
    """Try a webhook again that was given up."""
    subscription_id = await _own_subscription(visit)
    async with visit.web.db.write() as session:
        await subscriptions.enable(session, subscription_id)
    return back_to("/settings")


async def refuse_private(url: str, *, allow_private: bool) -> None:
    """Raises UserError for an address that is none, or that leads into a private network."""
    host = check_webhook_url(url, allow_private=allow_private)
    if allow_private:
        return
    try:
        async with asyncio.timeout(LOOKUP_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError):
        raise UserError(f"The name {host} cannot be resolved.", next_step="Check the address.") from None
    check_addresses(host, [str(info[4][0]) for info in found])


async def _held(visit: Visit) -> _Held:
    async with visit.web.db.read() as session:
        accounts = await installations(session, visit.viewer.scope)
        if visit.viewer.role is Role.OPERATOR:
            return _Held(accounts, await tokens.list_all(session), await subscriptions.list_all(session))
        held = _Held(accounts, [], [])
        for account in accounts:
            held.tokens.extend(await tokens.list_all(session, installation_id=account.id))
            held.subscriptions.extend(await subscriptions.list_all(session, installation_id=account.id))
        return held


def _installation(visit: Visit, held: _Held, fields: dict[str, str]) -> int | None:
    """The installation of the form. None, which means all, is for the operator only."""
    wanted = fields.get("installation", "")
    if not wanted:
        if visit.viewer.role is not Role.OPERATOR:
            raise HTTPException(403, "Choose the account: only the operator may leave it open.")
        return None
    found = next((account.id for account in held.accounts if str(account.id) == wanted), None)
    if found is None:
        raise HTTPException(404, visit.not_visible("installation"))
    return found


async def _own_subscription(visit: Visit) -> int:
    visit.require_admin()
    subscription_id: int = visit.request.path_params["subscription_id"]
    if subscription_id not in {found.id for found in (await _held(visit)).subscriptions}:
        raise HTTPException(404, visit.not_visible("webhook"))
    return subscription_id


async def _show(
    visit: Visit, *, new_token: str = "", new_secret: str = "", new_name: str = "", error: str = "", status: int = 200
) -> Response:
    held = await _held(visit)
    return visit.show(
        "settings.html",
        active="settings",
        status=status,
        accounts=held.accounts,
        logins={account.id: account.account_login for account in held.accounts},
        tokens=held.tokens,
        subscriptions=held.subscriptions,
        is_operator=visit.viewer.role is Role.OPERATOR,
        secret_is_fixed=visit.web.secret_is_fixed,
        new_token=new_token,
        new_secret=new_secret,
        new_name=new_name,
        error=error,
    )
