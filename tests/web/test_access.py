"""Who may see and do what: every role × every page, button and call, a cell each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from starlette.routing import Match, Route

from bot.model.sign_in import UserAccess
from bot.storage import subscriptions, tokens
from bot.web.access import RECHECK_S, TRUSTED_S
from tests.web.world import ADMIN_ID, HARBOUR, KELP, NOW, OUTSIDER_ID, READER_ID, WRITER_ID, World

pytestmark = pytest.mark.anyio

PEOPLE = {"admin": ADMIN_ID, "writer": WRITER_ID, "reader": READER_ID, "outsider": OUTSIDER_ID}
ROLES = ("stranger", "outsider", "reader", "writer", "admin", "operator")

PAGES: tuple[tuple[str, tuple[int | None, ...]], ...] = (
    #  path                                      stranger outsider reader writer admin operator
    ("/", (200, 200, 200, 200, 200, 200)),
    ("/repos", (200, 200, 200, 200, 200, 200)),
    ("/repos.csv", (200, 200, 200, 200, 200, 200)),
    ("/repos.json", (200, 200, 200, 200, 200, 200)),
    ("/repos/harbour/tidemark", (200, 200, 200, 200, 200, 200)),
    ("/repos/harbour/tidemark/history", (200, 200, 200, 200, 200, 200)),
    ("/repos/harbour/tidemark/compare?from=1&to=2", (200, 200, 200, 200, 200, 200)),
    ("/repos/harbour/tidemark/reports/1", (200, 200, 200, 200, 200, 200)),
    ("/repos/harbour/ledger", (404, 404, 200, 200, 200, 200)),
    ("/repos/harbour/ledger/history", (404, 404, 200, 200, 200, 200)),
    ("/repos/harbour/ledger/reports/4", (404, 404, 200, 200, 200, 200)),
    ("/repos/harbour/ledger/status", (404, 404, 200, 200, 200, 200)),
    ("/repos/harbour/ledger/dependencies", (404, 404, 200, 200, 200, 200)),
    ("/repos/harbour/ledger/compare?from=4&to=4", (404, 404, 200, 200, 200, 200)),
    ("/repos/harbour/ledger/reports/1", (404, 404, 404, 404, 404, 404)),
    ("/badge/harbour/tidemark.svg", (200, 200, 200, 200, 200, 200)),
    ("/badge/harbour/tidemark.json", (200, 200, 200, 200, 200, 200)),
    ("/badge/harbour/ledger.svg", (200, 200, 200, 200, 200, 200)),  # the one of an unknown repository
    ("/badge/harbour/ledger.json", (200, 200, 200, 200, 200, 200)),  # the one of an unknown repository
    ("/repos/kelp/vault", (404, 404, 404, 404, 404, 200)),
    ("/repos/harbour/nowhere", (404, 404, 404, 404, 404, 404)),
    ("/technologies", (200, 200, 200, 200, 200, 200)),
    ("/technologies/Go", (404, 404, 200, 200, 200, 200)),
    ("/dependencies", (200, 200, 200, 200, 200, 200)),
    ("/dependencies/pypi/numpy", (200, 200, 200, 200, 200, 200)),
    ("/batches", (303, 403, 403, 403, 200, 200)),
    ("/batches/batch-1", (303, 403, 403, 403, 200, 200)),
    ("/batches/batch-2", (303, 403, 403, 403, 404, 200)),
    ("/batches/batch-2/events", (303, 403, 403, 403, 404, None)),
    ("/runs", (303, 403, 403, 403, 200, 200)),
    ("/deliveries", (303, 403, 403, 403, 200, 200)),
    ("/deliveries/guid-0", (303, 403, 403, 403, 200, 200)),
    ("/deliveries/guid-2", (303, 403, 403, 403, 404, 200)),
    ("/settings", (303, 403, 403, 403, 200, 200)),
    ("/setup", (403, 403, 403, 403, 403, 200)),
    ("/setup/created?code=good&state=none", (403, 403, 403, 403, 403, 400)),
    ("/setup/installed", (303, 303, 303, 303, 303, 303)),
    ("/api", (200, 200, 200, 200, 200, 200)),
    ("/sign-in/operator?token=wrong", (403, 403, 403, 403, 403, 403)),
    ("/sign-in/github", (303, 303, 303, 303, 303, 303)),
    ("/sign-in/github/callback?state=none&code=1", (400, 400, 400, 400, 400, 400)),
    ("/healthz", (200, 200, 200, 200, 200, 200)),
    ("/readyz", (200, 200, 200, 200, 200, 200)),
    ("/metrics", (200, 200, 200, 200, 200, 200)),
    ("/static/radar.css", (200, 200, 200, 200, 200, 200)),
    ("/favicon.ico", (301, 301, 301, 301, 301, 301)),
    ("/sign-in", (200, 200, 200, 200, 200, 200)),
    ("/api/repos", (401, 401, 401, 401, 401, 401)),
)

FORMS: tuple[tuple[str, dict[str, str], tuple[int, ...]], ...] = (
    ("/repos/harbour/tidemark/refresh", {}, (403, 403, 403, 303, 303, 303)),
    ("/repos/harbour/ledger/refresh", {}, (403, 404, 403, 303, 303, 303)),
    ("/repos/kelp/vault/refresh", {}, (403, 404, 404, 404, 404, 303)),
    ("/batches", {"owner": "harbour"}, (403, 403, 403, 403, 303, 303)),
    ("/batches", {"owner": "kelp"}, (403, 403, 403, 403, 404, 303)),
    ("/batches/batch-1/cancel", {}, (403, 403, 403, 403, 303, 303)),
    ("/batches/batch-2/cancel", {}, (403, 403, 403, 403, 404, 303)),
    ("/deliveries/guid-0/replay", {}, (403, 403, 403, 403, 303, 303)),
    ("/deliveries/guid-2/replay", {}, (403, 403, 403, 403, 404, 303)),
    ("/runs/run-failed/retry", {}, (403, 403, 403, 403, 303, 303)),
    ("/settings/tokens", {"name": "ci", "installation": "11"}, (403, 403, 403, 403, 200, 200)),
    ("/settings/tokens", {"name": "ci", "installation": "12"}, (403, 403, 403, 403, 404, 200)),
    ("/settings/tokens", {"name": "ci", "installation": ""}, (403, 403, 403, 403, 403, 200)),
    ("/settings/tokens/1/revoke", {}, (403, 403, 403, 403, 303, 303)),
    ("/settings/tokens/2/revoke", {}, (403, 403, 403, 403, 404, 303)),
    ("/settings/webhooks", {"url": "https://127.0.0.1/", "installation": "11"}, (403, 403, 403, 403, 400, 400)),
    ("/settings/webhooks/2/enable", {}, (403, 403, 403, 403, 404, 303)),
    ("/settings/webhooks/1/enable", {}, (403, 403, 403, 403, 303, 303)),
    ("/settings/webhooks/2/remove", {}, (403, 403, 403, 403, 404, 303)),
    ("/settings/webhooks/1/remove", {}, (403, 403, 403, 403, 303, 303)),
    ("/setup/import", {}, (403, 403, 403, 403, 403, 403)),
    ("/sign-out", {}, (403, 303, 303, 303, 303, 303)),
)

TOKENS = ("none", "wrong", "harbour reads", "harbour writes", "all reads", "operator's")
CALLS = (
    #  method, path                                        none wrong h.read h.write all.read operator
    ("GET", "/api/repos", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/overview", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/technologies", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/technologies/NumPy", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/dependencies", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/dependencies/pypi/numpy", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/repos/harbour/tidemark/intelligence", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/repos/harbour/ledger/intelligence", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/repos/kelp/vault/intelligence", (401, 401, 404, 404, 200, 200)),
    ("GET", "/api/repos/kelp/vault/history", (401, 401, 404, 404, 200, 200)),
    ("GET", "/api/repos/kelp/vault/intelligence/history", (401, 401, 404, 404, 200, 200)),
    ("GET", "/api/repos/kelp/vault/reports/5", (401, 401, 404, 404, 200, 200)),
    ("GET", "/api/repos/harbour/ledger/reports/5", (401, 401, 404, 404, 404, 404)),
    ("GET", "/api/repos/harbour/tidemark/compare?before=1&after=3", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/repos/harbour/nowhere/intelligence", (401, 401, 404, 404, 404, 404)),
    ("POST", "/api/repos/harbour/tidemark/intelligence", (401, 401, 403, 202, 403, 202)),
    ("POST", "/api/repos/kelp/vault/intelligence", (401, 401, 403, 404, 403, 202)),
    ("POST", "/api/batch/generate-remaining", (401, 401, 403, 202, 403, 202)),
    ("GET", "/api/batches", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/batches/batch-1", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/batches/batch-1/items", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/batches/batch-2", (401, 401, 404, 404, 200, 200)),
    ("GET", "/api/batches/batch-2/events", (401, 401, 404, 404, None, None)),
    ("GET", "/api/runs", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/deliveries", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/deliveries/guid-2", (401, 401, 404, 404, 200, 200)),
    ("GET", "/api/deliveries/guid-2/payload", (401, 401, 404, 404, 200, 200)),
    ("GET", "/api/deliveries/guid-2/runs", (401, 401, 404, 404, 200, 200)),
    ("GET", "/api/installations", (401, 401, 200, 200, 200, 200)),
    ("GET", "/api/overview?owner=kelp", (401, 401, 404, 404, 200, 200)),
    ("POST", "/api/deliveries/guid-2/replay", (401, 401, 403, 404, 403, 202)),
    ("GET", "/api/webhooks", (401, 401, 200, 200, 200, 200)),
    ("POST", "/api/webhooks", (401, 401, 403, 400, 403, 400)),
    ("POST", "/api/webhooks/1/remove", (401, 401, 403, 404, 403, 404)),
    ("GET", "/api/schema/report.json", (200, 200, 200, 200, 200, 200)),
    ("GET", "/api/openapi.json", (200, 200, 200, 200, 200, 200)),
)


@asynccontextmanager
async def browser(world: World, role: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of that role."""
    if role == "stranger":
        async with world.client() as client:
            yield client
    elif role == "operator":
        async with world.operator() as client:
            yield client
    else:
        async with world.person(PEOPLE[role]) as client:
            yield client


