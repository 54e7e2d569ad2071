"""`/deliveries` and `/runs`: what the bot did with each event, why not, and the button to do it again."""

from __future__ import annotations

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.storage import views_activity
from bot.storage.views_repositories import find_repository
from bot.web import cursors
from bot.web.deps import Web
from bot.web.queueing import queue_refresh
from bot.web.visit import Visit, back_to, form, page

PAGE = 50
SHOWN_BODY_BYTES = 60_000
DELIVERY_STATES = ("received", "sent", "ignored", "failed")
RUN_STATES = ("running", "completed", "failed", "cancelled")
FUNCTIONS = (
    "settle-pushes",
    "refresh-repository-intelligence",
    "process-batch-repositories",
    "answer-command",
    "check-pull-request",
    "announce-report",
    "publish-check-runs",
    "end-sessions",
    "reconcile-installation",
    "sweep-stale-repositories",
    "recover-deliveries",
)


def routes(web: Web) -> list[BaseRoute]:
    """Deliveries, runs and their buttons."""
    return [
        page(web, "/deliveries", deliveries),
        page(web, "/deliveries/{guid}", delivery),
        form(web, "/deliveries/{guid}/replay", replay),
        page(web, "/runs", runs),
        form(web, "/runs/{run_id}/retry", retry_run),
    ]


async def deliveries(visit: Visit) -> Response:
    """Deliveries, newest first, each with the runs it started."""
    visit.require_admin()
    query = visit.query
    async with visit.web.db.read() as session:
        found = await views_activity.deliveries(
            session,
            visit.viewer.scope,
            state=query.get("state", ""),
            event=query.get("event", ""),
            repository=query.get("repository", ""),
            before=cursors.before(query.get("before", "")),
            limit=PAGE + 1,
        )
        shown, cursor = cursors.cut(found, PAGE, lambda one: (one.received_at.isoformat(), one.guid))
        started = await views_activity.runs_of_deliveries(session, shown)
    return visit.show(
        "deliveries.html",
        active="deliveries",
        deliveries=shown,
        started=started,
        states=DELIVERY_STATES,
        next_cursor=cursor,
    )


async def delivery(visit: Visit) -> Response:
    """One delivery: its way through the bot, and its payload."""
    visit.require_admin()
    guid = visit.request.path_params["guid"]
    async with visit.web.db.read() as session:
        found = await views_activity.delivery(session, visit.viewer.scope, guid)
        if found is None:
            raise HTTPException(404, visit.not_visible("delivery"))
        started = await views_activity.runs_of_deliveries(session, [found])
        body = await views_activity.delivery_body(session, guid) or b""
    return visit.show(
        "delivery.html",
        active="deliveries",
        delivery=found,
        runs=started[found.guid],
        payload=readable(body),
        replayed=visit.query.get("replayed") == "yes",
    )


async def replay(visit: Visit, _fields: dict[str, str]) -> Response:
    """Send a stored delivery through the bot again."""
    visit.require_admin()
    guid = visit.request.path_params["guid"]
    async with visit.web.db.read() as session:
        found = await views_activity.delivery(session, visit.viewer.scope, guid)
    if found is None or not await visit.web.replay(guid):
        raise HTTPException(404, visit.not_visible("delivery"))
    return back_to(f"/deliveries/{guid}?replayed=yes")


async def runs(visit: Visit) -> Response:
    """Function runs, newest first; failures with their reason."""
    visit.require_admin()
    query = visit.query
    async with visit.web.db.read() as session:
        found = await views_activity.runs(
            session,
            visit.viewer.scope,
            state=query.get("state", ""),
            function_id=query.get("function", ""),
            before=cursors.before(query.get("before", "")),
            limit=PAGE + 1,
        )
    shown, cursor = cursors.cut(found, PAGE, lambda one: (one.started_at.isoformat(), one.id))
    return visit.show(
        "runs.html",
        active="runs",
        runs=shown,
        states=RUN_STATES,
        functions=FUNCTIONS,
        next_cursor=cursor,
    )


async def retry_run(visit: Visit, _fields: dict[str, str]) -> Response:
    """Do the work of a failed run again: refresh its repository, or replay the delivery that it came from."""
    visit.require_admin()
    async with visit.web.db.read() as session:
        found = await views_activity.run(session, visit.viewer.scope, visit.request.path_params["run_id"])
        repository = None
        if found is not None and found.owner and found.name:
            repository = await find_repository(session, visit.viewer.scope, found.owner, found.name)
    if found is None:
        raise HTTPException(404, visit.not_visible("run"))
    if found.function_id == "refresh-repository-intelligence" and repository is not None:
        await queue_refresh(visit.web, repository, force=True)
        return back_to(f"/repos/{repository.owner}/{repository.name}")
    if found.delivery_guid and await visit.web.replay(found.delivery_guid):
        return back_to(f"/deliveries/{found.delivery_guid}?replayed=yes")
    raise HTTPException(409, "This run cannot be repeated by itself. Start a batch or replay its delivery instead.")


def readable(body: bytes) -> str:
    """A payload as indented JSON, cut at 60 kB."""
    try:
        text = msgspec.json.format(body, indent=2).decode("utf-8", "replace")
    except msgspec.DecodeError:
        text = body.decode("utf-8", "replace")
    return text if len(text) <= SHOWN_BODY_BYTES else f"{text[:SHOWN_BODY_BYTES]}\n… cut here"
