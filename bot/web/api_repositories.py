"""`/api/repos...`: the repositories, their reports, their history, and asking for a new one."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.model.report import Changes, report_schema
from bot.storage.views_filters import RepositoryFilter
from bot.storage.views_reports import history, read_report, report_json
from bot.storage.views_repositories import (
    RepositoryItem,
    list_repositories,
    position_of,
)
from bot.web import cursors
from bot.web.api_answers import Accepted, HistoryItem, HistoryPage, Intelligence, Repository, RepositoryPage, answer_of
from bot.web.api_queries import CompareQuery, PageQuery, RefreshBody, RepositoryQuery
from bot.web.endpoint import ABOUT, MISSING, Call, Endpoint, reply
from bot.web.queueing import queue_refresh

COUNTED = 1_000
TAG = "Repositories"


async def list_repos(call: Call) -> Response:
    """The repositories, filtered, sorted, paged by cursor (`Link: rel="next"`)."""
    query = call.read(RepositoryQuery)
    wanted = RepositoryFilter(**{name: getattr(query, name) for name in RepositoryFilter.__dataclass_fields__})
    after = cursors.position(query.cursor, query.sort)
    async with call.web.db.read() as session:
        shown = await list_repositories(
            session,
            call.viewer.scope,
            wanted,
            sort=query.sort,
            after=after,
            limit=query.limit + 1,
            count_to=0 if after else COUNTED,
        )
    found = shown.items
    cursor = ""
    if len(found) > query.limit:
        found = found[: query.limit]
        behind = position_of(found[-1], query.sort)
        cursor = cursors.encode(query.sort, behind.value, behind.id)
    page = RepositoryPage([answer_of(Repository, item) for item in found], shown.count, COUNTED)
    return reply(call, page, headers=call.next_link(cursor))


async def get_intelligence(call: Call) -> Response:
    """The newest report, with how the newest refresh stands."""
    found = await call.repository()
    body = None
    if found.report_id is not None:
        async with call.web.db.read() as session:
            body = await report_json(session, found.id, found.report_id)
    return reply(call, intelligence_of(found, None if body is None else msgspec.json.decode(body)))


def intelligence_of(found: RepositoryItem, report: dict[str, Any] | None) -> Intelligence:
    """The answer about a repository. Without any refresh yet but a report, the status is completed."""
    report = report or None
    shown = report or {}
    status = found.refresh_status or ("completed" if report else "queued")
    return Intelligence(
        ok=True,
        repository=found.full_name,
        status=status,  # type: ignore[arg-type] # the column holds only these words
        head_sha=found.report_head_sha or found.head_sha,
        error=(found.refresh_error or "No reason is known.") if status == "failed" else None,
        reported_at=found.reported_at,
        summary=shown.get("summary", ""),
        score=shown.get("score"),
        grade=shown.get("grade", ""),
        coverage=shown.get("coverage"),
        insights=shown.get("insights", []),
        actions=shown.get("actions", []),
        tech_stack=shown.get("tech_stack", []),
        report=report,
    )


async def get_history(call: Call) -> Response:
    """The reports of a repository, newest first."""
    found = await call.repository()
    query = call.read(PageQuery)
    before = cursors.before_number(query.cursor)
    async with call.web.db.read() as session:
        items = await history(session, found.id, before=before, limit=query.limit + 1)
    page, cursor = cursors.cut(items, query.limit, lambda one: (one.created_at.isoformat(), one.id))
    return reply(call, HistoryPage([answer_of(HistoryItem, item) for item in page]), headers=call.next_link(cursor))


async def get_report(call: Call) -> Response:
    """One report of the history, whole."""
    found = await call.repository()
    async with call.web.db.read() as session:
        body = await report_json(session, found.id, call.request.path_params["report_id"])
    if body is None:
        raise HTTPException(404, MISSING)
    return reply(call, body)


async def compare(call: Call) -> Response:
    """What changed between two reports of a repository."""
    found = await call.repository()
    query = call.read(CompareQuery)
    async with call.web.db.read() as session:
        before = await read_report(session, found.id, query.before)
        after = await read_report(session, found.id, query.after)
    if before is None or after is None:
        raise HTTPException(404, MISSING)
    return reply(call, call.web.compare(before, after))


async def request_intelligence(call: Call) -> Response:
    """Queue a refresh of the report."""
    found = await call.repository()
    await queue_refresh(call.web, found, force=call.read(RefreshBody).force)
    path = f"/api/repos/{found.owner}/{found.name}/intelligence"
    accepted = Accepted(True, found.full_name, "queued", f"The refresh is queued. Follow it at GET {path}.")
    return reply(call, accepted, status=202, headers={"location": path})


async def get_report_schema(call: Call) -> Response:
    """The JSON Schema of a report."""
    return reply(call, report_schema(), headers={"cache-control": "public, max-age=3600"})


ENDPOINTS = (
    Endpoint("GET", "/api/repos", list_repos, "List repositories", TAG, {200: RepositoryPage}, query=RepositoryQuery),
    Endpoint(
        "GET",
        "/api/repos/{owner}/{repo}/intelligence",
        get_intelligence,
        "Get the newest report",
        TAG,
        {200: Intelligence},
    ),
    Endpoint(
        "POST",
        "/api/repos/{owner}/{repo}/intelligence",
        request_intelligence,
        "Queue a refresh",
        TAG,
        {202: Accepted},
        body=RefreshBody,
        scope="write",
    ),
    Endpoint(
        "GET",
        "/api/repos/{owner}/{repo}/intelligence/history",
        get_history,
        "List earlier reports",
        TAG,
        {200: HistoryPage},
        query=PageQuery,
    ),
    Endpoint(
        "GET",
        "/api/repos/{owner}/{repo}/history",
        get_history,
        "List earlier reports (the same, shorter address)",
        TAG,
        {200: HistoryPage},
        query=PageQuery,
    ),
    Endpoint(
        "GET",
        "/api/repos/{owner}/{repo}/reports/{report_id:id}",
        get_report,
        "Get an earlier report",
        TAG,
        {200: "report"},
    ),
    Endpoint(
        "GET",
        "/api/repos/{owner}/{repo}/compare",
        compare,
        "Compare two reports",
        TAG,
        {200: Changes},
        query=CompareQuery,
    ),
    Endpoint(
        "GET",
        "/api/schema/report.json",
        get_report_schema,
        "Get the JSON Schema of a report",
        ABOUT,
        {200: "object"},
        is_open=True,
    ),
)