async def form_token(client: httpx.AsyncClient) -> str:
    """The token that the pages of this session put into their forms."""
    found = re.search(r'name="form_token" value="([^"]+)"', (await client.get("/")).text)
    return found.group(1) if found else ""


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_the_pages_that_are_for_it(world: World, role: str) -> None:
    wanted = {path: statuses[ROLES.index(role)] for path, statuses in PAGES}
    async with browser(world, role) as client:
        got = {path: (await client.get(path)).status_code for path, status in wanted.items() if status is not None}
    assert got == {path: status for path, status in wanted.items() if status is not None}


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_can_press_the_buttons_that_are_for_it(world: World, role: str) -> None:
    async with world.web.db.write() as session:
        for number in (HARBOUR, KELP):
            await tokens.create(session, name="t", scope="read", installation_id=number, created_by="operator", now=NOW)
            await subscriptions.add(session, installation_id=number, url="https://x.example", secret_sealed="", now=NOW)
    async with browser(world, role) as client:
        token = await form_token(client)
        got = []
        for path, fields, _ in FORMS:
            answer = await client.post(path, data={"form_token": token, **fields})
            got.append((path, fields, answer.status_code))
    assert got == [(path, fields, statuses[ROLES.index(role)]) for path, fields, statuses in FORMS]


