"""`/api/overview`, `/api/technologies`, `/api/dependencies`: figures and uses across repositories."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.storage.views_figures import Tally, still_seen
from bot.storage.views_repositories import find_owner
from bot.storage.views_usage import Usage, find_packages, package_users, technology_users
from bot.web import cursors
from bot.web.api_answers import (
    Count,
    Overview,
    PackageList,
    Repository,
    TechnologyList,
    UsageItem,
    UsagePage,
    WorthDoing,
    answer_of,
)
from bot.web.api_queries import OverviewQuery, PackageQuery, PageQuery
from bot.web.endpoint import MISSING, Call, Endpoint, reply

TAG = "Across repositories"
MOST_USED = 200


async def get_overview(call: Call) -> Response:
    """The overview's figures, at most half a minute old: of all accounts, or of one."""
    scope, wanted = call.viewer.scope, call.read(OverviewQuery).owner
    async with call.web.db.read() as session:
        owner = await find_owner(session, scope, wanted) if wanted else ""
    if owner is None:
        raise HTTPException(404, MISSING)
    found = await call.web.figures.of(scope, owner, is_patient=True)
    async with call.web.db.read() as session:
        worse = await still_seen(session, scope, found.worse)
        better = await still_seen(session, scope, found.better)
    overview = Overview(
        total=found.total,
        reported=found.reported,
        private=found.private,
        waiting=found.waiting,
        failed=found.failed,
        average=found.average,
        grades=_counts(found.grades),
        statuses=_counts(found.statuses),
        kinds=_counts(found.kinds),
        licences=_counts(found.licences),
        languages=_counts(found.languages),
        owners=_counts(found.owners),
        worse=[answer_of(Repository, item) for item in worse],
        better=[answer_of(Repository, item) for item in better],
        actions=[answer_of(WorthDoing, action) for action in found.actions],
    )
    return reply(call, overview)


async def list_technologies(call: Call) -> Response:
    """Technologies in use, with their category."""
    found = await call.web.figures.of(call.viewer.scope, is_patient=True)
    return reply(call, TechnologyList(_counts(found.technologies)))


async def get_technology(call: Call) -> Response:
    """The repositories that use a technology, with its version where known."""
    query = call.read(PageQuery)
    after = cursors.number(query.cursor)
    async with call.web.db.read() as session:
        found = await technology_users(
            session, call.viewer.scope, call.request.path_params["name"], after=after, limit=query.limit + 1
        )
    more = len(found) > query.limit
    found = found[: query.limit]
    return _uses(call, found, more)


async def list_dependencies(call: Call) -> Response:
    """Packages by name, or the most used ones."""
    start = call.read(PackageQuery).q
    if not start:
        figures = await call.web.figures.of(call.viewer.scope, is_patient=True)
        return reply(call, PackageList(_counts(figures.packages[:MOST_USED])))
    async with call.web.db.read() as session:
        found = await find_packages(session, call.viewer.scope, start)
    return reply(call, PackageList([Count(item.name, item.count, item.ecosystem) for item in found]))


async def get_dependency(call: Call) -> Response:
    """Who depends on a package, in which version."""
    query = call.read(PageQuery)
    params = call.request.path_params
    after = cursors.number(query.cursor)
    async with call.web.db.read() as session:
        found = await package_users(
            session, call.viewer.scope, params["ecosystem"], params["name"], after=after, limit=query.limit
        )
        more = len(found) >= query.limit and await package_users(
            session, call.viewer.scope, params["ecosystem"], params["name"], after=found[-1].key, limit=1
        )
    return _uses(call, found, bool(more))


def _counts(tallies: Sequence[Tally]) -> list[Count]:
    return [Count(tally.name, tally.count, tally.detail) for tally in tallies]


def _uses(call: Call, found: Sequence[Usage], more: bool) -> Response:
    uses = [answer_of(UsageItem, use) for use in found]
    link = call.next_link(cursors.encode(found[-1].key)) if more and found else {}
    return reply(call, UsagePage(uses), headers=link)


ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/overview",
        get_overview,
        "Get the overview",
        TAG,
        {200: Overview},
        query=OverviewQuery,
        finds=True,
    ),
    Endpoint("GET", "/api/technologies", list_technologies, "List technologies", TAG, {200: TechnologyList}),
    Endpoint(
        "GET",
        "/api/technologies/{name:path}",
        get_technology,
        "Who uses a technology",
        TAG,
        {200: UsagePage},
        query=PageQuery,
    ),
    Endpoint(
        "GET", "/api/dependencies", list_dependencies, "Find packages", TAG, {200: PackageList}, query=PackageQuery
    ),
    Endpoint(
        "GET",
        "/api/dependencies/{ecosystem}/{name:path}",
        get_dependency,
        "Who depends on a package",
        TAG,
        {200: UsagePage},
        query=PageQuery,
    ),
)
