"""`/api/batch...`, `/api/batches`, `/api/runs`, `/api/deliveries`: asking for work and seeing what became of it."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.storage import views_activity
from bot.storage.views_activity import BatchView, DeliveryItem
from bot.storage.views_scope import Scope
from bot.storage.views_work import installations
from bot.web import cursors
from bot.web.api_access import token_viewer
from bot.web.api_answers import (
    BatchAccepted,
    BatchItem,
    BatchItemPage,
    BatchPage,
    BatchProgress,
    Delivery,
    DeliveryPage,
    Installation,
    InstallationList,
    Replayed,
    RunPage,
    answer_of,
    run_of,
)
from bot.web.api_queries import BatchBody, BatchItemQuery, BatchQuery, DeliveryQuery, RunQuery
from bot.web.endpoint import MISSING, Call, Endpoint, reply
from bot.web.pages_batches import progress_stream
from bot.web.queueing import queue_batch

WORK = "Batches"
TRACE = "Runs and deliveries"


async def generate_remaining(call: Call) -> Response:
    """Queue every repository that has no current analysis."""
    body = call.read(BatchBody)
    queued = await queue_batch(call.web, call.viewer.scope, owner=body.owner or "", forks=body.forks, force=body.force)
    if queued is None:
        raise HTTPException(404, f"There is no installation on {body.owner!r}, or this token may not see it.")
    accepted = BatchAccepted(True, queued.batch_id, list(queued.batch_ids), queued.queued, queued.message)
    return reply(call, accepted, status=202, headers={"location": f"/api/batches/{queued.batch_id}"})


async def list_batches(call: Call) -> Response:
    """Batches, newest first."""
    query = call.read(BatchQuery)
    before = cursors.before(query.cursor)
    async with call.web.db.read() as session:
        found = await views_activity.batches(
            session, call.viewer.scope, status=query.status, before=before, limit=query.limit + 1
        )
    page, cursor = cursors.cut(found, query.limit, lambda one: (one.created_at.isoformat(), one.id))
    return reply(call, BatchPage([answer_of(BatchProgress, item) for item in page]), headers=call.next_link(cursor))


async def get_batch(call: Call) -> Response:
    """The progress of a batch."""
    return reply(call, answer_of(BatchProgress, await _batch(call)))


async def get_batch_items(call: Call) -> Response:
    """The repositories of a batch, with the reason of those that failed or were skipped."""
    found = await _batch(call)
    query = call.read(BatchItemQuery)
    after = cursors.number(query.cursor)
    async with call.web.db.read() as session:
        items = await views_activity.batch_items(
            session, found.id, state=query.state, after=after, limit=query.limit + 1
        )
    page, cursor = cursors.cut(items, query.limit, lambda one: (one.repository_id,))
    return reply(call, BatchItemPage([answer_of(BatchItem, item) for item in page]), headers=call.next_link(cursor))


async def stream_batch(call: Call) -> Response:
    """The progress as server-sent events named `progress`; the last one when the batch is over."""
    found = await _batch(call)

    async def look() -> Scope | None:
        try:
            return (await token_viewer(call.web, call.request)).scope
        except HTTPException:
            return None

    return progress_stream(call.web, call.request, look, found.id)


async def list_runs(call: Call) -> Response:
    """Function runs, newest first."""
    query = call.read(RunQuery)
    before = cursors.before(query.cursor)
    async with call.web.db.read() as session:
        found = await views_activity.runs(
            session,
            call.viewer.scope,
            state=query.state,
            function_id=query.function,
            before=before,
            limit=query.limit + 1,
        )
    page, cursor = cursors.cut(found, query.limit, lambda one: (one.started_at.isoformat(), one.id))
    return reply(call, RunPage([run_of(item) for item in page]), headers=call.next_link(cursor))


async def list_deliveries(call: Call) -> Response:
    """Webhook deliveries and what became of them, newest first."""
    query = call.read(DeliveryQuery)
    before = cursors.before(query.cursor)
    async with call.web.db.read() as session:
        found = await views_activity.deliveries(
            session,
            call.viewer.scope,
            state=query.state,
            event=query.event,
            repository=query.repository,
            before=before,
            limit=query.limit + 1,
        )
    page, cursor = cursors.cut(found, query.limit, lambda one: (one.received_at.isoformat(), one.guid))
    return reply(call, DeliveryPage([answer_of(Delivery, item) for item in page]), headers=call.next_link(cursor))


async def get_delivery(call: Call) -> Response:
    """One delivery."""
    return reply(call, answer_of(Delivery, await _delivery(call)))


async def get_delivery_payload(call: Call) -> Response:
    """What GitHub sent, as it was received. It is 404 when it has been deleted by age."""
    found = await _delivery(call)
    async with call.web.db.read() as session:
        body = await views_activity.delivery_body(session, found.guid)
    if not body:
        raise HTTPException(404, MISSING)
    return reply(call, body)


async def get_delivery_runs(call: Call) -> Response:
    """The runs that a delivery started, and those that followed for its repository, oldest first."""
    found = await _delivery(call)
    async with call.web.db.read() as session:
        started = await views_activity.runs_of_deliveries(session, [found])
    return reply(call, RunPage([run_of(item) for item in started[found.guid]]))


async def replay_delivery(call: Call) -> Response:
    """Send a stored delivery through the bot again."""
    guid = (await _delivery(call)).guid
    if not await call.web.replay(guid):
        raise HTTPException(404, MISSING)
    return reply(call, Replayed(True, guid), status=202)


async def list_installations(call: Call) -> Response:
    """The accounts on which the App is installed, as far as the token reaches."""
    async with call.web.db.read() as session:
        found = await installations(session, call.viewer.scope)
    return reply(call, InstallationList([answer_of(Installation, one) for one in found]))


async def _delivery(call: Call) -> DeliveryItem:
    async with call.web.db.read() as session:
        found = await views_activity.delivery(session, call.viewer.scope, call.request.path_params["guid"])
    if found is None:
        raise HTTPException(404, MISSING)
    return found


async def _batch(call: Call) -> BatchView:
    async with call.web.db.read() as session:
        found = await views_activity.batch(session, call.viewer.scope, call.request.path_params["batch_id"])
    if found is None:
        raise HTTPException(404, MISSING)
    return found


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/batch/generate-remaining",
        generate_remaining,
        "Queue what has no current analysis",
        WORK,
        {202: BatchAccepted},
        body=BatchBody,
        scope="write",
        finds=True,
    ),
    Endpoint("GET", "/api/batches", list_batches, "List batches", WORK, {200: BatchPage}, query=BatchQuery),
    Endpoint("GET", "/api/batches/{batch_id}", get_batch, "Get a batch", WORK, {200: BatchProgress}),
    Endpoint(
        "GET",
        "/api/batches/{batch_id}/items",
        get_batch_items,
        "List a batch's repositories",
        WORK,
        {200: BatchItemPage},
        query=BatchItemQuery,
    ),
    Endpoint("GET", "/api/batches/{batch_id}/events", stream_batch, "Follow a batch", WORK, {200: "text/event-stream"}),
    Endpoint("GET", "/api/runs", list_runs, "List runs", TRACE, {200: RunPage}, query=RunQuery),
    Endpoint(
        "GET", "/api/deliveries", list_deliveries, "List deliveries", TRACE, {200: DeliveryPage}, query=DeliveryQuery
    ),
    Endpoint("GET", "/api/deliveries/{guid}", get_delivery, "Get a delivery", TRACE, {200: Delivery}),
    Endpoint(
        "GET", "/api/deliveries/{guid}/payload", get_delivery_payload, "Get what GitHub sent", TRACE, {200: "object"}
    ),
    Endpoint("GET", "/api/deliveries/{guid}/runs", get_delivery_runs, "List a delivery's runs", TRACE, {200: RunPage}),
    Endpoint(
        "POST",
        "/api/deliveries/{guid}/replay",
        replay_delivery,
        "Replay a delivery",
        TRACE,
        {202: Replayed},
        scope="write",
    ),
    Endpoint(
        "GET", "/api/installations", list_installations, "List installations", "Installations", {200: InstallationList}
    ),
)