@pytest.mark.parametrize("kind", TOKENS)
async def test_each_token_makes_the_calls_that_are_for_it(world: World, kind: str) -> None:
    secret = {"none": "", "wrong": "radar_wrong", "operator's": "the-operator's-token"}.get(kind)
    if secret is None:
        whose, _, scope = kind.partition(" ")
        async with world.web.db.write() as session:
            _, secret = await tokens.create(
                session,
                name=kind,
                scope=scope.removesuffix("s"),
                installation_id=HARBOUR if whose == "harbour" else None,
                created_by="test",
                now=NOW,
            )
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    async with world.client(headers=headers) as client:
        got = {}
        for method, path, statuses in CALLS:
            if statuses[TOKENS.index(kind)] is not None:
                got[method, path] = (await client.request(method, path)).status_code
    wanted = {(method, path): statuses[TOKENS.index(kind)] for method, path, statuses in CALLS}
    assert got == {key: status for key, status in wanted.items() if status is not None}


def _answering(world: World, method: str, path: str) -> str:
    """The route that answers, by its methods and path."""
    scope = {"type": "http", "method": method, "path": path.partition("?")[0], "root_path": "", "headers": []}
    return next(str(route) for route in world.app.routes if route.matches(scope)[0] is Match.FULL)


async def test_every_route_has_a_row(world: World) -> None:
    """Whoever adds a page, a form or a call says here what each role gets."""
    rows = [("GET", path) for path, _ in PAGES] + [("POST", path) for path, _, _ in FORMS]
    rows += [(method, path) for method, path, _ in CALLS]
    met = {_answering(world, method, path) for method, path in rows}
    assert {str(route) for route in world.app.routes} - met == set()


