"""Every URL of the bot, one family a file. `webhook` and `inngest` are wired by the composition root itself."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from bot.web import (
    api_repositories,
    api_usage,
    api_webhooks,
    api_work,
    assets,
    badges,
    health,
    pages_account,
    pages_activity,
    pages_batches,
    pages_overview,
    pages_report,
    pages_repositories,
    pages_settings,
    pages_usage,
    setup,
)
from bot.web.api_document import document_endpoint, document_page
from bot.web.deps import Web
from bot.web.endpoint import ABOUT, Endpoint, endpoint_route
from bot.web.errors import exception_handlers
from bot.web.paths import know_ids, refuse_nul
from bot.web.security import SecurityHeaders
from bot.web.slashes import lead_slashes_home
from bot.web.visit import page, unknown_address

__all__ = ["SecurityHeaders", "Web", "api_endpoints", "application"]

PAGES = (
    pages_overview,
    pages_repositories,
    pages_report,
    pages_usage,
    pages_batches,
    pages_activity,
    pages_account,
    pages_settings,
    setup,
    badges,
    health,
)


def api_endpoints() -> list[Endpoint]:
    """Every call of the API; those about the API itself come last."""
    found = [*api_repositories.ENDPOINTS, *api_work.ENDPOINTS, *api_usage.ENDPOINTS, *api_webhooks.ENDPOINTS]
    found.sort(key=lambda endpoint: endpoint.tag == ABOUT)
    return [*found, document_endpoint(found)]


def application(web: Web, more_routes: Sequence[BaseRoute] = (), *, middleware: Sequence[Middleware] = ()) -> Starlette:
    """Every address of this package behind `more_routes`, and an answer to what fails or is not there."""
    know_ids()
    app = Starlette(
        routes=[*more_routes, *_all_routes(web)], exception_handlers=exception_handlers(), middleware=list(middleware)
    )
    app.router.default = unknown_address(web, app.router.default)
    lead_slashes_home(app.router)
    refuse_nul(app.router)
    return app


def _all_routes(web: Web) -> list[BaseRoute]:
    """Pages, API, badges, health and static files."""
    endpoints = api_endpoints()
    routes: list[BaseRoute] = [endpoint_route(web, endpoint) for endpoint in endpoints]
    routes.append(page(web, "/api", document_page(endpoints), name="api"))
    for module in PAGES:
        routes += module.routes(web)
    return [*routes, *assets.routes()]
