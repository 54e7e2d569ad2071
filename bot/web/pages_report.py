"""`/repos/{owner}/{repo}`: the report as a person wants it, its history, the difference of any two, and refresh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bot.model.discretion import discreet
from bot.model.report import Check, Package, Report, Technology
from bot.storage.views_reports import ReportItem, find_report, history, read_report
from bot.storage.views_repositories import RepositoryItem
from bot.web import cursors
from bot.web.access import may_write
from bot.web.badges import KINDS, badge_link
from bot.web.deps import Web
from bot.web.fitting import MEASURES, PAGE_MAX_BYTES, Measure, fitted, fitted_checks
from bot.web.queueing import queue_refresh
from bot.web.visit import Visit, back_to, form, page
from bot.web.words import category_rank

TREND = 60
HISTORY_PAGE = 50
PACKAGES_SHOWN = 25
CHECKS_SHOWN = 20
"""Of a group and kind of answer; only checks of single components can be more."""
PACKAGES_PAGE = 200
STATE_ORDER = {"fail": 0, "warn": 1, "unknown": 2, "pass": 3, "not_applicable": 4}


def routes(web: Web) -> list[BaseRoute]:
    """The report's pages."""
    base = "/repos/{owner}/{repo}"
    return [
        page(web, base, repository),
        page(web, f"{base}/status", repository_status),
        page(web, f"{base}/history", repository_history),
        page(web, f"{base}/compare", repository_compare),
        page(web, f"{base}/dependencies", repository_dependencies),
        page(web, base + "/reports/{report_id:id}", repository_report),
        form(web, f"{base}/refresh", refresh),
    ]


async def repository(visit: Visit) -> Response:
    """The newest report, or why there is none yet."""
    found = await visit.repository()
    return await _show(visit, found, found.report_id)


async def repository_status(visit: Visit) -> Response:
    """How the newest refresh stands, for the page's script."""
    found = await visit.repository()
    status = {"status": found.refresh_status, "report_id": found.report_id, "error": found.refresh_error}
    return JSONResponse(status, headers={"cache-control": "no-store"})


async def repository_report(visit: Visit) -> Response:
    """An earlier report."""
    return await _show(visit, await visit.repository(), visit.request.path_params["report_id"])


async def repository_history(visit: Visit) -> Response:
    """Earlier reports, newest first, with a choice of two to compare."""
    found = await visit.repository()
    before = cursors.before_number(visit.query.get("before", ""))
    async with visit.web.db.read() as session:
        items = await history(session, found.id, before=before, limit=HISTORY_PAGE + 1)
    shown, cursor = cursors.cut(items, HISTORY_PAGE, lambda one: (one.created_at.isoformat(), one.id))
    return visit.show(
        "history.html",
        active="repositories",
        repository=found,
        items=shown,
        next_cursor=cursor,
    )


async def repository_compare(visit: Visit) -> Response:
    """What changed between two reports, `?from=` and `?to=`; the older one stands left, whatever the order given."""
    found = await visit.repository()
    ids = [_report_id(visit.query.get(name, "")) for name in ("from", "to")]
    async with visit.web.db.read() as session:
        lines = [await find_report(session, found.id, report_id) for report_id in ids]
        reports = [await read_report(session, found.id, report_id) for report_id in ids]
    before, after = lines
    old, new = reports
    if before is None or after is None or old is None or new is None:
        raise HTTPException(404, "One of the two reports is not there (any more). Choose from the history.")
    if (before.created_at, before.id) > (after.created_at, after.id):
        before, after, old, new = after, before, new, old
    writable = await may_write(visit.web, visit.viewer, found)
    return visit.show(
        "compare.html",
        active="repositories",
        repository=found,
        before=before,
        after=after,
        changes=visit.web.compare(old, new) if writable else visit.web.compare(discreet(old), discreet(new)),
    )


