"""Pull requests: head and merge base."""

from __future__ import annotations

import pytest
import respx

from bot.github import GitHubClient

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
    assert (pull.head_sha, pull.head_owner, pull.merge_base_sha) == ("h1", "", "b1")
