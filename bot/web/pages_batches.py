"""`/batches`: every batch with its progress, live where the browser has JavaScript."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import msgspec
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.storage import batches as storage_batches
from bot.storage import views_activity
from bot.storage.views_activity import BatchView
from bot.storage.views_scope import Scope
from bot.storage.views_work import installations
from bot.web import cursors
from bot.web.access import viewer_of
from bot.web.api_answers import BatchProgress, answer_of
from bot.web.deps import Web
from bot.web.queueing import queue_batch
from bot.web.visit import Visit, back_to, form, page

PAGE = 50
ITEMS = 100
POLL_S = 0.5
LOOK_S = 5.0
"""How often a stream asks whether its reader is still let in."""
LIVE_S = 600.0
"""A stream ends after ten minutes; the browser opens it again."""
FORKS = ("all", "with-forks", "without-forks")


def routes(web: Web) -> list[BaseRoute]:
    """List, one batch, its progress as a stream, and the buttons."""
    return [
        page(web, "/batches", batches),
        form(web, "/batches", start_batch),
        page(web, "/batches/{batch_id}", batch),
        page(web, "/batches/{batch_id}/events", batch_events),
        form(web, "/batches/{batch_id}/cancel", cancel_batch),
    ]


async def batches(visit: Visit) -> Response:
    """Batches, newest first."""
    visit.require_admin()
    before = cursors.before(visit.query.get("before", ""))
    async with visit.web.db.read() as session:
        found = await views_activity.batches(session, visit.viewer.scope, before=before, limit=PAGE + 1)
        accounts = await installations(session, visit.viewer.scope)
    shown, cursor = cursors.cut(found, PAGE, lambda one: (one.created_at.isoformat(), one.id))
    return visit.show(
        "batches.html",
        active="batches",
        batches=shown,
        accounts=accounts,
        next_cursor=cursor,
    )


async def batch(visit: Visit) -> Response:
    """One batch: progress, and its repositories."""
    visit.require_admin()
    found = await _batch(visit)
    state = visit.query.get("state", "")
    after = cursors.number(visit.query.get("after", ""))
    async with visit.web.db.read() as session:
        items = await views_activity.batch_items(session, found.id, state=state, after=after, limit=ITEMS + 1)
        accounts = await installations(session, visit.viewer.scope)
    shown, cursor = cursors.cut(items, ITEMS, lambda one: (one.repository_id,))
    return visit.show(
        "batch.html",
        active="batches",
        batch=found,
        accounts=accounts,
        items=shown,
        state=state,
        next_cursor=cursor,
    )


async def batch_events(visit: Visit) -> Response:
    """The progress as server-sent events, for the page's script."""
    visit.require_admin()
    found = await _batch(visit)

    async def look() -> Scope | None:
        viewer = await viewer_of(visit.web, visit.request)
        return viewer.scope if viewer.administers else None

    return progress_stream(visit.web, visit.request, look, found.id)


async def start_batch(visit: Visit, fields: dict[str, str]) -> Response:
    """Begin a batch over what the viewer administers."""
    visit.require_admin()
    forks = fields.get("forks", "all")
    queued = await queue_batch(
        visit.web,
        visit.viewer.scope,
        owner=fields.get("owner", ""),
        forks=forks if forks in FORKS else "all",
        force=fields.get("force") == "yes",
    )
    if queued is None:
        raise HTTPException(404, "There is no such installation, or you do not administer it.")
    visit.web.figures.forget()
    return back_to(f"/batches/{queued.batch_id}")


async def cancel_batch(visit: Visit, _fields: dict[str, str]) -> Response:
    """Stop a running batch: what has not begun is left out."""
    visit.require_admin()
    found = await _batch(visit)
    async with visit.web.db.write() as session:
        await storage_batches.cancel(
            session, found.id, reason=f"Cancelled by {visit.viewer.login}.", now=visit.web.clock()
        )
    return back_to(f"/batches/{found.id}")


Look = Callable[[], Awaitable[Scope | None]]
"""What the reader of a stream may see now; None when they are no longer let in."""


def progress_stream(web: Web, request: Request, look: Look, batch_id: str) -> Response:
    """Server-sent events `progress` with the API's JSON, one whenever it changes, the last one when it is over.

    `look` is asked again every few seconds: a stream ends with its reader's session, token or role.
    """
    return EventSourceResponse(_progress(web, request, look, batch_id), ping=15, headers={"x-accel-buffering": "no"})


async def _progress(web: Web, request: Request, look: Look, batch_id: str) -> AsyncIterator[ServerSentEvent]:
    seen: BatchProgress | None = None
    scope: Scope | None = None
    loop = asyncio.get_running_loop()
    ends, looks = loop.time() + LIVE_S, 0.0
    while loop.time() < ends and not web.ending.is_set() and not await request.is_disconnected():
        if loop.time() >= looks:
            scope, looks = await look(), loop.time() + LOOK_S
        if scope is None:
            return
        async with web.db.read() as session:
            found = await views_activity.batch(session, scope, batch_id)
        if found is None:
            return
        current = answer_of(BatchProgress, found)
        if current != seen:
            seen = current
            yield ServerSentEvent(
                data=msgspec.json.encode(current).decode(), event="progress", id=f"{found.finished}", retry=2_000
            )
        if found.status != "running":
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await web.ending.wait()


async def _batch(visit: Visit) -> BatchView:
    async with visit.web.db.read() as session:
        found = await views_activity.batch(session, visit.viewer.scope, visit.request.path_params["batch_id"])
    if found is None:
        raise HTTPException(404, visit.not_visible("batch"))
    return found
