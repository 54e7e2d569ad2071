"""Pull requests: head and merge base."""

from __future__ import annotations

import httpx
import pytest
import respx

from bot.github import GitHubClient
from bot.github.pulls import MAX_PAGES
from tests.github.conftest import API

pytestmark = pytest.mark.anyio


async def test_a_pull_request_names_its_commits(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get("/repos/acme/hello/pulls/3").respond(
        json={
            "title": "t", "state": "open", "draft": True, "user": {"login": "eve"},
            "head": {"sha": "h1", "repo": {"name": "fork", "owner": {"login": "eve"}}},
            "base": {"sha": "b1", "ref": "main"},
        }
    )  # fmt: skip
    router.get("/repos/acme/hello/compare/b1...h1").respond(json={"merge_base_commit": {"sha": "m1"}})
    pull = await client.pulls.get("acme", "hello", 3)
    assert (pull.head_sha, pull.base_sha, pull.merge_base_sha) == ("h1", "b1", "m1")
    assert (pull.head_owner, pull.head_name, pull.is_draft, pull.author) == ("eve", "fork", True, "eve")


async def test_a_deleted_fork_still_has_a_head(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get("/repos/acme/hello/pulls/3").respond(
        json={"head": {"sha": "h1", "repo": None}, "base": {"sha": "b1"}, "user": None}
    )
    router.get("/repos/acme/hello/compare/b1...h1").respond(json={})
    pull = await client.pulls.get("acme", "hello", 3)
    assert (pull.head_sha, pull.head_owner, pull.merge_base_sha) == ("h1", "", "")


async def test_open_ones_are_found_by_their_head(client: GitHubClient, router: respx.MockRouter) -> None:
    """Page by page, until one is found; a fork's commit is found no other way."""
    pages = [
        [{"number": 9, "head": {"sha": "other"}}, {"number": None, "head": {"sha": "h1"}}, {"number": 8, "head": None}],
        [{"number": 7, "head": {"sha": "h1"}}, {"number": 6, "head": {"sha": "h1"}}],
        [{"number": 5, "head": {"sha": "h1"}}],
    ]
    route = router.get(path__regex=r".*/pulls").mock(
        side_effect=[
            httpx.Response(
                200, json=page, headers={"link": f'<{API}/repos/acme/hello/pulls?page={number}>; rel="next"'}
            )
            for number, page in enumerate(pages, 2)
        ]
    )
    assert await client.pulls.open_with_head("acme", "hello", "h1") == [7, 6]
    assert route.call_count == 2
    assert route.calls[0].request.url.params["state"] == "open"


async def test_the_search_for_a_head_has_an_end(client: GitHubClient, router: respx.MockRouter) -> None:
    link = {"link": f'<{API}/repos/acme/hello/pulls?page=2>; rel="next"'}
    route = router.get("/repos/acme/hello/pulls").respond(json=[], headers=link)
    assert await client.pulls.open_with_head("acme", "hello", "h1") == []
    assert route.call_count == MAX_PAGES


async def test_without_a_common_commit_there_is_no_merge_base(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get("/repos/acme/hello/pulls/3").respond(json={"head": {"sha": "h1"}, "base": {"sha": "b1"}})
    router.get("/repos/acme/hello/compare/b1...h1").respond(404, json={"message": "No common ancestor"})
    assert (await client.pulls.get("acme", "hello", 3)).merge_base_sha == ""
