"""Listings: an installation's repositories, and one owner's in token mode."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import respx

from bot.github import TOKEN_INSTALLATION, GitHubClient
from bot.model.errors import FinalError, Finality, WorldError

pytestmark = pytest.mark.anyio
API = "https://api.github.test"


def repository(number: int, **changes: object) -> dict[str, object]:
    return {
        "id": number, "node_id": f"R_{number}", "name": f"r{number}", "owner": {"login": "acme"}, "private": True,
        "fork": False, "archived": True, "default_branch": "main", "pushed_at": "2026-11-24T10:00:00Z",
        "description": None,
    } | changes  # fmt: skip


async def test_an_installations_repositories_are_paged(client: GitHubClient, router: respx.MockRouter) -> None:
    following = {"link": f'<{API}/installation/repositories?per_page=100&page=2>; rel="next"'}
    router.get("/installation/repositories", params={"page": "2"}).respond(json={"repositories": [repository(2)]})
    router.get("/installation/repositories").respond(
        json={"total_count": 2, "repositories": [repository(1)]}, headers=following
    )
    found = [one async for page in client.repositories() for one in page]
    assert [(one.id, one.full_name, one.node_id) for one in found] == [(1, "acme/r1", "R_1"), (2, "acme/r2", "R_2")]
    assert found[0].is_private
    assert found[0].is_archived
    assert found[0].description == ""


async def test_a_repository_without_an_id_is_no_repository(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get("/repos/acme/x").respond(json={"name": "x"})
    with pytest.raises(WorldError, match="without an id"):
        await client.repository("acme", "x")


async def test_names_cannot_leave_their_place_in_the_address(client: GitHubClient, router: respx.MockRouter) -> None:
    route = router.get(path__startswith="/repos/").respond(404, json={})
    with pytest.raises(FinalError) as caught:
        await client.repository("acme", "../../user?x=")
    assert caught.value.finality is Finality.GONE
    assert route.calls.last.request.url.raw_path == b"/repos/acme/..%2F..%2Fuser%3Fx%3D"


@pytest.fixture
async def personal(router: respx.MockRouter) -> AsyncIterator[GitHubClient]:
    opened = GitHubClient.for_token("ghp_x", "acme", api_url=API, graphql_url=f"{API}/graphql")
    yield opened
    await opened.aclose()


OWNERS = [
    ("an organisation", "Organization", "somebody", "/orgs/acme/repos"),
    ("oneself, with private ones", "User", "Acme", "/user/repos"),
    ("somebody else", "User", "somebody", "/users/acme/repos"),
]


@pytest.mark.parametrize(("name", "kind", "viewer", "path"), OWNERS, ids=[case[0] for case in OWNERS])
async def test_token_mode_lists_one_owners_repositories(
    personal: GitHubClient, router: respx.MockRouter, name: str, kind: str, viewer: str, path: str
) -> None:
    router.get("/users/acme").respond(json={"login": "acme", "type": kind})
    router.get("/user").respond(json={"login": viewer})
    route = router.get(path).respond(json=[repository(1)])
    found = [one async for page in personal.repositories() for one in page]
    assert [one.id for one in found] == [1]
    assert route.calls.last.request.headers["authorization"] == "Bearer ghp_x"
    assert personal.installation_id == TOKEN_INSTALLATION
