"""`/technologies` and `/dependencies`: what is in use across repositories, by whom, in which version."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.storage.views_figures import Tally
from bot.storage.views_usage import (
    COUNTED_USERS,
    Usage,
    find_packages,
    package_users,
    package_versions,
    technology_users,
    technology_versions,
)
from bot.web import cursors
from bot.web.deps import Web
from bot.web.visit import Visit, page
from bot.web.words import category_rank

PAGE = 50
VERSIONS = 12
MOST_USED = 200


def routes(web: Web) -> list[BaseRoute]:
    """Both lists, and who uses one thing."""
    return [
        page(web, "/technologies", technologies),
        page(web, "/technologies/{name:path}", technology),
        page(web, "/dependencies", dependencies),
        page(web, "/dependencies/{ecosystem}/{name:path}", dependency),
    ]


async def technologies(visit: Visit) -> Response:
    """Technologies by category, with numbers; narrowed with `?q=`."""
    found = await visit.web.figures.of(visit.viewer.scope)
    wanted = visit.query.get("q", "").strip().lower()
    groups: dict[str, list[Tally]] = defaultdict(list)
    for tally in found.technologies:
        if wanted in tally.name.lower():
            groups[tally.detail].append(tally)
    categories = sorted(groups.items(), key=lambda item: category_rank(item[0]))
    return visit.show(
        "technologies.html",
        active="technologies",
        categories=categories,
        wanted=wanted,
        counting=found.counting,
    )


async def technology(visit: Visit) -> Response:
    """Who uses one technology."""
    name = visit.request.path_params["name"]
    after = cursors.number(visit.query.get("after", ""))
    async with visit.web.db.read() as session:
        users = await technology_users(session, visit.viewer.scope, name, after=after, limit=PAGE + 1)
        is_all = not after and len(users) <= PAGE
        versions = _of(users) if is_all else await technology_versions(session, visit.viewer.scope, name)
    if not users and not after:
        raise HTTPException(404, f"No repository that you may see uses {name}.")
    shown, cursor = cursors.cut(users, PAGE, lambda one: (one.key,))
    return visit.show(
        "usage.html",
        active="technologies",
        name=name,
        kind="technology",
        users=shown,
        versions=[(version, count) for version, count in versions if version],
        next_cursor=cursor,
        is_first=not after,
    )


async def dependencies(visit: Visit) -> Response:
    """Packages by the beginning of their name (`?q=`), or the most used ones."""
    wanted = visit.query.get("q", "").strip()[:255]
    counting = False
    if wanted:
        async with visit.web.db.read() as session:
            names = await find_packages(session, visit.viewer.scope, wanted)
        found = [Tally(item.name, item.count, item.ecosystem) for item in names]
    else:
        known = await visit.web.figures.of(visit.viewer.scope)
        found, counting = list(known.packages[:MOST_USED]), known.counting
    return visit.show(
        "dependencies.html",
        active="dependencies",
        found=found,
        wanted=wanted,
        counted=COUNTED_USERS,
        counting=counting,
    )


async def dependency(visit: Visit) -> Response:
    """Who depends on one package, in which version."""
    params = visit.request.path_params
    ecosystem, name = params["ecosystem"], params["name"]
    after = cursors.number(visit.query.get("after", ""))
    async with visit.web.db.read() as session:
        users = await package_users(session, visit.viewer.scope, ecosystem, name, after=after, limit=PAGE)
        is_full = len(users) >= PAGE
        more = is_full and await package_users(
            session, visit.viewer.scope, ecosystem, name, after=users[-1].key, limit=1
        )
        is_all = not after and not more
        versions = _of(users) if is_all else await package_versions(session, visit.viewer.scope, ecosystem, name)
    if not users and not after:
        raise HTTPException(404, f"No repository that you may see depends on {name}.")
    return visit.show(
        "usage.html",
        active="dependencies",
        name=name,
        kind=ecosystem,
        users=users,
        versions=versions,
        next_cursor=cursors.encode(users[-1].key) if more else "",
        is_first=not after,
    )


def _of(users: Sequence[Usage]) -> list[tuple[str, int]]:
    """(version, number) of these users, by number."""
    counts = Counter(user.locked or user.requirement for user in users)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:VERSIONS]
