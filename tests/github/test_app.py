"""The App: its installations, tokens and deliveries."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
import respx

from bot.github import GitHubApp, count_requests
from bot.model.errors import FinalError, Finality, WorldError

pytestmark = pytest.mark.anyio
API = "https://api.github.test"


async def test_installations_are_paged_by_link(app: GitHubApp, router: respx.MockRouter) -> None:
    following = {"link": f'<{API}/app/installations?per_page=100&page=2>; rel="next", <{API}/x>; rel="last"'}
    first = {
        "id": 1,
        "account": {"id": 11, "login": "acme", "type": "Organization"},
        "permissions": {"checks": "write"},
    }
    second = {"id": 2, "account": None, "target_type": "User", "suspended_at": "2026-01-02T03:04:05Z"}
    router.get("/app/installations", params={"page": "2"}).respond(json=[second])
    router.get("/app/installations").respond(json=[first], headers=following)
    pages = [page async for page in app.list_installations()]
    assert [[one.id for one in page] for page in pages] == [[1], [2]]
    assert pages[0][0].account_login == "acme"
    assert pages[0][0].permissions == {"checks": "write"}
    assert pages[1][0].suspended_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert pages[1][0].account_type == "User"


async def test_deliveries_are_paged_by_cursor(app: GitHubApp, router: respx.MockRouter) -> None:
    following = {"link": f'<{API}/app/hook/deliveries?per_page=100&cursor=v1_9>; rel="next"'}
    delivery = {
        "id": 9, "guid": "g-1", "event": "push", "action": None, "delivered_at": "2026-11-24T10:00:00.123Z",
        "status_code": 502, "redelivery": False, "installation_id": 7, "repository_id": None,
    }  # fmt: skip
    router.get("/app/hook/deliveries", params={"cursor": "v1_9"}).respond(json=[delivery | {"id": 8, "guid": "g-2"}])
    router.get("/app/hook/deliveries").respond(json=[delivery], headers=following)
    found = [one async for page in app.hook_deliveries() for one in page]
    assert [(one.id, one.guid, one.status_code, one.action) for one in found] == [
        (9, "g-1", 502, ""),
        (8, "g-2", 502, ""),
    ]


async def test_redelivery_is_accepted(app: GitHubApp, router: respx.MockRouter) -> None:
    route = router.post("/app/hook/deliveries/9/attempts").respond(202, json={})
    await app.redeliver(9)
    assert route.call_count == 1


async def test_one_installation_has_one_client_and_one_token(app: GitHubApp, router: respx.MockRouter) -> None:
    router.get("/repositories/1").respond(json={"id": 1})
    assert app.for_installation(7) is app.for_installation(7)
    with count_requests() as counter:
        await app.for_installation(7).repository_by_id(1)
        await app.for_installation(7).repository_by_id(1)
    assert router["mint"].call_count == 1
    assert counter.value == 2, "minting has a limit of its own"


MINT_TROUBLES = [
    ("uninstalled", httpx.Response(404, json={"message": "Not Found"}), Finality.UNINSTALLED),
    ("suspended", httpx.Response(403, json={"message": "This installation has been suspended"}), Finality.SUSPENDED),
    ("a wrong key", httpx.Response(401, json={"message": "A JSON web token could not be decoded"}), Finality.FORBIDDEN),
]


@pytest.mark.parametrize(("name", "answer", "finality"), MINT_TROUBLES, ids=[case[0] for case in MINT_TROUBLES])
async def test_minting_that_is_refused_is_final(
    app: GitHubApp, router: respx.MockRouter, name: str, answer: httpx.Response, finality: Finality
) -> None:
    router.post("/app/installations/9/access_tokens").mock(return_value=answer)
    with pytest.raises(FinalError) as caught:
        await app.for_installation(9).repository_by_id(1)
    assert caught.value.finality is finality


@pytest.mark.parametrize("body", ["{}", "null", '{"token": 3, "expires_at": "soon"}'])
async def test_an_answer_without_a_token_is_the_worlds_trouble(
    app: GitHubApp, router: respx.MockRouter, body: str
) -> None:
    router.post("/app/installations/9/access_tokens").respond(201, text=body)
    with pytest.raises(WorldError, match="no installation token"):
        await app.for_installation(9).repository_by_id(1)


async def test_a_token_lives_by_githubs_clock(app: GitHubApp, router: respx.MockRouter) -> None:
    """Our clock may say that the token is over; GitHub's says it has an hour."""
    router.post("/app/installations/9/access_tokens", name="skewed").respond(
        201,
        json={"token": "ghs_x", "expires_at": "2001-01-01T01:00:00Z"},
        headers={"date": "Mon, 01 Jan 2001 00:00:00 GMT"},
    )
    router.get("/repositories/1").respond(json={"id": 1})
    for _ in range(3):
        await app.for_installation(9).repository_by_id(1)
    assert router["skewed"].call_count == 1


async def test_an_installation_that_is_gone_says_so(app: GitHubApp, router: respx.MockRouter) -> None:
    router.get("/app/installations/9").respond(404, json={"message": "Not Found"})
    with pytest.raises(FinalError) as caught:
        await app.installation(9)
    assert caught.value.finality is Finality.UNINSTALLED


async def test_the_app_tells_its_name_clock_and_webhook(app: GitHubApp, router: respx.MockRouter) -> None:
    router.get("/app").respond(
        json={"id": 42, "slug": "repo-radar", "name": "Repo Radar", "events": ["push"], "owner": {"login": "acme"}},
        headers={"date": "Tue, 24 Nov 2026 12:00:00 GMT"},
    )
    router.get("/app/hook/config").respond(json={"url": "https://radar.example.com/api/github/webhooks"})
    info = await app.info()
    assert (info.id, info.slug, info.owner, info.events) == (42, "repo-radar", "acme", ("push",))
    assert await app.server_time() == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert await app.hook_url() == "https://radar.example.com/api/github/webhooks"
