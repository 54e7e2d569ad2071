"""`/`: how the repositories stand, as pictures; what got worse, what is worth doing, what is running."""

from __future__ import annotations

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.storage import views_activity
from bot.storage.views_figures import Tally, still_seen
from bot.storage.views_filters import RepositoryFilter
from bot.storage.views_repositories import find_owner, list_repositories
from bot.storage.views_work import installations
from bot.web.deps import Web
from bot.web.visit import Visit, page

GRADES = ("A", "B", "C", "D", "E", "F")
MISSING_HELP = {
    "GITHUB_APP_ID": "the App's id, on its settings page under “About”",
    "GITHUB_PRIVATE_KEY": "a private key, made on the App's settings page under “Private keys”",
    "GITHUB_WEBHOOK_SECRET": "the secret that signs webhooks; choose a long random one and enter it in both places",
}


def routes(web: Web) -> list[BaseRoute]:
    """The overview."""
    return [page(web, "/", overview)]


async def overview(visit: Visit) -> Response:
    """Figures of what the viewer may see, of one owner with `?owner=`."""
    web = visit.web
    owner = await _owner(visit)
    found = await web.figures.of(visit.viewer.scope, owner)
    chosen = RepositoryFilter(owner=owner)
    async with web.db.read() as session:
        worse = await still_seen(session, visit.viewer.scope, found.worse)
        better = await still_seen(session, visit.viewer.scope, found.better)
        newest = await list_repositories(session, visit.viewer.scope, chosen, sort="-reported", limit=12)
        running = []
        accounts = []
        if visit.viewer.administers:
            running = await views_activity.batches(session, visit.viewer.scope, status="running", limit=3)
            accounts = await installations(session, visit.viewer.scope)
    settings = web.settings
    return visit.show(
        "overview.html",
        active="overview",
        owner=owner,
        figures=replace(found, worse=worse, better=better),
        grades=folded_grades(found.grades),
        counting=found.counting,
        newest=newest.items,
        running=running,
        accounts=accounts,
        missing=[]
        if settings.has_app or settings.has_token
        else [(name, MISSING_HELP[name]) for name in settings.missing()],
        webhook_url=f"{settings.radar_public_url}/api/github/webhooks",
    )


async def _owner(visit: Visit) -> str:
    """The account in the address, as GitHub writes it; "" for none. Raises 404 for one that has no repository here:
    what is counted of an account is kept, so that names made up would fill the database."""
    wanted = visit.query.get("owner", "")
    if not wanted:
        return ""
    async with visit.web.db.read() as session:
        known = await find_owner(session, visit.viewer.scope, wanted)
    if known is None:
        raise HTTPException(404, visit.not_visible("account"))
    return known


def folded_grades(tallies: tuple[Tally, ...]) -> list[Tally]:
    """Grades by letter, A first; A+ and A- count as A. Reports that nothing could be judged of come last."""
    counts = dict.fromkeys(GRADES, 0)
    without = 0
    for tally in tallies:
        letter = tally.name[:1]
        if letter in counts:
            counts[letter] += tally.count
        else:
            without += tally.count
    found = [Tally(letter, count) for letter, count in counts.items()]
    return [*found, Tally("", without)] if without else found