async def test_every_form_wants_the_sessions_token(world: World) -> None:
    """Every POST of a browser, found in the router: none is taken without the token, or with it from elsewhere."""
    posts = [route for route in world.app.routes if isinstance(route, Route) and route.methods == {"POST"}]
    forms = [route for route in posts if not route.path.startswith("/api/")]
    assert len(forms) >= 12
    async with world.operator() as client:
        token = await form_token(client)
        for route in forms:
            path = re.sub(r"\{\w+(:id)?\}", "1", route.path)
            for sent, headers in (
                ({}, {}),
                ({"form_token": ""}, {}),
                ({"form_token": token[:-1]}, {}),
                ({"form_token": token}, {"sec-fetch-site": "cross-site"}),
                ({"form_token": token}, {"sec-fetch-site": "same-site"}),
            ):
                assert (await client.post(path, data=sent, headers=headers)).status_code == 403, (path, sent, headers)


async def test_a_cookie_opens_no_call_and_a_token_no_page(world: World) -> None:
    """Calls that change something cannot be forged by another site: a browser's cookie means nothing to the API."""
    async with world.operator() as browser, world.api() as api:
        for method, path, statuses in CALLS:
            if statuses[0] == 401:
                assert (await browser.request(method, path)).status_code == 401, path
        assert (await api.get("/settings")).status_code == 303
        assert (await api.get("/repos/kelp/vault")).status_code == 404


async def test_a_list_holds_only_what_the_viewer_may_see(world: World) -> None:
    seen = {}
    for role in ROLES:
        async with browser(world, role) as client:
            rows = (await client.get("/repos.json")).json()["repositories"]
            seen[role] = {f"{row['owner']}/{row['name']}" for row in rows}
    public = {"harbour/tidemark", "harbour/driftwood", "harbour/newborn"}
    assert seen["stranger"] == seen["outsider"] == public
    assert seen["reader"] == seen["writer"] == seen["admin"] == public | {"harbour/ledger"}
    assert seen["operator"] == public | {"harbour/ledger", "kelp/vault"}


async def test_figures_count_only_what_the_viewer_may_see(world: World) -> None:
    async with world.client() as stranger, world.operator() as operator:
        assert "vault" not in (await stranger.get("/")).text
        assert "Go" not in (await stranger.get("/technologies")).text
        assert "vault" in (await operator.get("/")).text


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
    ids=["another site", "a neighbour site"],
)
async def test_a_form_from_elsewhere_does_nothing(world: World, headers: dict[str, str]) -> None:
    async with world.operator() as client:
        token = await form_token(client)
        data = {"form_token": token}
        answer = await client.post("/deliveries/guid-0/replay", data=data, headers=headers)
        assert answer.status_code == 403
        assert (await client.post("/deliveries/guid-0/replay", data={"form_token": ""})).status_code == 403
        assert (await client.post("/deliveries/guid-0/replay", data={"form_token": "é"})).status_code == 403
        assert world.replayed == []
        assert (await client.post("/deliveries/guid-0/replay", data=data)).status_code == 303
    assert world.replayed == ["guid-0"]


async def test_another_sessions_form_token_is_refused(world: World) -> None:
    async with world.operator() as one, world.operator() as other:
        stolen = await form_token(one)
        assert (await other.post("/batches", data={"form_token": stolen})).status_code == 403


async def test_a_forged_or_foreign_cookie_is_a_stranger(world: World) -> None:
    async with world.operator() as client:
        genuine = client.cookies["radar_session"]
    for cookie in (genuine + "x", genuine.rsplit(".", 1)[0], "rubbish", "", "ü"):
        async with world.client(headers={"cookie": f"radar_session={cookie}".encode()}) as client:
            assert (await client.get("/deliveries")).status_code == 303, cookie
    async with world.client(headers={"cookie": f"radar_session={genuine}"}) as client:
        assert (await client.get("/deliveries")).status_code == 200


async def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(world: World) -> None:
    async with world.client() as client:
        answer = await client.get(f"/sign-in/operator?token={world.web.operator_token}")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/" in cookie
        assert f"max-age={14 * 86_400};" in cookie
        assert "secure" not in cookie.replace("radar", "")
    world.web.settings = world.web.settings.model_copy(update={"radar_public_url": "https://radar.test"})
    async with world.client() as client:
        answer = await client.get(f"/sign-in/operator?token={world.web.operator_token}")
        assert "secure" in answer.headers["set-cookie"].lower()


