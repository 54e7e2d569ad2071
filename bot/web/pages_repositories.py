"""`/repos`: every repository, filtered and sorted by the address, and the same as CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from bot.storage.views_filters import RepositoryFilter
from bot.storage.views_repositories import (
    SORTS,
    Position,
    RepositoryItem,
    SortBy,
    list_repositories,
    position_of,
)
from bot.web import cursors
from bot.web.choices import options_of
from bot.web.deps import Web
from bot.web.visit import Visit, page

PAGE = 50
COUNTED = 1_000
EXPORT_CHUNK = 1_000

CSV_COLUMNS = (
    "owner",
    "name",
    "score",
    "grade",
    "coverage",
    "status",
    "kind",
    "language",
    "licence",
    "is_private",
    "is_fork",
    "is_archived",
    "pushed_at",
    "reported_at",
    "head_sha",
    "summary",
)


def routes(web: Web) -> list[BaseRoute]:
    """The list and its exports."""
    return [
        page(web, "/repos", repositories),
        page(web, "/repos.csv", repositories_csv),
        page(web, "/repos.json", repositories_json),
    ]


def filter_of(query: dict[str, str]) -> RepositoryFilter:
    """The filter in an address; unknown names are left alone."""
    fields = RepositoryFilter.__dataclass_fields__
    return RepositoryFilter(**{name: value.strip()[:255] for name, value in query.items() if name in fields})


def sort_of(query: dict[str, str]) -> SortBy:
    """The order in an address; best score first where it says none that we know."""
    wanted = query.get("sort", "")
    return next((known for known in SORTS if known == wanted), "-score")


async def repositories(visit: Visit) -> Response:
    """One page of the list."""
    wanted, sort = filter_of(visit.query), sort_of(visit.query)
    after = cursors.position(visit.query.get("after", ""), sort)
    scope = visit.viewer.scope
    async with visit.web.db.read() as session:
        shown = await list_repositories(
            session, scope, wanted, sort=sort, after=after, limit=PAGE + 1, count_to=0 if after else COUNTED + 1
        )
    found, more = shown.items[:PAGE], shown.items[PAGE:]
    known = await visit.web.figures.of(scope)
    return visit.show(
        "repositories.html",
        active="repositories",
        repositories=found,
        count=shown.count,
        counted=COUNTED,
        wanted=wanted,
        sort=sort,
        options=options_of(known),
        is_first=after is None,
        next_cursor=_cursor(found[-1], sort) if more else "",
    )


async def repositories_csv(visit: Visit) -> Response:
    """All pages of the same list as CSV, streamed. Cells that a spreadsheet would run as a formula are quoted."""

    async def lines() -> AsyncIterator[str]:
        yield _csv_line(CSV_COLUMNS)
        async for item in _everything(visit):
            yield _csv_line([_cell(getattr(item, column)) for column in CSV_COLUMNS])

    headers = {"content-disposition": 'attachment; filename="repositories.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


async def repositories_json(visit: Visit) -> Response:
    """All pages of the same list as JSON, streamed."""

    async def parts() -> AsyncIterator[bytes]:
        yield b'{"repositories":['
        separator = b""
        async for item in _everything(visit):
            yield separator + msgspec.json.encode({column: getattr(item, column) for column in CSV_COLUMNS})
            separator = b",\n"
        yield b"]}"

    return StreamingResponse(parts(), media_type="application/json")


async def _everything(visit: Visit) -> AsyncIterator[RepositoryItem]:
    wanted, sort = filter_of(visit.query), sort_of(visit.query)
    after: Position | None = None
    while True:
        async with visit.web.db.read() as session:
            page_of_all = await list_repositories(
                session, visit.viewer.scope, wanted, sort=sort, after=after, limit=EXPORT_CHUNK
            )
        found = page_of_all.items
        for item in found:
            yield item
        if len(found) < EXPORT_CHUNK:
            return
        after = position_of(found[-1], sort)


def _cursor(item: RepositoryItem, sort: SortBy) -> str:
    behind = position_of(item, sort)
    return cursors.encode(sort, behind.value, behind.id)


def _csv_line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
