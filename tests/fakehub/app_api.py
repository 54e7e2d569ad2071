"""The App's own REST endpoints: installations, tokens, hook deliveries, rate limit, manifest conversion."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from tests.fakehub.calls import ApiError, Call, answer, endpoint
from tests.fakehub.shapes import stamp
from tests.fakehub.world import Delivery, Installation, Json

if TYPE_CHECKING:
    from tests.fakehub.service import Service


def app_routes(service: Service) -> list[Route]:
    """Everything below /app, and what an installation asks about itself."""
    table = [
        ("GET", "/app", _app),
        ("GET", "/app/hook/config", _hook_config),
        ("PATCH", "/app/hook/config", _set_hook_config),
        ("GET", "/app/installations", _installations),
        ("GET", "/app/installations/{installation:int}", _installation),
        ("POST", "/app/installations/{installation:int}/access_tokens", _mint),
        ("GET", "/app/hook/deliveries", _deliveries),
        ("GET", "/app/hook/deliveries/{delivery:int}", _delivery),
        ("POST", "/app/hook/deliveries/{delivery:int}/attempts", _redeliver),
        ("DELETE", "/installation/token", _revoke),
        ("GET", "/installation/repositories", _covered),
        ("GET", "/repos/{owner}/{repo}/installation", _repository_installation),
        ("GET", "/users/{login}/installation", _account_installation),
        ("GET", "/orgs/{login}/installation", _account_installation),
        ("GET", "/rate_limit", _rate_limit),
        ("GET", "/meta", _meta),
        ("POST", "/app-manifests/{code}/conversions", _convert_manifest),
    ]
    return [endpoint(service, method, path, handler) for method, path, handler in table]


def _app(call: Call) -> Response:
    call.require_app()
    living = sum(not installation.deleted for installation in call.world.installations.values())
    return answer({**call.shapes.app(), "installations_count": living})


def _hook_config(call: Call) -> Response:
    call.require_app()
    url = call.service.app_record.webhook_url
    return answer({"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": url})


def _set_hook_config(call: Call) -> Response:
    call.require_app()
    record = call.service.app_record
    record.webhook_url = call.body.get("url", record.webhook_url)
    record.webhook_secret = call.body.get("secret", record.webhook_secret)
    return _hook_config(call)


def _installations(call: Call) -> Response:
    call.require_app()
    living = [i for i in call.world.installations.values() if not i.deleted]
    chosen, headers = call.page(living)
    return answer([call.shapes.installation(installation) for installation in chosen], headers=headers)


def _find_installation(call: Call) -> Installation:
    call.require_app()
    found = call.world.installations.get(call.number("installation"))
    if found is None or found.deleted:
        raise ApiError(404, "Not Found")
    return found


def _installation(call: Call) -> Response:
    return answer(call.shapes.installation(_find_installation(call)))


def _mint(call: Call) -> Response:
    installation = _find_installation(call)
    if installation.suspended_at is not None:
        raise ApiError(403, "This installation has been suspended")
    wanted = call.body.get("repository_ids")
    covered = {repository.id for repository in call.world.covered(installation)}
    if wanted is not None and not set(wanted) <= covered:
        raise ApiError(422, "There is at least one repository that does not exist or is not accessible")
    token = call.world.mint(
        installation,
        call.service.token_lifetime,
        set(wanted) if wanted is not None else None,
        call.body.get("permissions"),
    )
    body = {
        "token": token.value,
        "expires_at": stamp(token.expires_at),
        "permissions": token.permissions or dict(installation.permissions),
        "repository_selection": "all" if installation.selected is None and wanted is None else "selected",
    }
    return answer(body, 201)


def _revoke(call: Call) -> Response:
    if call.caller.token is None or call.caller.installation is None:
        raise ApiError(401, "Requires authentication")
    call.caller.token.revoked = True
    return Response(status_code=204)


def _covered(call: Call) -> Response:
    installation = call.caller.installation
    if installation is None:
        raise ApiError(403, "You must authenticate with an installation access token")
    allowed = call.caller.token.repository_ids if call.caller.token else None
    covered = [r for r in call.world.covered(installation) if allowed is None or r.id in allowed]
    chosen, headers = call.page(covered)
    body = {
        "total_count": len(covered),
        "repository_selection": "all" if installation.selected is None else "selected",
        "repositories": [call.shapes.repository(repository, permission="read") for repository in chosen],
    }
    return answer(body, headers=headers)


def _repository_installation(call: Call) -> Response:
    call.require_app()
    repository = call.world.repository(call.path("owner"), call.path("repo"))
    installation = call.world.installation_of(repository) if repository else None
    if installation is None:
        raise ApiError(404, "Not Found")
    return answer(call.shapes.installation(installation))


def _account_installation(call: Call) -> Response:
    call.require_app()
    for installation in call.world.installations.values():
        if installation.account.login.lower() == call.path("login").lower() and not installation.deleted:
            return answer(call.shapes.installation(installation))
    raise ApiError(404, "Not Found")


def _summary(delivery: Delivery) -> Json:
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": stamp(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": round(delivery.duration_s, 2),
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }


def _deliveries(call: Call) -> Response:
    """Newest first, by cursor, three days back."""
    call.require_app()
    oldest = call.world.now() - timedelta(days=3)
    newest_first = [d for d in reversed(call.world.deliveries) if d.delivered_at >= oldest]
    status = call.query("status")
    if status:
        newest_first = [d for d in newest_first if (200 <= d.status_code < 400) == (status == "success")]
    cursor = call.query("cursor")
    if cursor:
        newest_first = [d for d in newest_first if d.id <= int(cursor.rpartition("_")[2])]
    size = min(100, max(1, int(call.query("per_page", "30"))))
    headers = {}
    if len(newest_first) > size:
        address = call.address(cursor=f"v1_{newest_first[size].id}")
        headers["Link"] = f'<{address}>; rel="next"'
    return answer([_summary(delivery) for delivery in newest_first[:size]], headers=headers)


def _find_delivery(call: Call) -> Delivery:
    call.require_app()
    for delivery in call.world.deliveries:
        if delivery.id == call.number("delivery"):
            return delivery
    raise ApiError(404, "Not Found")


def _delivery(call: Call) -> Response:
    delivery = _find_delivery(call)
    body = {
        **_summary(delivery),
        "url": call.service.app_record.webhook_url,
        "request": {"headers": delivery.headers, "payload": json.loads(delivery.body)},
        "response": {"headers": {}, "payload": delivery.answer},
    }
    return answer(body)


def _redeliver(call: Call) -> Response:
    call.service.redeliver(_find_delivery(call))
    return answer({}, 202)


def _rate_limit(call: Call) -> Response:
    now = call.world.now().timestamp()
    limit = call.caller.installation.hourly_limit if call.caller.installation else 5000
    resources = {}
    for name in ("core", "graphql", "search"):
        budget = call.service.ledger.budget(call.caller.principal, name, limit, now)
        resources[name] = {
            "limit": budget.limit,
            "used": budget.used,
            "remaining": budget.remaining,
            "reset": int(budget.reset_at) + 1,
        }
    return answer({"resources": resources, "rate": resources["core"]})


def _meta(call: Call) -> Response:
    return answer({"verifiable_password_authentication": False, "hooks": ["127.0.0.0/8"]})


def _convert_manifest(call: Call) -> Response:
    """The one-time code of the manifest flow for the App's credentials."""
    known = call.service.manifest_codes.pop(call.path("code"), None)
    if known is None:
        raise ApiError(404, "Not Found")
    record, manifest = call.service.app_record, known[0]
    record.owner = known[1]
    record.name = manifest.get("name") or record.name
    record.webhook_url = (manifest.get("hook_attributes") or {}).get("url", record.webhook_url)
    record.permissions = dict(manifest.get("default_permissions") or record.permissions)
    record.events = list(manifest.get("default_events") or record.events)
    body = {
        **call.shapes.app(),
        "client_secret": record.client_secret,
        "webhook_secret": record.webhook_secret,
        "pem": record.private_key,
    }
    return answer(body, 201)