async def test_a_session_ends_after_two_weeks(world: World) -> None:
    async with world.operator() as client:
        world.now = NOW + timedelta(days=13)
        assert (await client.get("/deliveries")).status_code == 200
        world.now = NOW + timedelta(days=14, seconds=1)
        assert (await client.get("/deliveries")).status_code == 303


async def test_access_is_asked_again_after_minutes_and_dropped_on_revocation(world: World) -> None:
    async with world.person(READER_ID) as client:
        asked = world.sign_in.asked
        assert (await client.get("/repos/harbour/ledger")).status_code == 200
        assert world.sign_in.asked == asked
        world.now = NOW + timedelta(seconds=RECHECK_S + 1)
        assert (await client.get("/repos/harbour/ledger")).status_code == 200
        assert world.sign_in.asked == asked + 1
        world.sign_in.revoked.add(READER_ID)
        world.now += timedelta(seconds=RECHECK_S + 1)
        assert (await client.get("/repos/harbour/ledger")).status_code == 404
        world.sign_in.revoked.clear()
        assert (await client.get("/repos/harbour/ledger")).status_code == 404, "a revoked session stays over"


async def test_the_very_page_that_asks_again_goes_by_the_answer(world: World) -> None:
    async with world.person(ADMIN_ID) as client:
        assert (await client.get("/deliveries")).status_code == 200
        world.sign_in.accesses = {ADMIN_ID: UserAccess({}, {HARBOUR: False})}
        world.now = NOW + timedelta(seconds=RECHECK_S)
        assert (await client.get("/deliveries")).status_code == 403


async def test_a_form_that_a_person_sends_by_hand_is_taken(world: World) -> None:
    async with world.operator() as client:
        data = {"form_token": await form_token(client)}
        sent = await client.post("/deliveries/guid-0/replay", data=data, headers={"sec-fetch-site": "none"})
        assert sent.status_code == 303


async def test_github_is_asked_once_however_many_pages_a_person_opens(world: World) -> None:
    async with world.person(READER_ID) as client:
        asked, world.now = world.sign_in.asked, NOW + timedelta(seconds=RECHECK_S)
        answers = await asyncio.gather(*(client.get("/repos/harbour/ledger") for _ in range(3)))
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert world.sign_in.asked == asked + 1


async def test_without_signing_in_what_github_said_is_not_renewed(world: World) -> None:
    async with world.person(READER_ID) as client:
        world.web.sign_in = None
        assert (await client.get("/repos/harbour/ledger")).status_code == 200
        world.now = NOW + timedelta(seconds=RECHECK_S)
        assert (await client.get("/repos/harbour/ledger")).status_code == 404


async def test_while_github_is_away_its_last_word_counts_for_a_while(world: World) -> None:
    async with world.person(READER_ID) as client:
        world.sign_in.away = True
        world.now = NOW + timedelta(seconds=TRUSTED_S - 1)
        assert (await client.get("/repos/harbour/ledger")).status_code == 200
        world.now = NOW + timedelta(seconds=TRUSTED_S + 1)
        assert (await client.get("/repos/harbour/ledger")).status_code == 404


async def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    async with world.operator() as client:
        cookie = client.cookies["radar_session"]
        gone = await client.post("/sign-out", data={"form_token": await form_token(client)})
        assert gone.headers["set-cookie"].startswith('radar_session=""; ')
        assert "Max-Age=0; Path=/;" in gone.headers["set-cookie"]
    async with world.client(headers={"cookie": f"radar_session={cookie}"}) as client:
        assert (await client.get("/deliveries")).status_code == 303


async def test_a_revoked_token_is_unknown(world: World) -> None:
    async with world.web.db.write() as session:
        made, secret = await tokens.create(
            session, name="t", scope="read", installation_id=None, created_by="test", now=NOW
        )
    async with world.api(secret) as client:
        assert (await client.get("/api/repos")).status_code == 200
        async with world.web.db.write() as session:
            await tokens.revoke(session, made.id, now=NOW)
        assert (await client.get("/api/repos")).status_code == 401


async def test_security_findings_are_for_people_who_can_write(world: World) -> None:
    for role, sees in (("stranger", False), ("reader", False), ("writer", True), ("operator", True)):
        async with browser(world, role) as client:
            report = (await client.get("/repos/harbour/tidemark")).text
            assert ("deploy/settings.py" in report) is sees, role
    async with world.client() as stranger:
        assert "AWS" not in (await stranger.get("/")).text
        found = (await stranger.get("/repos.json?check=secrets")).json()
        assert found["repositories"] == []
