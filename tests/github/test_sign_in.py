"""Sign-in: what GitHub is asked, and what a person sees."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import respx

from bot.github.sign_in import GitHubSignIn, code_challenge
from bot.model.errors import FinalError, Finality, WorldError

pytestmark = pytest.mark.anyio
API = "https://api.github.test"
WEB = "https://github.test"
BACK = "https://radar.example.com/sign-in/github/callback"


@pytest.fixture
async def sign_in(router: respx.MockRouter) -> AsyncIterator[GitHubSignIn]:
    opened = GitHubSignIn("Iv1.x", "hush", api_url=API, web_url=f"{WEB}/")
    yield opened
    await opened.aclose()


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


async def test_the_browser_goes_with_state_and_challenge(sign_in: GitHubSignIn) -> None:
    address = urlsplit(sign_in.authorize_url(state="s&t", code_challenge="c", redirect_uri=BACK))
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{WEB}/login/oauth/authorize"
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert query["state"] == "s&t"
    assert (query["code_challenge"], query["code_challenge_method"]) == ("c", "S256")
    assert query["redirect_uri"] == BACK
    assert "hush" not in address.query


async def exchange(sign_in: GitHubSignIn) -> Any:
    return await sign_in.exchange(code="c", code_verifier="v", redirect_uri=BACK)


async def test_a_code_becomes_a_person(sign_in: GitHubSignIn, router: respx.MockRouter) -> None:
    route = router.post(f"{WEB}/login/oauth/access_token").respond(json={"access_token": "ghu_x"})
    user = router.get("/user").respond(json={"id": 5, "login": "ada"})
    person = await exchange(sign_in)
    assert (person.user_id, person.login, person.token) == (5, "ada", "ghu_x")
    sent = route.calls.last.request
    assert sent.headers["accept"] == "application/json"
    assert "authorization" not in sent.headers
    assert msgspec.json.decode(sent.content)["code_verifier"] == "v"
    assert user.calls.last.request.headers["authorization"] == "Bearer ghu_x"
    assert "ghu_x" not in repr(person)


async def test_a_used_code_is_refused_although_github_says_200(sign_in: GitHubSignIn, router: respx.MockRouter) -> None:
    router.post(f"{WEB}/login/oauth/access_token").respond(json={"error": "bad_verification_code"})
    with pytest.raises(FinalError) as caught:
        await exchange(sign_in)
    assert caught.value.finality is Finality.FORBIDDEN


async def test_a_silent_github_is_the_worlds_trouble(sign_in: GitHubSignIn, router: respx.MockRouter) -> None:
    router.post(f"{WEB}/login/oauth/access_token").respond(502)
    with pytest.raises(WorldError):
        await exchange(sign_in)


def installation(number: int, login: str, kind: str) -> dict[str, Any]:
    return {"id": number, "account": {"id": number, "login": login, "type": kind}}


async def test_access_is_what_github_shows(sign_in: GitHubSignIn, router: respx.MockRouter) -> None:
    router.get("/user").respond(json={"id": 5, "login": "ada"})
    router.get("/user/installations").respond(
        json={"installations": [
            installation(1, "Ada", "User"), installation(2, "acme", "Organization"),
            installation(3, "other", "Organization"), installation(4, "foreign", "User"),
        ]}
    )  # fmt: skip
    levels = {1: {"admin": True, "push": True}, 2: {"push": True, "pull": True}, 3: {"pull": True}}
    for number in (1, 2, 3, 4):
        found = [{"id": number * 10, "permissions": levels[number]}] if number in levels else []
        router.get(f"/user/installations/{number}/repositories").respond(json={"repositories": found})
    router.get("/user/memberships/orgs/acme").respond(json={"role": "admin", "state": "active"})
    router.get("/user/memberships/orgs/other").respond(403, json={"message": "Resource not accessible"})
    access = await sign_in.access("ghu_x")
    assert access.repositories == {10: "admin", 20: "write", 30: "read"}
    assert access.installations == {1: True, 2: True, 3: False, 4: False}


@pytest.mark.parametrize(("role", "state"), [("member", "active"), ("admin", "pending")])
async def test_only_an_active_admin_administers(
    sign_in: GitHubSignIn, router: respx.MockRouter, role: str, state: str
) -> None:
    router.get("/user").respond(json={"id": 5, "login": "ada"})
    router.get("/user/installations").respond(json={"installations": [installation(2, "acme", "Organization")]})
    router.get("/user/installations/2/repositories").respond(json={"repositories": []})
    router.get("/user/memberships/orgs/acme").respond(json={"role": role, "state": state})
    assert (await sign_in.access("ghu_x")).installations == {2: False}


async def test_a_revoked_token_is_refused(sign_in: GitHubSignIn, router: respx.MockRouter) -> None:
    router.get("/user").respond(401, json={"message": "Bad credentials"})
    with pytest.raises(FinalError) as caught:
        await sign_in.access("ghu_x")
    assert caught.value.finality is Finality.FORBIDDEN
