"""`/api/webhooks`: who is told of new reports (`report.updated`), as `/settings` shows it."""

from __future__ import annotations

import secrets

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.storage import subscriptions
from bot.storage.sealed import seal
from bot.storage.views_work import installations
from bot.web.api_answers import MadeWebhook, Removed, Webhook, WebhookList, answer_of
from bot.web.api_queries import WebhookBody
from bot.web.endpoint import MISSING, Call, Endpoint, reply
from bot.web.pages_settings import refuse_private

TAG = "Webhooks"


async def list_webhooks(call: Call) -> Response:
    """Webhooks of the token's installation, or all."""
    async with call.web.db.read() as session:
        found = await subscriptions.list_all(session, installation_id=call.viewer.scope.installation_id)
    return reply(call, WebhookList([answer_of(Webhook, one) for one in found]))


async def add_webhook(call: Call) -> Response:
    """Have every new report announced by a signed POST to an address of the public internet."""
    body = call.read(WebhookBody)
    settings = call.web.settings
    await refuse_private(body.url, allow_private=settings.radar_private_webhooks)
    secret = body.secret or secrets.token_urlsafe(32)
    wanted = body.installation_id if body.installation_id is not None else call.viewer.scope.installation_id
    async with call.web.db.write() as session:
        if wanted is not None and wanted not in {one.id for one in await installations(session, call.viewer.scope)}:
            raise HTTPException(404, MISSING)
        made = await subscriptions.add(
            session,
            installation_id=wanted,
            url=body.url,
            secret_sealed=seal(secret, call.web.secret_key),
            user_id=call.viewer.user_id,
            now=call.web.clock(),
        )
    return reply(call, MadeWebhook(answer_of(Webhook, made), secret), status=201)


async def remove_webhook(call: Call) -> Response:
    """End a webhook."""
    subscription_id = call.request.path_params["webhook_id"]
    async with call.web.db.write() as session:
        found = await subscriptions.list_all(session, installation_id=call.viewer.scope.installation_id)
        if subscription_id not in {one.id for one in found}:
            raise HTTPException(404, MISSING)
        await subscriptions.remove(session, subscription_id)
    return reply(call, Removed(True))


ENDPOINTS = (
    Endpoint("GET", "/api/webhooks", list_webhooks, "List webhooks", TAG, {200: WebhookList}),
    Endpoint(
        "POST",
        "/api/webhooks",
        add_webhook,
        "Add a webhook",
        TAG,
        {201: MadeWebhook},
        body=WebhookBody,
        scope="write",
        finds=True,
    ),
    Endpoint(
        "POST",
        "/api/webhooks/{webhook_id:id}/remove",
        remove_webhook,
        "Remove a webhook",
        TAG,
        {200: Removed},
        scope="write",
    ),
)