async def repository_dependencies(visit: Visit) -> Response:
    """All direct dependencies of a report, narrowed with `?q=`, page by page."""
    found = await visit.repository()
    report_id = _report_id(visit.query["report"]) if "report" in visit.query else found.report_id
    start = cursors.number(visit.query.get("after", ""))
    wanted = visit.query.get("q", "").strip()
    async with visit.web.db.read() as session:
        report = None if report_id is None else await read_report(session, found.id, report_id)
    if report is None:
        raise HTTPException(404, "There is no such report.")
    matching = [package for package in ordered_packages(report.packages) if wanted.lower() in package.name.lower()]
    end = start + PACKAGES_PAGE
    return visit.show(
        "packages.html",
        active="repositories",
        repository=found,
        report=report,
        packages=matching[start:end],
        total=len(report.packages),
        matching=len(matching),
        wanted=wanted,
        is_first=not start,
        next_cursor=cursors.encode(end) if end < len(matching) else "",
    )


async def refresh(visit: Visit, _fields: dict[str, str]) -> Response:
    """Queue a refresh; 403 without write permission."""
    found = await visit.repository()
    if not await may_write(visit.web, visit.viewer, found):
        raise HTTPException(403, f"Refreshing {found.full_name} takes write permission on GitHub.")
    await queue_refresh(visit.web, found, force=True)
    return back_to(f"/repos/{found.owner}/{found.name}")


async def _show(visit: Visit, found: RepositoryItem, report_id: int | None) -> Response:
    async with visit.web.db.read() as session:
        report = None if report_id is None else await read_report(session, found.id, report_id)
        items = await history(session, found.id, limit=TREND)
    if report is None and report_id is not None and report_id != found.report_id:
        raise HTTPException(404, "This report is not there (any more). Choose from the history.")
    writable = await may_write(visit.web, visit.viewer, found)
    shared: dict[str, Any] = {
        "repository": found,
        "is_newest": report_id == found.report_id,
        "can_write": writable,
        "items": items,
        "points": _points(items),
        "badges": [(kind, badge_link(visit.web, found, kind)) for kind in KINDS],
    }
    if report is None:
        return visit.show("report_missing.html", active="repositories", **shared)
    report = report if writable else discreet(report)
    shared["report_item"] = next((item for item in items if item.id == report_id), None)
    for measure in MEASURES:
        response = _draw(visit, report, measure, shared)
        if len(response.body) <= PAGE_MAX_BYTES:
            break
    return response


def _draw(visit: Visit, report: Report, measure: Measure, shared: dict[str, Any]) -> Response:
    """The page of a report, with so much of a long one as `measure` says."""
    shown = fitted(report, measure)
    return visit.show(
        "report.html",
        active="repositories",
        report=shown,
        is_cut=measure is not MEASURES[0],
        checks=fitted_checks(grouped_checks(report), measure),
        stack=grouped_stack(shown.tech_stack),
        packages=ordered_packages(report.packages),
        PACKAGES_SHOWN=min(PACKAGES_SHOWN, measure.entries),
        CHECKS_SHOWN=min(CHECKS_SHOWN, measure.entries),
        **shared,
    )


def grouped_checks(report: Report) -> list[tuple[str, list[Check]]]:
    """Checks by group in the catalogue's order; within one, what needs work first."""
    groups: dict[str, list[Check]] = defaultdict(list)
    for check in report.checks:
        groups[check.group.value].append(check)
    for found in groups.values():
        found.sort(key=lambda check: (STATE_ORDER[check.state.value], -check.weight, check.number, check.component))
    order = [group.group.value for group in report.groups]
    return sorted(groups.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def grouped_stack(found: Sequence[Technology]) -> list[tuple[str, list[Technology]]]:
    """Technologies by category: languages and frameworks first, tools last."""
    groups: dict[str, list[Technology]] = defaultdict(list)
    for technology in found:
        groups[technology.category].append(technology)
    return sorted(groups.items(), key=lambda item: category_rank(item[0]))


def ordered_packages(found: Sequence[Package]) -> list[Package]:
    """Dependencies by ecosystem, runtime ones first, by name."""
    order = {"runtime": 0, "optional": 1, "build": 2, "development": 3}
    return sorted(
        found, key=lambda package: (package.ecosystem, order[package.scope.value], package.name, package.path)
    )


def _points(items: Sequence[ReportItem]) -> list[tuple[datetime, int | None]]:
    return [(item.created_at, item.score) for item in reversed(items)]


def _report_id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise HTTPException(400, "Choose two reports of the history to compare.")
    return int(text)
